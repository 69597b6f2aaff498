import type { Disposable } from '../common/disposable.ts';
import { Emitter } from '../common/emitter.ts';
import type { SortOrder } from '../nodes/rulesAgent.ts';

/** What the whole tree is filtered and sorted by. */
export class TreeOptions implements Disposable {
  readonly #changed = new Emitter<void>();
  readonly onDidChange = this.#changed.event;
  #filter = '';
  #sort: SortOrder;

  constructor(sort: SortOrder) {
    this.#sort = sort;
  }

  /** Words that must occur in what is shown; empty for no filter. */
  get filter(): string {
    return this.#filter;
  }

  set filter(text: string) {
    const trimmed = text.trim();
    if (trimmed === this.#filter) return;
    this.#filter = trimmed;
    this.#changed.fire();
  }

  get sort(): SortOrder {
    return this.#sort;
  }

  set sort(order: SortOrder) {
    if (order === this.#sort) return;
    this.#sort = order;
    this.#changed.fire();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
