import { Emitter } from '../common/emitter.ts';
import type { Logger } from '../common/logger.ts';
import type { ConnectionPrompts } from '../transport/prompts.ts';
import { type ConnectionState, ReconnectingConnection } from '../transport/reconnectingConnection.ts';
import type { ConnectContext } from '../transport/transport.ts';
import type { AgentLink, LinkState, SecondAgent } from './agentLink.ts';
import { type AgentUse, clientAgent } from './clientAgent.ts';
import type { ClientLink } from './clientLink.ts';

export interface ReconnectingLinkOptions {
  /** Starts an agent and begins the conversation with it. */
  readonly open: (context: ConnectContext) => Promise<ClientLink>;
  readonly use: AgentUse;
  /** Removes what was copied to the node. */
  readonly uninstall?: (context: ConnectContext) => Promise<void>;
  readonly prompts: ConnectionPrompts;
  readonly log: Logger;
}

/** A link to an agent that is made again when it is lost. */
export class ReconnectingLink implements AgentLink {
  readonly #options: ReconnectingLinkOptions;
  readonly #connection: ReconnectingConnection<ClientLink>;
  readonly #changed = new Emitter<LinkState>();
  readonly onDidChangeState = this.#changed.event;
  readonly uninstall?: (signal: AbortSignal) => Promise<void>;
  #state: LinkState = { kind: 'closed' };

  constructor(options: ReconnectingLinkOptions) {
    const { open, uninstall, log } = options;
    this.#options = options;
    this.#connection = new ReconnectingConnection<ClientLink>({
      connect: ({ signal, interactive }) => open(this.#context(signal, interactive)),
      log,
    });
    this.#connection.onDidChangeState((state) => this.#enter(this.#linkState(state)));
    if (uninstall !== undefined) {
      this.uninstall = async (signal) => {
        this.disconnect();
        await uninstall(this.#context(signal, true));
      };
    }
  }

  get state(): LinkState {
    return this.#state;
  }

  async connect(signal: AbortSignal): Promise<void> {
    const cancel = (): void => this.#connection.disconnect();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await this.#connection.connect();
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async openAnother(signal: AbortSignal): Promise<SecondAgent> {
    const link = await this.#options.open({ ...this.#context(signal, true), report: () => {} });
    return { agent: clientAgent(link.client, this.#options.use), dispose: () => link.dispose() };
  }

  disconnect(): void {
    this.#connection.disconnect();
    // After a failure there is nothing to end, but the failure need not be shown any longer.
    if (this.#state.kind === 'closed' && this.#state.error !== undefined) this.#enter({ kind: 'closed' });
  }

  dispose(): void {
    this.#changed.dispose();
    this.#connection.dispose();
  }

  #context(signal: AbortSignal, interactive: boolean): ConnectContext {
    const { log, prompts } = this.#options;
    return {
      signal,
      interactive,
      log,
      prompts,
      report: (progress) => {
        // While it reconnects in the background, that says more than the step it is at.
        if (this.#state.kind === 'connecting') this.#enter({ kind: 'connecting', progress });
      },
    };
  }

  #linkState(state: ConnectionState<ClientLink>): LinkState {
    switch (state.kind) {
      case 'connecting':
        return { kind: 'connecting' };
      case 'connected':
        return { kind: 'open', agent: clientAgent(state.link.client, this.#options.use) };
      case 'reconnecting':
        return {
          kind: 'reconnecting',
          attempt: state.attempt,
          error: state.reason,
        };
      case 'failed':
        return { kind: 'closed', error: state.reason };
      case 'disconnected':
        return { kind: 'closed' };
    }
  }

  #enter(state: LinkState): void {
    this.#state = state;
    this.#changed.fire(state);
  }
}
