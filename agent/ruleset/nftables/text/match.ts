import type { NftExpression } from '../expression.ts';
import type { NftMatchOperator, NftStatementBody } from '../statement.ts';
import { parseDuration } from './constant.ts';
import { parseConstants, parseExpression, parseSetReference } from './expression.ts';
import type { NftTokenCursor } from './lexer.ts';

const comparisons: Readonly<Record<string, NftMatchOperator>> = {
  '==': '==',
  '!=': '!=',
  '<': '<',
  '>': '>',
  '<=': '<=',
  '>=': '>=',
  '!': '!',
  eq: '==',
  ne: '!=',
  lt: '<',
  gt: '>',
  le: '<=',
  ge: '>=',
};

/** Selectors whose values are sets of bits: without an operator they ask whether any of the bits is set. */
const bitKeys: ReadonlySet<string> = new Set(['state', 'status', 'event', 'label']);

/** Reads what begins with an expression: `KEY vmap ...`, `KEY set VALUE`, `KEY [OPERATOR] VALUE`. */
export function parseMatchOrMangle(cursor: NftTokenCursor): NftStatementBody | undefined {
  const reference = parseObjectReference(cursor);
  if (reference) return reference;
  const left = parseExpression(cursor);
  if (!left || left.kind === 'value') return undefined;
  if (cursor.accept('vmap')) {
    const data = parseSetReference(cursor, 0);
    return data && { kind: 'verdictMap', key: left, data };
  }
  if (cursor.accept('set')) {
    const value = cursor.word(1) === ',' ? parseConstants(cursor, 0, true) : parseExpression(cursor);
    return value && { kind: 'mangle', key: left, value };
  }
  return parseMatch(cursor, left);
}

/** `ct helper set "ftp"` and its like name an object rather than a value. */
function parseObjectReference(cursor: NftTokenCursor): NftStatementBody | undefined {
  const object = cursor.word(1);
  if (cursor.word() !== 'ct' || cursor.word(2) !== 'set') return undefined;
  if (object !== 'helper' && object !== 'timeout' && object !== 'expectation') return undefined;
  const name = cursor.peek(3);
  if (!name) return undefined;
  cursor.index += 4;
  return { kind: 'objectReference', object: `ct ${object}`, name: name.text };
}

function parseMatch(cursor: NftTokenCursor, left: NftExpression): NftStatementBody | undefined {
  if (cursor.accept('exists')) return { kind: 'match', operator: '==', left, right: { kind: 'value', value: true } };
  if (cursor.accept('missing')) return { kind: 'match', operator: '==', left, right: { kind: 'value', value: false } };
  const operator = comparisons[cursor.word() ?? ''];
  if (operator !== undefined) cursor.index++;
  const right = parseConstants(cursor, 0, true);
  if (!right) return undefined;
  if (cursor.accept('/')) return parseMaskedFlags(cursor, left, right, operator);
  const implicit = isBits(left) && right.kind !== 'set' && right.kind !== 'namedSet' ? 'in' : '==';
  return { kind: 'match', operator: operator ?? implicit, left, right: inSeconds(left, right) };
}

/** `tcp flags syn / fin,syn,rst,ack`: the bits after the slash are looked at. */
function parseMaskedFlags(
  cursor: NftTokenCursor,
  left: NftExpression,
  right: NftExpression,
  operator: NftMatchOperator | undefined,
): NftStatementBody | undefined {
  const mask = parseConstants(cursor, 0, true);
  if (!mask) return undefined;
  const masked: NftExpression = { kind: 'binary', operator: '&', left, right: mask };
  return { kind: 'match', operator: operator ?? '==', left: masked, right };
}

function isBits(expression: NftExpression): boolean {
  if (expression.kind === 'ct') return bitKeys.has(expression.key);
  return expression.kind === 'payload' && expression.protocol === 'tcp' && expression.field === 'flags';
}

/** Times stand with a unit in the text, and as seconds in JSON. */
function inSeconds(left: NftExpression, right: NftExpression): NftExpression {
  if (left.kind !== 'ct' || left.key !== 'expiration' || right.kind !== 'value') return right;
  const [from, to, ...more] = String(right.value)
    .split('-')
    .map((word): NftExpression | undefined => {
      const seconds = parseDuration(word);
      return seconds === undefined ? undefined : { kind: 'value', value: seconds };
    });
  if (!from || more.length > 0) return right;
  return to ? { kind: 'range', from, to } : from;
}
