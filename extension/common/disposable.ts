/** Something that holds a resource until it is told to let go. Compatible with `vscode.Disposable`. */
export interface Disposable {
  dispose(): void;
}

/**
 * Owns other disposables. What is added after the store was disposed is disposed at once, so that an answer that
 * arrives after its owner has gone leaks nothing.
 */
export class DisposableStore implements Disposable {
  readonly #owned = new Set<Disposable>();
  #disposed = false;

  /** Takes ownership of `disposable` and returns it. */
  add<T extends Disposable>(disposable: T): T {
    if (this.#disposed) disposable.dispose();
    else this.#owned.add(disposable);
    return disposable;
  }

  /** Disposes `disposable` now and forgets it; does nothing when the store does not own it. */
  remove(disposable: Disposable): void {
    if (this.#owned.delete(disposable)) disposable.dispose();
  }

  /** Disposes in reverse order of adding. One that throws does not keep the others from being disposed. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    const failures: unknown[] = [];
    for (const disposable of [...this.#owned].reverse()) {
      try {
        disposable.dispose();
      } catch (error) {
        failures.push(error);
      }
    }
    this.#owned.clear();
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, 'Several disposables failed');
  }
}

/** Wraps a function as a disposable that calls it at most once. */
export function toDisposable(release: () => void): Disposable {
  let released = false;
  return {
    dispose() {
      if (released) return;
      released = true;
      release();
    },
  };
}
