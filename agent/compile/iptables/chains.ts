/** The chains of one table in the making. */
export class Chains {
  readonly rules = new Map<string, string[]>();

  /** The rules of a chain, to which more may be added; the chain is made when it is not there. */
  of(chain: string): string[] {
    const known = this.rules.get(chain);
    if (known !== undefined) return known;
    const rules: string[] = [];
    this.rules.set(chain, rules);
    return rules;
  }

  /** Adds other chains: those that are here already get more rules. */
  addAll(others: Chains): void {
    for (const [chain, rules] of others.rules) {
      const known = this.rules.get(chain);
      if (known === undefined) this.rules.set(chain, rules);
      else for (const rule of rules) known.push(rule);
    }
  }
}
