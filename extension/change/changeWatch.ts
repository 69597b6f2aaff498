import type { NodeChange } from '../../agent/protocol/changeMessages.ts';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { Emitter } from '../common/emitter.ts';
import type { Logger } from '../common/logger.ts';
import { describeError } from '../common/transportError.ts';
import type { Root } from '../nodes/root.ts';
import type { Roots } from '../nodes/roots.ts';

/** A change that was not finished, and how it ended. */
export interface EndedChange {
  readonly root: Root;
  readonly change: NodeChange;
}

/** Calls back again and again. @returns what stops it */
export type Every = (milliseconds: number, callback: () => void) => Disposable;

/** Milliseconds between two looks at the clock, for countdowns. */
const tick = 1_000;

/** A node is asked with every so-manieth tick, and when a change's time is up. */
const ticksBetweenQuestions = 5;

/**
 * Watches nodes on which a change is not finished (it waits to be confirmed, or is being applied or rolled back) or old
 * connections drain, and asks how they stand. Where that ends the node is read anew. Nothing runs while there is nothing
 * to watch.
 */
export class ChangeWatch implements Disposable {
  readonly #roots: Roots;
  readonly #every: Every;
  readonly #log: Logger;
  readonly #disposables = new DisposableStore();
  readonly #ticked = this.#disposables.add(new Emitter<void>());
  /** Fires with each second while something is watched, and when that begins or ends. */
  readonly onDidTick = this.#ticked.event;
  readonly #ended = this.#disposables.add(new Emitter<EndedChange>());
  readonly onDidEnd = this.#ended.event;
  readonly #pending = new Map<Root, string>();
  readonly #draining = new Set<Root>();
  readonly #asked = new Set<Root>();
  #timer: Disposable | undefined;
  #ticks = 0;

  constructor(roots: Roots, every: Every, log: Logger) {
    this.#roots = roots;
    this.#every = every;
    this.#log = log;
    this.#disposables.add(
      roots.onDidChange(({ kind, root }) => {
        if (kind === 'removed') this.#forget(root);
        else this.#look(root);
      }),
    );
  }

  dispose(): void {
    this.#timer?.dispose();
    this.#disposables.dispose();
  }

  #look(root: Root): void {
    const { changes } = root;
    if (changes === undefined) return;
    const waited = this.#pending.get(root);
    const { latest } = changes.state;
    const waits = latest?.state === 'pending' ? latest.change : undefined;
    if (waits === undefined) this.#pending.delete(root);
    else this.#pending.set(root, waits);
    const drained = changes.state.draining === 0 && this.#draining.delete(root);
    if (changes.state.draining > 0) this.#draining.add(root);
    this.#run();
    const ended = waited !== undefined && waited !== waits && latest?.change === waited ? latest : undefined;
    if (ended !== undefined) this.#ended.fire({ root, change: ended });
    // What was kept stands already.
    if ((ended !== undefined && ended.state !== 'confirmed') || drained) void root.readAnew();
  }

  #forget(root: Root): void {
    this.#pending.delete(root);
    this.#draining.delete(root);
    this.#run();
  }

  /** Keeps the timer running for as long as there is something to watch. */
  #run(): void {
    const watched = this.#pending.size + this.#draining.size > 0;
    if (watched === (this.#timer !== undefined)) return;
    this.#timer?.dispose();
    this.#timer = watched ? this.#every(tick, () => this.#onTick()) : undefined;
    this.#ticked.fire();
  }

  #onTick(): void {
    this.#ticks++;
    const now = Date.now();
    for (const root of this.#roots.all) {
      const { pending } = root.changes ?? {};
      const isUp = pending !== undefined && pending.rollsBackAt <= now;
      const isWatched = this.#pending.has(root) || this.#draining.has(root);
      const isDue = isWatched && this.#ticks % ticksBetweenQuestions === 0;
      if (isUp || isDue) void this.#ask(root);
    }
    this.#ticked.fire();
  }

  async #ask(root: Root): Promise<void> {
    if (this.#asked.has(root)) return;
    this.#asked.add(root);
    try {
      await root.refreshChanges();
    } catch (error) {
      this.#log.debug(`${root.label}: the state of changes is not known: ${describeError(error)}`);
    } finally {
      this.#asked.delete(root);
    }
  }
}
