import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { Emitter } from '../common/emitter.ts';
import type { Root, RootChange } from './root.ts';

/** What happened to the roots. */
export type RootsChange =
  | { readonly kind: 'added' | 'removed'; readonly root: Root }
  | { readonly kind: RootChange; readonly root: Root };

/** The nodes and dumps that are open, in the order in which they were opened. */
export class Roots implements Disposable {
  readonly #roots = new Map<string, { readonly root: Root; readonly owned: DisposableStore }>();
  readonly #changed = new Emitter<RootsChange>();
  readonly onDidChange = this.#changed.event;

  get all(): readonly Root[] {
    return [...this.#roots.values()].map(({ root }) => root);
  }

  get(id: string): Root | undefined {
    return this.#roots.get(id)?.root;
  }

  /** Takes ownership of a root; one with the same id is removed first. */
  add(root: Root): void {
    this.remove(root.id);
    const owned = new DisposableStore();
    owned.add(root);
    owned.add(root.onDidChange((kind) => this.#changed.fire({ kind, root })));
    this.#roots.set(root.id, { root, owned });
    this.#changed.fire({ kind: 'added', root });
  }

  /** Closes a root: its agent ends. */
  remove(id: string): void {
    const entry = this.#roots.get(id);
    if (entry === undefined) return;
    this.#roots.delete(id);
    entry.owned.dispose();
    this.#changed.fire({ kind: 'removed', root: entry.root });
  }

  dispose(): void {
    for (const id of [...this.#roots.keys()]) this.remove(id);
    this.#changed.dispose();
  }
}
