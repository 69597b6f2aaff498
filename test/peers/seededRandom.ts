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

  /** True in so many of a hundred cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  /** The values in another order (Fisher and Yates). */
  shuffled<T>(values: readonly T[]): T[] {
    const shuffled = [...values];
    for (let end = shuffled.length; end > 1; end--) {
      shuffled.push(...shuffled.splice(this.below(end), 1));
    }
    return shuffled;
  }

  /** Several different ones of the values. */
  some<T>(count: number, values: readonly T[]): T[] {
    return this.shuffled(values).slice(0, count);
  }
}
