import type { TraceEffect } from '../../model/packetTrace.ts';
import type { NftExpression } from '../../ruleset/nftables/expression.ts';
import type { NftMatchOperator, NftStatement } from '../../ruleset/nftables/statement.ts';
import { Fraction } from '../fraction.ts';
import type { TracedPacket } from '../packet.ts';
import type { Surroundings } from '../ruleProgram.ts';
import { hasAny } from './arithmetic.ts';
import { isBitType } from './constants.ts';
import { compileExpression } from './evaluate.ts';
import { expressionText } from './expressionText.ts';
import { expressionTypes } from './expressionType.ts';
import { bitsOf, partMatchers, partMatches } from './partMatcher.ts';
import type { TableContext } from './tableContext.ts';
import { isScalar, type Part } from './value.ts';
import { breaks, doubt, type Next, on, type StatementProgram, type Way } from './way.ts';

interface Answer {
  readonly isMet: boolean | undefined;
  readonly effects: readonly TraceEffect[];
}

type Test = (parts: readonly Part[], surroundings: Surroundings) => Answer;

const nexts: readonly (readonly [isMet: boolean | undefined, next: Next])[] = [
  [true, on],
  [undefined, doubt],
  [false, breaks],
];

/** A condition (net/netfilter/nft_cmp.c, nft_range.c, nft_lookup.c). */
export function compileMatch(
  { left, operator, right }: Extract<NftStatement, { kind: 'match' }>,
  context: TableContext,
): StatementProgram {
  const evaluate = compileExpression(left, context);
  const test = compileTest(left, operator, right, context);
  return (packet, surroundings) => {
    const alternatives = evaluate(packet, surroundings);
    const [only] = alternatives;
    if (only && alternatives.length === 1) {
      if (only.value === 'break') return [way(Fraction.one, packet, breaks, [])];
      const { isMet, effects } = test(only.value, surroundings);
      return [way(Fraction.one, packet, isMet === undefined ? doubt : isMet ? on : breaks, effects)];
    }
    const answers = alternatives.map(({ probability, value }) => ({
      probability,
      isMet: value === 'break' ? false : test(value, surroundings).isMet,
    }));
    return nexts.flatMap(([isMet, next]) => {
      const chosen = answers.filter((answer) => answer.isMet === isMet);
      if (chosen.length === 0) return [];
      const probability = chosen.reduce((sum, each) => sum.plus(each.probability), Fraction.zero);
      return [way(probability, packet, next, [])];
    });
  };
}

function way(probability: Fraction, packet: TracedPacket, next: Next, effects: readonly TraceEffect[]): Way {
  return { probability, packet, effects, next };
}

function compileTest(
  left: NftExpression,
  operator: NftMatchOperator,
  right: NftExpression,
  context: TableContext,
): Test {
  const types = expressionTypes(left);
  if (right.kind === 'set' || right.kind === 'namedSet') return lookupTest(right, operator, types, context);
  if (right.kind === 'value' && typeof right.value === 'boolean') {
    const { value } = right;
    return plain((parts) => equals(presence(parts[0]), operator === '!=' ? !value : value));
  }
  const type = types[0] ?? 'integer';
  switch (operator) {
    case 'in':
    case '!': {
      if (!isBitType(type)) break;
      const mask = bitsOf(right, type);
      if (mask === undefined) return plain(() => undefined);
      return plain(([part]) => equals(hasAny(part, mask), operator === 'in'));
    }
    case '<':
    case '>':
    case '<=':
    case '>=': {
      const [bound] = partMatchers(right, types);
      if (bound?.kind !== 'exact') return plain(() => undefined);
      return plain(([part]) => (isScalar(part) ? compare(part, operator, bound.value) : undefined));
    }
    default:
      break;
  }
  const matchers = partMatchers(right, types);
  return plain((parts) => {
    const results = matchers.map((matcher, at) => partMatches(matcher, parts[at]));
    const all = results.includes(false) ? false : results.includes(undefined) ? undefined : true;
    return equals(all, operator !== '!=' && operator !== '!');
  });
}

function plain(test: (parts: readonly Part[]) => boolean | undefined): Test {
  return (parts) => ({ isMet: test(parts), effects: [] });
}

function equals(known: boolean | undefined, wanted: boolean): boolean | undefined {
  return known === undefined ? undefined : known === wanted;
}

/** Whether there is what was asked for: a route, a header. */
function presence(part: Part): boolean | undefined {
  return isScalar(part) ? part !== 0 && part !== 0n && part !== '' : undefined;
}

function compare(left: number | bigint | string, operator: string, right: number | bigint | string): boolean {
  switch (operator) {
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    default:
      return left >= right;
  }
}

function lookupTest(
  right: NftExpression,
  operator: NftMatchOperator,
  types: readonly string[],
  context: TableContext,
): Test {
  const lookup = context.lookup(right, types);
  if (!lookup) return plain(() => undefined);
  const { name } = lookup;
  const isInverted = operator === '!=' || operator === '!';
  return (parts, surroundings) => {
    const found = lookup.find(parts);
    const isIn = lookup.isRemembered(surroundings) || (found === 'unknown' ? undefined : found !== 'missing');
    const element = typeof found === 'object' ? { found: expressionText(found.element.key) } : {};
    const effects: readonly TraceEffect[] =
      name === undefined || isIn === undefined ? [] : [{ kind: 'lookup', set: name, ...element }];
    return { isMet: equals(isIn, !isInverted), effects };
  };
}
