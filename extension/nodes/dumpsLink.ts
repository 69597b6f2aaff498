import { AgentClient } from '../agentClient/agentClient.ts';
import { type Disposable, DisposableStore, toDisposable } from '../common/disposable.ts';
import { Emitter } from '../common/emitter.ts';
import type { Logger } from '../common/logger.ts';
import { startChildProcess } from '../transport/process/childProcess.ts';
import type { AgentLink, LinkState } from './agentLink.ts';
import { clientAgent } from './clientAgent.ts';

const handshakeTimeoutMs = 20_000;

export interface DumpsLinkOptions {
  /** Absolute paths of files and folders. */
  readonly paths: readonly string[];
  /** The agent's file. */
  readonly agentFile: string;
  readonly clientName: string;
  readonly log: Logger;
}

/** An agent on this machine that reads saved dumps. It runs with VS Code's own Node.js and needs no rights. */
export class DumpsLink implements AgentLink {
  readonly #options: DumpsLinkOptions;
  readonly #changed = new Emitter<LinkState>();
  readonly onDidChangeState = this.#changed.event;
  #state: LinkState = { kind: 'closed' };
  #running: Disposable | undefined;
  #disposed = false;

  constructor(options: DumpsLinkOptions) {
    this.#options = options;
  }

  get state(): LinkState {
    return this.#state;
  }

  async connect(signal: AbortSignal): Promise<void> {
    this.#stop();
    this.#set({ kind: 'connecting' });
    const running = new DisposableStore();
    this.#running = running;
    try {
      const client = await this.#start(running, signal);
      if (running.isDisposed) return;
      running.add(
        client.onDidEnd((error) => {
          if (this.#running !== running) return;
          this.#running = undefined;
          running.dispose();
          this.#set({ kind: 'closed', error });
        }),
      );
      const paths = this.#options.paths;
      this.#set({ kind: 'open', agent: clientAgent(client, (opened, watch) => opened.openDumps(paths, watch)) });
    } catch (error) {
      running.dispose();
      if (this.#running === running) {
        this.#running = undefined;
        this.#set({ kind: 'closed', error });
      }
      throw error;
    }
  }

  disconnect(): void {
    this.#stop();
    this.#set({ kind: 'closed' });
  }

  dispose(): void {
    this.#disposed = true;
    this.#stop();
    this.#changed.dispose();
  }

  async #start(running: DisposableStore, signal: AbortSignal): Promise<AgentClient> {
    const { agentFile, clientName, log } = this.#options;
    const variables = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
    const child = await startChildProcess(process.execPath, [agentFile, 'serve'], variables);
    running.add(toDisposable(() => child.kill()));
    child.stderr.on('data', (chunk: Buffer | string) => log.debug(`agent: ${chunk.toString().trimEnd()}`));
    const streams = { readable: child.stdout, writable: child.stdin };
    return running.add(await AgentClient.connect(streams, { clientName, handshakeTimeoutMs, signal }));
  }

  #stop(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.dispose();
  }

  #set(state: LinkState): void {
    if (this.#disposed) return;
    this.#state = state;
    this.#changed.fire(state);
  }
}
