import type { RuleMatch } from '../../ruleset/iptables/rule.ts';
import { Fraction } from '../fraction.ts';
import { type Answer, answerByChance, answerOf, negatedAnswer, no, unknownAnswer, yes } from './answer.ts';
import { firstValue, hasOnly, type MatchReader, optionNamed, type Test, wholeMatch } from './condition.ts';
import { matchNotModelled } from './facts.ts';
import { parseUnsigned } from './values.ts';

const counterOptions = ['--packets-eq', '--packets-lt', '--packets-gt', '--bytes-eq', '--bytes-lt', '--bytes-gt'];
const countingOptions = ['--update-counters', '--update-subcounters'];

/** net/netfilter/xt_set.c. Counters of entries and `--return-nomatch` need more than a set's answer. */
const set: MatchReader = wholeMatch((match) => {
  const option = optionNamed(match, '--match-set') ?? optionNamed(match, '--set');
  const [name, directions] = option?.values ?? [];
  if (option === undefined || name === undefined || directions === undefined) return undefined;
  if (!hasOnly(match, option.name, '--return-nomatch', ...counterOptions, ...countingOptions)) return undefined;
  const sides = directions.value.split(',').map((side) => (side === 'src' || side === 'dst' ? side : undefined));
  const known = sides.filter((side) => side !== undefined);
  if (known.length < sides.length) return undefined;
  const isUnknown = unknownAnswer(matchNotModelled(match.name));
  const asksMore = match.options.some((each) => counterOptions.includes(each.name));
  const invertsExceptions = optionNamed(match, '--return-nomatch') !== undefined;
  return (packet, { ipSets }) => {
    if (invertsExceptions) return isUnknown;
    const found = ipSets.test(name.value, known, packet);
    if (found.kind === 'unknown') return unknownAnswer(found.reason);
    const isIn = found.kind === 'in';
    const effect = { kind: 'lookup', set: name.value, ...(isIn ? { found: found.entry } : {}) } as const;
    const answer: Answer = { kind: isIn !== option.negated ? 'yes' : 'no', effect };
    return asksMore && answer.kind === 'yes' ? isUnknown : answer;
  };
});

/** The kernel compares 31 random bits with the probability (net/netfilter/xt_statistic.c). */
const randomRange = 0x80000000;

/** The part of packets that a rule with `-m statistic` takes. Of every Nth packet it is not known which comes next. */
const statistic: MatchReader = wholeMatch((match) => {
  const mode = firstValue(optionNamed(match, '--mode'));
  const share = mode === 'random' ? randomShare(match) : mode === 'nth' ? nthShare(match) : undefined;
  if (share === undefined) return undefined;
  const answer = negatedAnswer(answerByChance(share.probability), share.negated);
  return () => answer;
});

function randomShare(match: RuleMatch) {
  const option = optionNamed(match, '--probability');
  const probability = Number(firstValue(option) ?? Number.NaN);
  if (!(probability >= 0 && probability <= 1) || !hasOnly(match, '--mode', '--probability')) return undefined;
  const share = Fraction.of(Math.round(randomRange * probability), randomRange);
  return { probability: share, negated: option?.negated === true };
}

function nthShare(match: RuleMatch) {
  const option = optionNamed(match, '--every');
  const every = parseUnsigned(firstValue(option) ?? '');
  if (every === undefined || every === 0 || !hasOnly(match, '--mode', '--every', '--packet')) return undefined;
  return { probability: Fraction.of(1, every), negated: option?.negated === true };
}

/** The name of a list without a name. */
const defaultList = 'DEFAULT';

const recentModifiers = ['--name', '--rsource', '--rdest', '--mask', '--seconds', '--reap', '--hitcount', '--rttl'];

/** The list that `-m recent` is about. */
export function recentList(match: RuleMatch): string {
  return firstValue(optionNamed(match, '--name')) ?? defaultList;
}

/** net/netfilter/xt_recent.c: `--set` always fits, the others where the list has the client. */
const recent: MatchReader = wholeMatch((match): Test | undefined => {
  const [action, ...others] = match.options.filter(({ name }) => !recentModifiers.includes(name));
  if (action === undefined || others.length > 0 || !action.known) return undefined;
  if (action.name === '--set') return () => answerOf(!action.negated);
  if (!['--rcheck', '--update', '--remove'].includes(action.name)) return undefined;
  const list = recentList(match);
  const isUnknown = unknownAnswer(matchNotModelled(match.name));
  const hitCount = parseUnsigned(firstValue(optionNamed(match, '--hitcount')) ?? '0') ?? 0;
  const asksMore = hitCount > 1 || optionNamed(match, '--rttl') !== undefined;
  const looksAtDestination = optionNamed(match, '--rdest') !== undefined;
  return (_packet, { isRemembered }) => {
    if (looksAtDestination) return isUnknown;
    const remembered = isRemembered(list);
    return remembered && asksMore ? isUnknown : negatedAnswer(remembered ? yes : no, action.negated);
  };
});

/** Matches on chance, and on sets and lists as they are before the packet comes. */
export const listMatches: Readonly<Record<string, MatchReader>> = { set, statistic, recent };
