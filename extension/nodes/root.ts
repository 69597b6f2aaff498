import type { ChangeState } from '../../agent/protocol/changeMessages.ts';
import type { SnapshotSummary } from '../../agent/protocol/messages.ts';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { Emitter } from '../common/emitter.ts';
import type { Logger } from '../common/logger.ts';
import { describeError, TransportError } from '../common/transportError.ts';
import type { ConnectProgress } from '../transport/transport.ts';
import type { AgentLink, LinkState } from './agentLink.ts';
import { type KnownChanges, knownChanges } from './knownChanges.ts';
import type { ChangeAgent, ReadProgress, RulesAgent } from './rulesAgent.ts';

/** What a root is doing, for display. */
export type RootState =
  | { readonly kind: 'disconnected'; readonly error?: unknown }
  | { readonly kind: 'connecting'; readonly progress?: ConnectProgress }
  | { readonly kind: 'reconnecting'; readonly attempt: number; readonly error: unknown }
  | { readonly kind: 'reading'; readonly progress?: ReadProgress }
  /** Reading the node failed; the snapshot before it, if there was one, stays. */
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'ready' };

/** What changed: only how it looks, or also what stands below it. */
export type RootChange = 'state' | 'snapshot';

/** What requests about a snapshot go to. */
export interface Session {
  readonly agent: RulesAgent;
  /** The snapshot's name. */
  readonly snapshot: string;
}

export interface RootOptions {
  /** The same each time the same node or the same files are opened. */
  readonly id: string;
  readonly kind: 'node' | 'dumps';
  readonly label: string;
  /** Where it comes from: `user@host:port` or the paths, for the tooltip. */
  readonly source: string;
  readonly link: AgentLink;
  /** The text of the objects file that gives names to ipvs virtual servers. */
  readonly readObjects: (rootId: string) => Promise<string | undefined>;
  readonly log: Logger;
}

/** A node or a set of dumps at the top of the tree, with its newest snapshot. */
export class Root implements Disposable {
  readonly id: string;
  readonly kind: 'node' | 'dumps';
  readonly label: string;
  readonly source: string;
  readonly link: AgentLink;
  readonly #readObjects: RootOptions['readObjects'];
  readonly #log: Logger;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new Emitter<RootChange>());
  readonly onDidChange = this.#changed.event;
  #state: RootState = { kind: 'disconnected' };
  #snapshot: SnapshotSummary | undefined;
  #snapshotHolder: RulesAgent | undefined;
  #changes: KnownChanges | undefined;
  #reading: { readonly agent: RulesAgent; readonly done: Promise<void>; readonly abort: AbortController } | undefined;

  constructor(options: RootOptions) {
    this.id = options.id;
    this.kind = options.kind;
    this.label = options.label;
    this.source = options.source;
    this.link = options.link;
    this.#readObjects = options.readObjects;
    this.#log = options.log;
    this.#disposables.add(this.link);
    this.#disposables.add(this.link.onDidChangeState((state) => this.#onLink(state)));
  }

  get state(): RootState {
    return this.#state;
  }

  /** The newest snapshot; it outlives the agent that holds it, so that what was loaded of it can still be shown. */
  get snapshot(): SnapshotSummary | undefined {
    return this.#snapshot;
  }

  /** The running agent with the snapshot of ours that it holds; undefined while there is no such one. */
  get session(): Session | undefined {
    const agent = this.#agent;
    const snapshot = this.#snapshot?.snapshot;
    // An agent that was started anew holds nothing yet, and may give its first snapshot the name of an old one.
    return agent === undefined || snapshot === undefined || agent !== this.#snapshotHolder
      ? undefined
      : { agent, snapshot };
  }

  /** What changes the node; undefined while it is not connected, for dumps, and where its agent may not write. */
  get changeAgent(): ChangeAgent | undefined {
    return this.#agent?.changes;
  }

  /** What the agent said last of changes to the node; undefined when it cannot change it, or has not been asked. */
  get changes(): KnownChanges | undefined {
    return this.#changes;
  }

