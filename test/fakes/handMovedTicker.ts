import type { Ticker } from '../../agent/server/watchdog.ts';

/** Time that passes only when a test says so. */
export class HandMovedTicker implements Ticker {
  readonly #callbacks = new Map<() => void, number>();

  every(milliseconds: number, callback: () => void): () => void {
    this.#callbacks.set(callback, milliseconds);
    return () => this.#callbacks.delete(callback);
  }

  /** Lets time pass; every callback is called as often as it falls due. */
  pass(milliseconds: number): void {
    for (const [callback, interval] of [...this.#callbacks]) {
      for (let due = interval; due <= milliseconds && this.#callbacks.has(callback); due += interval) callback();
    }
  }

  /** Whether anybody still waits. */
  get isIdle(): boolean {
    return this.#callbacks.size === 0;
  }
}
