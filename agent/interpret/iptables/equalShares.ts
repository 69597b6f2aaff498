import type { ChainIndex } from '../../ruleset/iptables/document.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';
import { eachBalancingRule, sharesEqually } from './balancing.ts';

/** The length of the hash at the end of a chain's name, which ends the line of a rule that jumps there. */
const hashLength = 16;

/**
 * Checks whether Services' chains give all endpoints the same share. A large node has 100,000 such rules and a handful
 * of ways in which they end, one for each number of endpoints that are left: `--probability 0.50000000000 -j KUBE-SEP-`
 * and a hash. An ending that was read once is only compared after that.
 */
export class EqualShares {
  readonly #ruleset: IptablesRuleset;
  /** By the number of endpoints that are left, how a rule ends that takes its share of them. */
  readonly #endings = new Map<number, string>();

  constructor(ruleset: IptablesRuleset) {
    this.#ruleset = ruleset;
  }

  /** True for chains that balance nothing. */
  areGivenBy(chain: ChainIndex): boolean {
    if (this.#endsAsKnown(chain)) return true;
    const { dump } = this.#ruleset;
    const probabilities: (number | undefined)[] = [];
    const rules: number[] = [];
    eachBalancingRule(this.#ruleset, chain, (rule, _endpointChain, probability) => {
      rules.push(rule);
      probabilities.push(probability);
    });
    if (!sharesEqually(probabilities)) return false;
    for (const [index, rule] of rules.slice(0, -1).entries()) {
      const { start, end } = dump.ruleSpan(rule);
      const ending = /--probability [\d.]+ -j KUBE-SEP-$/.exec(dump.text.slice(start, end - hashLength))?.[0];
      if (ending !== undefined) this.#endings.set(rules.length - index, ending);
    }
    return true;
  }

  /** Whether all rules that lead to endpoints, up to the last one of the chain, end in ways that are known. */
  #endsAsKnown(chain: ChainIndex): boolean {
    const { dump, roles } = this.#ruleset;
    const rules = dump.chainRules(chain);
    let left = 0;
    for (let index = 0; index < rules.length; index++) {
      const rule = rules[index] ?? 0;
      if (left === 0) {
        if (roles.of(dump.targetChain(rule)) !== 'endpoint') continue;
        left = rules.length - index;
      }
      // The last rule takes what is left.
      if (left === 1) return dump.probability(rule) === undefined && roles.of(dump.targetChain(rule)) === 'endpoint';
      const ending = this.#endings.get(left);
      if (ending === undefined) return false;
      const at = dump.ruleSpan(rule).end - hashLength - ending.length;
      if (!dump.text.startsWith(ending, at)) return false;
      left--;
    }
    return true;
  }
}
