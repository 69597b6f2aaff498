import type { NftExpression } from '../../ruleset/nftables/expression.ts';
import { Fraction } from '../fraction.ts';
import type { TracedPacket } from '../packet.ts';
import type { Surroundings } from '../ruleProgram.ts';
import { bitwise } from './arithmetic.ts';
import { connectionValue } from './connection.ts';
import { expressionText } from './expressionText.ts';
import { expressionTypes } from './expressionType.ts';
import { metaValue } from './meta.ts';
import { partMatcher } from './partMatcher.ts';
import { payloadValue, rawPayloadValue } from './payload.ts';
import { routeValue } from './routeLookup.ts';
import type { TableContext } from './tableContext.ts';
import { type Alternative, certainly, type Evaluator, type Part, type Value } from './value.ts';

/** More alternatives than that are not told apart. */
const maximumAlternatives = 65_536;

/**
 * Makes an expression ready to be asked. What it returns does not hold on to the expression: there can be 100,000 rules.
 * @param types what constants in the expression are, where it is a constant itself
 */
export function compileExpression(
  expression: NftExpression,
  context: TableContext,
  types: readonly string[] = expressionTypes(expression),
): Evaluator {
  switch (expression.kind) {
    case 'value':
    case 'prefix':
    case 'list':
      return always([constantPart(expression, types[0] ?? 'integer')]);
    case 'payload':
    case 'rawPayload':
    case 'meta':
    case 'ct':
    case 'fib':
    case 'header':
      return context.selector(expressionText(expression), () => compileSelector(expression, context));
    case 'numgen':
    case 'hash':
      return evenly(expression.modulus, expression.offset);
    case 'binary': {
      const left = compileExpression(expression.left, context);
      const right = compileExpression(expression.right, context, operandTypes(expression));
      const { operator } = expression;
      return combine([left, right], ([a, b]) => [bitwise(operator, a, b)]);
    }
    case 'concatenation': {
      const parts = expression.items.map((item, at) => {
        const type = types[at];
        return compileExpression(item, context, type === undefined ? undefined : [type]);
      });
      return combine(parts, (values) => values);
    }
    case 'map':
      return compileMap(expression, context);
    default:
      return always([undefined]);
  }
}

type Selector = Extract<NftExpression, { kind: 'payload' | 'rawPayload' | 'meta' | 'ct' | 'fib' | 'header' }>;

/** What is read from the packet or looked up for it. */
function compileSelector(expression: Selector, context: TableContext): Evaluator {
  switch (expression.kind) {
    case 'payload': {
      const { protocol, field } = expression;
      return single((packet) => payloadValue(protocol, field, packet));
    }
    case 'rawPayload': {
      const { base, offset, length } = expression;
      return single((packet) => rawPayloadValue(base, offset, length, packet));
    }
    case 'meta': {
      const { key } = expression;
      return single((packet, surroundings) => metaValue(key, packet, surroundings));
    }
    case 'ct': {
      const { key, direction } = expression;
      return single((packet) => connectionValue(key, direction, packet, context));
    }
    case 'fib': {
      const { result, flags } = expression;
      return single((packet, surroundings) => routeValue(result, flags, packet, surroundings));
    }
    case 'header': {
      const { header, field } = expression;
      return single((packet) => headerValue(header, field, packet));
    }
  }
}

type Single = (packet: TracedPacket, surroundings: Surroundings) => Value;

function single(value: Single): Evaluator {
  return (packet, surroundings) => certainly(value(packet, surroundings));
}

function always(value: Value): Evaluator {
  const alternatives = certainly(value);
  return () => alternatives;
}

function constantPart(constant: NftExpression, type: string): Part {
  const matcher = partMatcher(constant, type);
  return matcher.kind === 'exact' ? matcher.value : undefined;
}

function operandTypes({ operator, left }: Extract<NftExpression, { kind: 'binary' }>): readonly string[] {
  return operator === '<<' || operator === '>>' ? ['integer'] : expressionTypes(left);
}

/**
 * `numgen random mod N` (net/netfilter/nft_numgen.c). `numgen inc` takes turns, and of a hash the input is not modelled:
 * for a packet of which nothing else is known, all values are as likely.
 */
function evenly(modulus: number, offset: number): Evaluator {
  if (!Number.isSafeInteger(modulus) || modulus < 1 || modulus > maximumAlternatives) return always([undefined]);
  const probability = Fraction.of(1, modulus);
  let alternatives: readonly Alternative[] | undefined;
  return () => {
    alternatives ??= Array.from({ length: modulus }, (_, at) => ({ probability, value: [at + offset] }));
    return alternatives;
  };
}

/** Every way in which the parts can come together; what one part breaks, breaks the whole. */
function combine(parts: readonly Evaluator[], make: (values: readonly Part[]) => Value): Evaluator {
  return (packet, surroundings) => {
    let ways: readonly Alternative[] = certainly([]);
    for (const part of parts) {
      const alternatives = part(packet, surroundings);
      if (ways.length * alternatives.length > maximumAlternatives) return certainly([undefined]);
      ways = ways.flatMap((way) => alternatives.map((next) => joined(way, next)));
    }
    return ways.map(({ probability, value }) => ({ probability, value: value === 'break' ? value : make(value) }));
  };
}

function joined(first: Alternative, second: Alternative): Alternative {
  const probability = first.probability.times(second.probability);
  const isBroken = first.value === 'break' || second.value === 'break';
  return { probability, value: isBroken ? 'break' : [...first.value, ...second.value] };
}

/** `numgen random mod 2 map { 0 : 10.0.0.1 . 80 }`: a key that the map does not have ends the rule. */
function compileMap({ key, data }: Extract<NftExpression, { kind: 'map' }>, context: TableContext): Evaluator {
  const keys = compileExpression(key, context);
  const lookup = context.lookup(data, expressionTypes(key));
  if (!lookup) return always([undefined]);
  return (packet, surroundings) =>
    keys(packet, surroundings).map(({ probability, value }) => {
      if (value === 'break') return { probability, value };
      const found = lookup.find(value);
      if (found === 'missing') return { probability, value: 'break' };
      return { probability, value: found === 'unknown' ? [undefined] : lookup.dataOf(found) };
    });
}

/** Options and extension headers (net/netfilter/nft_exthdr.c): a packet here has none of those that it can do without. */
function headerValue(header: string, field: string | undefined, packet: TracedPacket): Value {
  switch (header) {
    case 'tcp option':
      return packet.protocol === 6 ? [undefined] : 'break';
    case 'sctp chunk':
      return packet.protocol === 132 ? [undefined] : 'break';
    default: {
      const family = header === 'exthdr' ? 'ipv6' : 'ipv4';
      return packet.family === family && field === undefined ? [0] : 'break';
    }
  }
}
