import { requestError } from './requestError.ts';

/** How many snapshots are kept: the one that is shown, the one before it, and two of another window or a comparison. */
const capacity = 4;

/** Keeps the newest snapshots of one client under names. */
export class SnapshotStore<T> {
  readonly #snapshots = new Map<string, T>();
  #taken = 0;

  /** Keeps a snapshot, if need be in place of the oldest one. */
  add(snapshot: T): string {
    const name = `snapshot-${++this.#taken}`;
    this.#snapshots.set(name, snapshot);
    const [oldest] = this.#snapshots.keys();
    if (this.#snapshots.size > capacity && oldest !== undefined) this.#snapshots.delete(oldest);
    return name;
  }

  /** @throws ResponseError `unknownSnapshot` */
  get(name: string): T {
    const snapshot = this.#snapshots.get(name);
    if (snapshot === undefined) {
      throw requestError('unknownSnapshot', 'unknown-snapshot', `There is no snapshot ${name} any more.`, {
        snapshot: name,
      });
    }
    return snapshot;
  }

  /** Whether a snapshot is still kept. */
  has(name: string): boolean {
    return this.#snapshots.has(name);
  }

  release(name: string): void {
    this.#snapshots.delete(name);
  }
}
