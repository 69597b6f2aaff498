import type { SourceLocation } from '../model/location.ts';
import type { ModelProblem } from '../model/nodeModel.ts';

type Severity = ModelProblem['severity'];

const rank: Readonly<Record<Severity, number>> = { information: 0, warning: 1, error: 2 };

/** Problems whose elements are marked; a rule set with more is not read element by element. */
const maxMarked = 2_000;

/** The worst problem at or below each element. Elements are looked up when one is first asked for. */
export class Severities {
  readonly #problems: readonly ModelProblem[];
  readonly #idsTo: (location: SourceLocation) => readonly string[];
  #byId: Map<string, Severity> | undefined;

  /** @param idsTo the ids from the root's child down to the element that a location belongs to */
  constructor(problems: readonly ModelProblem[], idsTo: (location: SourceLocation) => readonly string[]) {
    this.#problems = problems;
    this.#idsTo = idsTo;
  }

  of(id: string): Severity | undefined {
    this.#byId ??= this.#mark();
    return this.#byId.get(id);
  }

  #mark(): Map<string, Severity> {
    const byId = new Map<string, Severity>();
    const raise = (id: string, severity: Severity): void => {
      const known = byId.get(id);
      if (known === undefined || rank[severity] > rank[known]) byId.set(id, severity);
    };
    for (const { severity } of this.#problems) raise('problems', severity);
    for (const { severity, location } of this.#problems.filter((each) => each.location).slice(0, maxMarked)) {
      if (location) for (const id of this.#idsTo(location)) raise(id, severity);
    }
    return byId;
  }
}
