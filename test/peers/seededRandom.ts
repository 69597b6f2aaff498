/** Pseudo-random choices that are the same in every run with the same seed. */
export class SeededRandom {
  #state: number;

  /** @param seed any integer but 0 */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** An integer from 0 up to, but not including, `end` (Marsaglia's 32-bit xorshift). */
  below(end: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % end;
  }

  /** One of several values. */
  pick<T>(first: T, ...others: readonly T[]): T {
    const index = this.below(others.length + 1);
    return index === 0 ? first : (others[index - 1] ?? first);
  }
}