  get #agent(): RulesAgent | undefined {
    return this.link.state.kind === 'open' ? this.link.state.agent : undefined;
  }

  /** Connects if needed, and reads. Rejects with the reason when either fails; cancelling disconnects. */
  async connect(signal: AbortSignal): Promise<void> {
    const cancel = (): void => this.disconnect();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      if (this.#agent === undefined) await this.link.connect(signal);
      await this.refresh();
    } finally {
      signal.removeEventListener('abort', cancel);
    }
    if (signal.aborted) throw new TransportError('cancelled', { step: 'session', args: {} });
    if (this.#state.kind === 'failed') throw this.#state.error;
  }

  disconnect(): void {
    this.#reading?.abort.abort();
    this.link.disconnect();
  }

  /** Reads anew. While that goes on, another call waits for the same reading. Failures become the state. */
  refresh(): Promise<void> {
    const agent = this.#agent;
    if (agent === undefined) return Promise.resolve();
    // A reading of an agent before this one ends by itself, without a result.
    if (this.#reading?.agent === agent) return this.#reading.done;
    const abort = new AbortController();
    const done = this.#read(agent, abort.signal).finally(() => {
      if (this.#reading?.abort === abort) this.#reading = undefined;
    });
    this.#reading = { agent, done, abort };
    return done;
  }

  /** Reads what stands from now on: a reading that is under way may have begun before. */
  async readAnew(): Promise<void> {
    await this.#reading?.done;
    await this.refresh();
  }

  /** Asks how changes to the node stand. Rejects when the agent cannot say. */
  async refreshChanges(): Promise<void> {
    const agent = this.changeAgent;
    if (agent === undefined) return;
    const state = await agent.state();
    if (agent === this.changeAgent) this.changesAre(state);
  }

  /** The agent said how changes to the node stand. */
  changesAre(state: ChangeState): void {
    this.#changes = knownChanges(state, Date.now());
    this.#changed.fire('state');
  }

  /** The text of Kubernetes objects that gives names to what is read. */
  objects(): Promise<string | undefined> {
    return this.#readObjects(this.id);
  }

  dispose(): void {
    this.#reading?.abort.abort();
    this.#disposables.dispose();
  }

  #onLink(state: LinkState): void {
    switch (state.kind) {
      case 'open':
        void this.refresh();
        return;
      case 'closed':
        this.#setState({ kind: 'disconnected', ...('error' in state ? { error: state.error } : {}) });
        return;
      case 'connecting':
      case 'reconnecting':
        this.#setState(state);
    }
  }

  async #read(agent: RulesAgent, signal: AbortSignal): Promise<void> {
    this.#setState({ kind: 'reading' });
    try {
      const objects = await this.objects();
      const next = await agent.read(objects, {
        signal,
        report: (progress) => {
          if (agent === this.#agent) this.#setState({ kind: 'reading', progress });
        },
      });
      const changes = await this.#changesOf(agent);
      if (agent !== this.#agent) return;
      this.#changes = changes;
      const previous = this.session;
      this.#snapshot = next;
      this.#snapshotHolder = agent;
      this.#state = { kind: 'ready' };
      this.#log.info(
        `${this.label}: ${next.mode}, ${next.services} Services, read in ${Math.round(next.timing.collectMs)} ms, understood in ${Math.round(next.timing.interpretMs)} ms`,
      );
      this.#changed.fire('snapshot');
      await previous?.agent.release(previous.snapshot).catch(() => {});
    } catch (error) {
      // When the connection went away, the link's own state says so.
      if (agent !== this.#agent) return;
      this.#log.error(`${this.label}: reading failed: ${describeError(error)}`);
      this.#setState({ kind: 'failed', error });
    }
  }

  /** The rules can be shown without knowing how changes stand; the log says why that is not known. */
  async #changesOf({ changes }: RulesAgent): Promise<KnownChanges | undefined> {
    if (changes === undefined) return undefined;
    try {
      return knownChanges(await changes.state(), Date.now());
    } catch (error) {
      this.#log.warn(`${this.label}: the state of changes is not known: ${describeError(error)}`);
      return undefined;
    }
  }

  #setState(state: RootState): void {
    this.#state = state;
    this.#changed.fire('state');
  }
}
