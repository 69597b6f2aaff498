import type { ChainIndex, RuleIndex } from '../../ruleset/iptables/document.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';

/** A rule that hands its part of new connections to an endpoint's chain. */
export interface BalancingRule {
  readonly rule: RuleIndex;
  readonly endpointChain: ChainIndex;
  /** The probability as the rule has it; undefined when it takes all that reaches it. */
  readonly probability: number | undefined;
  /** Its part of what reaches the chain, 0 to 1. */
  readonly share: number;
}

/**
 * How far a printed probability may be from 1/k and still mean it: kube-proxy printed five digits until Kubernetes
 * 1.16, ten since, and the kernel keeps 31 bits.
 */
const tolerance = 1e-5;

/**
 * How a Service's chain spreads new connections over endpoints: rule i of n takes 1/(n-i) of what is left, which makes
 * 1/n for each. Rules for clients with affinity (`recent --rcheck`) come before and take no part.
 */
export function readBalancing(ruleset: IptablesRuleset, chain: ChainIndex): BalancingRule[] {
  const rules: { rule: RuleIndex; endpointChain: ChainIndex; probability: number | undefined }[] = [];
  eachBalancingRule(ruleset, chain, (rule, endpointChain, probability) => {
    rules.push({ rule, endpointChain, probability });
  });
  if (sharesEqually(rules.map(({ probability }) => probability))) {
    return rules.map((rule) => ({ ...rule, share: 1 / rules.length }));
  }
  let left = 1;
  return rules.map((rule) => {
    const share = left * exactProbability(rule.probability);
    left -= share;
    return { ...rule, share };
  });
}

/** Visits the rules of {@link readBalancing} in order, without making an object for each. */
export function eachBalancingRule(
  { dump, roles }: IptablesRuleset,
  chain: ChainIndex,
  visit: (rule: RuleIndex, endpointChain: ChainIndex, probability: number | undefined) => void,
): void {
  const rules = dump.chainRules(chain);
  for (const [index, rule] of rules.entries()) {
    const endpointChain = dump.targetChain(rule);
    if (roles.of(endpointChain) !== 'endpoint') continue;
    const probability = dump.probability(rule);
    // The last rule takes what is left; one for clients with affinity never is the last.
    const isLast = index === rules.length - 1;
    if (probability === undefined && !isLast && dump.option(rule, '--rcheck') !== undefined) continue;
    visit(rule, endpointChain, probability);
  }
}

/** Whether rules with these probabilities, in this order, give each the same part. */
export function sharesEqually(probabilities: readonly (number | undefined)[]): boolean {
  return probabilities.every(
    (probability, index) => Math.abs((probability ?? 1) - 1 / (probabilities.length - index)) <= tolerance,
  );
}

/** 1/k where the probability is a rounding of it. */
function exactProbability(probability: number | undefined): number {
  if (probability === undefined) return 1;
  if (probability <= 0) return 0;
  const exact = 1 / Math.max(1, Math.round(1 / probability));
  return Math.abs(probability - exact) <= tolerance ? exact : probability;
}

/** Seconds for which a client stays with its endpoint, from the rules of the Service's chain; undefined without affinity. */
export function readAffinitySeconds({ dump, roles }: IptablesRuleset, chain: ChainIndex): number | undefined {
  for (const rule of dump.chainRules(chain)) {
    if (roles.of(dump.targetChain(rule)) !== 'endpoint') continue;
    if (dump.option(rule, '--rcheck') === undefined) return undefined;
    const seconds = dump.optionValue(rule, '--seconds');
    if (seconds !== undefined) return Number(seconds);
  }
  return undefined;
}
