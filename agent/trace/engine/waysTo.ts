import type { ChainProgram, RulePlace } from '../ruleProgram.ts';

/** A rule that leads towards an endpoint, and over how many chains. */
export interface LeadingRule {
  readonly position: number;
  readonly distance: number;
}

/** All rules from which a packet can come to one of some rules: found backwards, from chain to calling rule. */
export class WaysTo {
  readonly #rules = new Map<ChainProgram, LeadingRule[]>();

  constructor(targets: readonly RulePlace[]) {
    let reached = targets;
    for (let distance = 0; reached.length > 0; distance++) {
      const chains = new Set<ChainProgram>();
      for (const { chain, position } of reached) {
        let rules = this.#rules.get(chain);
        if (rules === undefined) {
          rules = [];
          this.#rules.set(chain, rules);
          chains.add(chain);
        }
        // A rule of a chain that was reached over fewer chains before leads there in that way.
        if (chains.has(chain)) rules.push({ position, distance });
      }
      reached = [...chains].flatMap((chain) => chain.callers());
    }
  }

  get isEmpty(): boolean {
    return this.#rules.size === 0;
  }

  rulesOf(chain: ChainProgram): readonly LeadingRule[] {
    return this.#rules.get(chain) ?? [];
  }
}
