import type { Disposable } from '../common/disposable.ts';
import type { Event } from '../common/emitter.ts';
import type { ConnectProgress } from '../transport/transport.ts';
import type { RulesAgent } from './rulesAgent.ts';

/** How a link to an agent stands. */
export type LinkState =
  /** `error` says why, unless it was closed on purpose. */
  | { readonly kind: 'closed'; readonly error?: unknown }
  | { readonly kind: 'connecting'; readonly progress?: ConnectProgress }
  | { readonly kind: 'open'; readonly agent: RulesAgent }
  /** The connection was lost; `attempt`, counted from 1, to make it again is waited for or under way. */
  | { readonly kind: 'reconnecting'; readonly attempt: number; readonly error: unknown };

/** An agent over a connection of its own, for as long as it is not disposed of. */
export interface SecondAgent extends Disposable {
  readonly agent: RulesAgent;
}

/** A way to an agent that may come and go. */
export interface AgentLink extends Disposable {
  readonly state: LinkState;
  readonly onDidChangeState: Event<LinkState>;
  /** Opens the link, asking the user where that is needed. Rejects with the reason when it does not come about. */
  connect(signal: AbortSignal): Promise<void>;
  /** Ends the agent and the connection. It can be opened again. */
  disconnect(): void;
  /**
   * Starts another agent over a new connection, which proves that new connections can be made. Rejects with the reason
   * when that fails.
   */
  openAnother(signal: AbortSignal): Promise<SecondAgent>;
  /** Removes what was copied to the node; absent where nothing ever is. Ends the connection. */
  uninstall?(signal: AbortSignal): Promise<void>;
}
