import type { DumpEncoding } from '../ruleset/common/encoding.ts';

/** A program to run, as data: no shell ever sees it. */
export interface Command {
  /** The program's name, looked up in PATH and the system's `sbin` folders, and its arguments. */
  readonly argv: readonly [program: string, ...args: string[]];
  /** What the program reads from its standard input; closed at once when absent. */
  readonly stdin?: string;
  /** Milliseconds after which it is killed. */
  readonly timeoutMs: number;
  /** Bytes of standard output after which it is killed; at most {@link maxDumpBytes}. */
  readonly maxOutputBytes: number;
}

/** V8 holds no string of more than 2^29 - 24 characters; what is longer cannot become text in one piece. */
export const maxDumpBytes = 2 ** 29 - 24;

/** How a command ended. */
export type CommandEnd =
  | { readonly kind: 'exited'; readonly code: number }
  /** It died of a signal that the runner did not send: `SIGSEGV`, `SIGKILL` of the kernel's memory killer, ... */
  | { readonly kind: 'signalled'; readonly signal: string }
  | { readonly kind: 'timedOut'; readonly afterMs: number }
  | { readonly kind: 'outputTooLong'; readonly limit: number }
  | { readonly kind: 'cancelled' }
  /** No program of that name. */
  | { readonly kind: 'notFound' }
  /** The program exists and the system would not start it; `code` is the system's, such as `EACCES`. */
  | { readonly kind: 'notStarted'; readonly code: string };

/** What a command gave. Output that came before a bad end is kept. */
export interface CommandResult {
  readonly end: CommandEnd;
  readonly stdout: string;
  readonly encoding: DumpEncoding;
  /** The first 64 kB. */
  readonly stderr: string;
  readonly durationMs: number;
}

/** Runs commands. Never rejects: every end is a result. */
export interface CommandRunner {
  run(command: Command, signal?: AbortSignal): Promise<CommandResult>;
}
