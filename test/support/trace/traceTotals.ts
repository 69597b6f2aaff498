import type { ScenarioResult } from './checkScenario.ts';

/** Of a hundred packets, at most so many may have a way that is not known. */
const mostUnknownPercent = 2;

/** Counts of several scenarios. */
export class TraceTotals {
  packets = 0;
  #ruleLists = 0;
  #agreed = 0;
  #unknown = 0;
  #otherwise = 0;
  readonly #reasons = new Map<string, number>();

  add({ packets, ruleLists, agreed, unknown, unknownReasons, disagreements }: ScenarioResult): void {
    this.packets += packets;
    this.#ruleLists += ruleLists;
    this.#agreed += agreed;
    this.#unknown += unknown;
    this.#otherwise += disagreements.length;
    this.#addReasons(unknownReasons);
  }

  include(other: TraceTotals): void {
    this.packets += other.packets;
    this.#ruleLists += other.#ruleLists;
    this.#agreed += other.#agreed;
    this.#unknown += other.#unknown;
    this.#otherwise += other.#otherwise;
    this.#addReasons(other.#reasons);
  }

  /** Whether everything that is known is as predicted, and enough is known. */
  isGood(): boolean {
    return this.#otherwise === 0 && this.#unknown * 100 <= this.packets * mostUnknownPercent;
  }

  /** Why ways were not known, the most frequent reason first. */
  reasons(): readonly (readonly [string, number])[] {
    return [...this.#reasons].sort(([, first], [, second]) => second - first);
  }

  describe(): string {
    const percent = ((this.#unknown * 100) / Math.max(this.packets, 1)).toFixed(2);
    return (
      `${this.packets} packets, ${this.#agreed} as predicted, ${this.#unknown} unknown (${percent} %), ` +
      `${this.#otherwise} otherwise; rules of ${this.#ruleLists} more compared`
    );
  }

  #addReasons(reasons: ReadonlyMap<string, number>): void {
    for (const [reason, count] of reasons) this.#reasons.set(reason, (this.#reasons.get(reason) ?? 0) + count);
  }
}
