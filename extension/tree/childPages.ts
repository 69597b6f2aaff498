import type { TreeElement } from '../../agent/protocol/treeElement.ts';
import type { TreePage } from '../nodes/rulesAgent.ts';

/** The children of one element as far as they are loaded. */
export interface ChildList {
  readonly elements: readonly TreeElement[];
  /** How many there are in all. */
  readonly total: number;
  /** Elements further down that were asked for by themselves, to be revealed. */
  readonly pinned: readonly TreeElement[];
}

/** Loads a page; `parent` is undefined for the root. */
export type FetchPage = (parent: string | undefined, offset: number, limit: number) => Promise<TreePage>;

/** The agent answers at most this many at once. */
const largestRequest = 1_000;

/**
 * The loaded part of a snapshot's tree. Children come in pages; how many pages of an element were asked for outlives
 * {@link invalidate}, so that a refresh shows as much as before.
 */
export class ChildPages {
  readonly #fetch: FetchPage;
  readonly #pageSize: () => number;
  readonly #wanted = new Map<string, number>();
  readonly #pins = new Map<string, Map<string, TreeElement>>();
  #lists = new Map<string, Promise<ChildList>>();
  readonly #lastKnown = new Map<string, ChildList>();

  constructor(fetch: FetchPage, pageSize: () => number) {
    this.#fetch = fetch;
    this.#pageSize = pageSize;
  }

  /** The children of an element, loaded once. A failure is not kept: the next call tries again. */
  load(parent: string | undefined): Promise<ChildList> {
    const key = parent ?? '';
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const lists = this.#lists;
    const list = this.#loadPages(parent);
    lists.set(key, list);
    list.then(
      (loaded) => this.#lastKnown.set(key, loaded),
      () => lists.delete(key),
    );
    return list;
  }

  /** What was loaded last, of this snapshot or one before it: all there is when nothing can be loaded any more. */
  lastKnown(parent: string | undefined): ChildList | undefined {
    return this.#lastKnown.get(parent ?? '');
  }

  /** Makes the next {@link load} bring another page. */
  more(parent: string | undefined): void {
    const key = parent ?? '';
    this.#wanted.set(key, (this.#wanted.get(key) ?? this.#pageSize()) + this.#pageSize());
    this.#lists.delete(key);
  }

  /** Makes sure that `element` is among the children of `parent`. Returns whether the list changed. */
  async pin(parent: string | undefined, element: TreeElement): Promise<boolean> {
    const list = await this.load(parent);
    if ([...list.elements, ...list.pinned].some((child) => child.id === element.id)) return false;
    const key = parent ?? '';
    const pins = this.#pins.get(key) ?? new Map<string, TreeElement>();
    pins.set(element.id, element);
    this.#pins.set(key, pins);
    this.#lists.set(key, Promise.resolve(withPins(list, pins)));
    return true;
  }

  /** Forgets what was loaded, because there is a new snapshot, filter or order. */
  invalidate(): void {
    this.#lists = new Map();
    this.#pins.clear();
  }

  async #loadPages(parent: string | undefined): Promise<ChildList> {
    const wanted = this.#wanted.get(parent ?? '') ?? this.#pageSize();
    const elements: TreeElement[] = [];
    let total: number;
    do {
      const page = await this.#fetch(parent, elements.length, Math.min(wanted - elements.length, largestRequest));
      total = page.total;
      if (page.elements.length === 0) break;
      elements.push(...page.elements);
    } while (elements.length < Math.min(wanted, total));
    return withPins({ elements, total, pinned: [] }, this.#pins.get(parent ?? '') ?? new Map());
  }
}

function withPins(list: ChildList, pins: ReadonlyMap<string, TreeElement>): ChildList {
  const loaded = new Set(list.elements.map((element) => element.id));
  return { ...list, pinned: [...pins.values()].filter((element) => !loaded.has(element.id)) };
}
