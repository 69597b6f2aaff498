import type { Readable, Writable } from 'node:stream';
import { cancellable } from '../../common/cancellation.ts';
import { describeError, TransportError } from '../../common/transportError.ts';
import { toCommandLine } from '../shellQuote.ts';
import { type HostSettings, labelOf } from '../sshConfig/hostSettings.ts';
import type { ExitStatus, MachineConnection, RemoteProcess } from '../transport.ts';
import type { ClientChannel, SshClient } from './ssh2.ts';

/** An authenticated ssh2 client as a connection to a machine. */
export class SshConnection implements MachineConnection {
  readonly label: string;
  readonly user: string;
  readonly closed: Promise<TransportError | undefined>;
  readonly #client: SshClient;
  readonly #disposeRoute: () => void;
  /** Called when the connection is gone: one for each command that runs or is being started. */
  readonly #onGone = new Set<() => void>();
  #disposed = false;

  /** @param disposeRoute closes the connections that this one goes through */
  constructor(client: SshClient, settings: HostSettings, disposeRoute: () => void) {
    this.label = labelOf(settings);
    this.user = settings.user;
    this.#client = client;
    this.#disposeRoute = disposeRoute;
    let detail = '';
    client.on('error', (error) => {
      detail ||= error.message;
    });
    this.closed = new Promise((resolve) => {
      client.once('close', () => {
        this.#disposeRoute();
        for (const notify of this.#onGone) notify();
        resolve(
          this.#disposed ? undefined : new TransportError('connectionLost', { step: 'session', args: {}, detail }),
        );
      });
    });
  }

  async start(argv: readonly string[], signal: AbortSignal): Promise<RemoteProcess> {
    const opening = new Promise<ClientChannel>((resolve, reject) => {
      const gone = (): void => reject(new TransportError('connectionLost', { step: 'session', args: {} }));
      this.#onGone.add(gone);
      try {
        this.#client.exec(toCommandLine(argv), (error, channel) => {
          this.#onGone.delete(gone);
          if (error === undefined) resolve(channel);
          else reject(refusal(error));
        });
      } catch (error) {
        reject(new TransportError('connectionLost', { step: 'session', args: {}, cause: error }));
      }
    });
    try {
      return this.#processOn(await cancellable(opening, signal, 'session'));
    } catch (error) {
      // An answer that comes after the cancellation is not wanted any more.
      opening.then((channel) => channel.close()).catch(() => {});
      throw error;
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.#client.end();
    // A dead peer would never answer the goodbye.
    this.#client.destroy();
    this.#disposeRoute();
  }

  #processOn(channel: ClientChannel): RemoteProcess {
    const status: { code?: number; signal?: string } = {};
    const stdout: Readable = channel;
    const stdin: Writable = channel;
    channel.on('exit', (code: number | null, signal?: string) => {
      if (code !== null) status.code = code;
      if (signal !== undefined) status.signal = signal;
    });
    // Writing to a channel that the other side has closed is not worth a crash: the process's end is reported anyway.
    channel.on('error', () => {});
    const exited = new Promise<ExitStatus>((resolve) => {
      const end = (): void => {
        this.#onGone.delete(end);
        resolve(status);
      };
      channel.once('close', end);
      // Without a reader the channel's own close never comes after the connection is gone.
      this.#onGone.add(end);
    });
    return {
      stdin,
      stdout,
      stderr: channel.stderr,
      exited,
      kill() {
        channel.close();
      },
    };
  }
}

function refusal(error: Error): TransportError {
  const detail = describeError(error);
  return /no response|not connected/i.test(detail)
    ? new TransportError('connectionLost', { step: 'session', args: {}, detail, cause: error })
    : new TransportError('commandRefused', { step: 'session', args: {}, detail, cause: error });
}
