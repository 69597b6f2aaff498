import type { RuleMatch } from '../../ruleset/iptables/rule.ts';
import { addressTypeMatch } from './addressTypeMatch.ts';
import { type Condition, type MatchReader, matchText, type RuleContext, unknownTest } from './condition.ts';
import { connectionMatches } from './connectionMatches.ts';
import { listMatches } from './listMatches.ts';
import { packetMatches } from './packetMatches.ts';
import { transportMatches } from './transportMatches.ts';

const readers: ReadonlyMap<string, MatchReader> = new Map(
  Object.entries({
    ...transportMatches,
    ...connectionMatches,
    ...packetMatches,
    ...listMatches,
    addrtype: addressTypeMatch,
    comment: () => [],
    // It counts, and asks only where a quota was set by other tools (net/netfilter/xt_nfacct.c).
    nfacct: () => [],
  }),
);

/** What a match asks of packets. Of one that is not simulated the answer is unknown. */
export function matchConditions(match: RuleMatch, context: RuleContext): readonly Condition[] {
  const reader = match.negated ? undefined : readers.get(match.name);
  if (reader === undefined) return [{ text: matchText(match, context), test: unknownTest(match.name) }];
  return reader(match, context);
}
