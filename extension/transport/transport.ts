import type { Readable, Writable } from 'node:stream';
import type { Disposable } from '../common/disposable.ts';
import type { Logger } from '../common/logger.ts';
import type { TransportError } from '../common/transportError.ts';
import type { ConnectionPrompts } from './prompts.ts';

/** How a process ended. Both are absent when the connection went away before the process's end was reported. */
export interface ExitStatus {
  readonly code?: number;
  /** Name of the signal, `SIGKILL` for one. */
  readonly signal?: string;
}

/** A process on the other machine. */
export interface RemoteProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the process ended and its output was read; never rejects. */
  readonly exited: Promise<ExitStatus>;
  /** Ends the process where the transport can, else closes its input and output. */
  kill(): void;
}

/** An authenticated way to run commands on a machine. */
export interface MachineConnection extends Disposable {
  /** How the machine is called in messages: `user@host:port`, or `localhost`. */
  readonly label: string;
  /** The login name there, for messages. */
  readonly user: string;
  /** Starts `argv`. No shell interprets the arguments. */
  start(argv: readonly string[], signal: AbortSignal): Promise<RemoteProcess>;
  /** Settles when the connection is gone: with the reason, or undefined after {@link dispose}. Never rejects. */
  readonly closed: Promise<TransportError | undefined>;
}

/** What is under way, for a progress display. Bytes are those of the file itself, before compression. */
export type ConnectProgress =
  | { readonly step: 'connect' | 'jump' | 'hostKey' | 'authenticate'; readonly host: string }
  | { readonly step: 'elevate' | 'probe' | 'start' }
  | {
      readonly step: 'upload';
      readonly file: 'runtime' | 'agent';
      readonly doneBytes: number;
      readonly totalBytes: number;
    };

/** What one attempt to connect may use. */
export interface ConnectContext {
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly prompts: ConnectionPrompts;
  /** False in the background: where a prompt would be needed the attempt fails with `promptNeeded` instead. */
  readonly interactive: boolean;
  report(progress: ConnectProgress): void;
}

/** One way to reach one machine. Connecting again makes a new connection. */
export interface Transport {
  readonly label: string;
  connect(context: ConnectContext): Promise<MachineConnection>;
}
