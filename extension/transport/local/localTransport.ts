import { TransportError } from '../../common/transportError.ts';
import { startChildProcess } from '../process/childProcess.ts';
import type { ConnectContext, MachineConnection, RemoteProcess, Transport } from '../transport.ts';

/** The machine that the extension runs on. */
export class LocalTransport implements Transport {
  readonly label = 'localhost';
  readonly #user: string;
  readonly #variables: NodeJS.ProcessEnv;

  constructor(user: string, variables: NodeJS.ProcessEnv) {
    this.#user = user;
    this.#variables = variables;
  }

  async connect(_context: ConnectContext): Promise<MachineConnection> {
    return new LocalConnection(this.label, this.#user, this.#variables);
  }
}

class LocalConnection implements MachineConnection {
  readonly label: string;
  readonly user: string;
  readonly closed: Promise<TransportError | undefined>;
  readonly #variables: NodeJS.ProcessEnv;
  readonly #running = new Set<RemoteProcess>();
  #settleClosed: () => void = () => {};
  #disposed = false;

  constructor(label: string, user: string, variables: NodeJS.ProcessEnv) {
    this.label = label;
    this.user = user;
    this.#variables = variables;
    this.closed = new Promise((resolve) => {
      this.#settleClosed = () => resolve(undefined);
    });
  }

  async start(argv: readonly string[], signal: AbortSignal): Promise<RemoteProcess> {
    const [program, ...args] = argv;
    if (program === undefined) throw new RangeError('A command has at least its program');
    const process = await startChildProcess(program, args, this.#variables);
    this.#running.add(process);
    process.exited.then(() => this.#running.delete(process));
    if (this.#disposed || signal.aborted) {
      process.kill();
      throw new TransportError('cancelled', { step: 'start', args: {} });
    }
    return process;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    for (const process of this.#running) process.kill();
    this.#settleClosed();
  }
}
