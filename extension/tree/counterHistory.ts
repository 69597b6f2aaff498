import type { TreeElement } from '../../agent/protocol/treeElement.ts';

/** What an element's counters gained since the snapshot before. Never negative. */
export interface CounterChange {
  readonly packets: number;
  readonly bytes: number;
}

type Counters = NonNullable<TreeElement['counters']>;

/**
 * Remembers the counters of the elements that were shown, so that a refresh can say what changed. It knows only what
 * was loaded: an element that is seen for the first time has no change.
 */
export class CounterHistory {
  #previous = new Map<string, Counters>();
  #current = new Map<string, Counters>();

  /** A new snapshot begins: what was recorded until now is what changes are counted from. */
  advance(): void {
    // What was not looked at in the last snapshot still has its older value to compare with.
    for (const [id, counters] of this.#current) this.#previous.set(id, counters);
    this.#current = new Map();
  }

  /** Records an element of the current snapshot. */
  record(element: TreeElement): void {
    if (element.counters !== undefined) this.#current.set(element.id, element.counters);
  }

  /** What changed; undefined when nothing did, or when the counters were reset or have not been seen before. */
  change(element: TreeElement): CounterChange | undefined {
    const before = this.#previous.get(element.id);
    const now = element.counters;
    if (before === undefined || now === undefined) return undefined;
    const packets = now.packets - before.packets;
    const bytes = now.bytes - before.bytes;
    return packets < 0 || bytes < 0 || (packets === 0 && bytes === 0) ? undefined : { packets, bytes };
  }
}
