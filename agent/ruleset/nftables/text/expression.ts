import type { NftExpression } from '../expression.ts';
import { parseConstant } from './constant.ts';
import { parseElements } from './element.ts';
import type { NftTokenCursor } from './lexer.ts';
import { parseSelector } from './selector.ts';

/** Expressions nest a few levels; what nests deeper is damaged input, and must not exhaust the stack. */
export const maximumDepth = 64;

/** Binary operators, loosest first; the words are what iptables-nft's rules are translated to. */
const binaryOperators: readonly (readonly (readonly [spelling: string, operator: string])[])[] = [
  [
    ['|', '|'],
    ['or', '|'],
  ],
  [
    ['^', '^'],
    ['xor', '^'],
  ],
  [
    ['&', '&'],
    ['and', '&'],
  ],
  [
    ['<<', '<<'],
    ['lshift', '<<'],
    ['>>', '>>'],
    ['rshift', '>>'],
  ],
];

/**
 * Reads an expression that is computed from the packet or a constant: selectors, concatenations, arithmetic, maps.
 * @returns undefined when there is none that is understood; the cursor may then stand anywhere
 */
export function parseExpression(cursor: NftTokenCursor, depth = 0): NftExpression | undefined {
  if (depth > maximumDepth) return undefined;
  const first = parseBinary(cursor, 0, depth + 1);
  if (!first) return undefined;
  const items = [first];
  while (cursor.accept('.')) {
    const item = parseBinary(cursor, 0, depth + 1);
    if (!item) return undefined;
    items.push(item);
  }
  const key: NftExpression = items.length === 1 ? first : { kind: 'concatenation', items };
  if (!cursor.accept('map')) return key;
  const data = parseSetReference(cursor, depth + 1);
  return data && { kind: 'map', key, data };
}

/** `{ ... }` or `@name`. */
export function parseSetReference(cursor: NftTokenCursor, depth: number): NftExpression | undefined {
  const word = cursor.word();
  if (word?.startsWith('@') && word.length > 1) {
    cursor.index++;
    return { kind: 'namedSet', name: word.slice(1) };
  }
  if (depth > maximumDepth || !cursor.accept('{')) return undefined;
  const elements = parseElements(cursor, depth + 1);
  return elements && cursor.accept('}') ? { kind: 'set', elements } : undefined;
}

/** Constants as they stand right of an operator or in a set: values, lists `a,b`, concatenations, sets. */
export function parseConstants(cursor: NftTokenCursor, depth: number, withLists: boolean): NftExpression | undefined {
  const isReference = cursor.word() === '{' || (cursor.word()?.startsWith('@') ?? false);
  if (isReference) return parseSetReference(cursor, depth);
  const first = parseSingleConstant(cursor);
  if (!first) return undefined;
  // Versions before 1.0 print `fin | syn` for what is a list of flags now.
  const separator = cursor.word();
  if (withLists && (separator === ',' || separator === '|')) {
    const items = [first];
    while (cursor.accept(separator)) {
      const item = parseSingleConstant(cursor);
      if (!item) return undefined;
      items.push(item);
    }
    return { kind: 'list', items };
  }
  if (cursor.word() !== '.') return first;
  const items = [first];
  while (cursor.accept('.')) {
    const item = parseSingleConstant(cursor);
    if (!item) return undefined;
    items.push(item);
  }
  return { kind: 'concatenation', items };
}

const punctuation: ReadonlySet<string> = new Set(['{', '}', '(', ')', ',', ';', ':', '.', '=', '!', '==', '!=']);

function parseSingleConstant(cursor: NftTokenCursor): NftExpression | undefined {
  const token = cursor.peek();
  if (!token || (!token.quoted && punctuation.has(token.text))) return undefined;
  cursor.index++;
  if (!token.quoted) return parseConstant(token.text);
  const from: NftExpression = { kind: 'value', value: token.text };
  const to = cursor.word() === '-' ? cursor.peek(1) : undefined;
  if (!to?.quoted) return from;
  cursor.index += 2;
  return { kind: 'range', from, to: { kind: 'value', value: to.text } };
}

function parseBinary(cursor: NftTokenCursor, level: number, depth: number): NftExpression | undefined {
  const operators = binaryOperators[level];
  if (!operators) return parsePrimary(cursor, depth);
  let left = parseBinary(cursor, level + 1, depth);
  while (left) {
    const word = cursor.word();
    const operator = operators.find(([spelling]) => spelling === word)?.[1];
    if (operator === undefined) return left;
    cursor.index++;
    const right = parseBinary(cursor, level + 1, depth);
    if (!right) return undefined;
    left = { kind: 'binary', operator, left, right };
  }
  return undefined;
}

function parsePrimary(cursor: NftTokenCursor, depth: number): NftExpression | undefined {
  if (cursor.word() === '{') return parseSetReference(cursor, depth);
  if (cursor.accept('(')) {
    const inner = depth > maximumDepth ? undefined : parseBinary(cursor, 0, depth + 1);
    return inner && cursor.accept(')') ? collectFlags(inner) : undefined;
  }
  const start = cursor.index;
  const selector = parseSelector(cursor, depth + 1);
  if (selector) return selector;
  cursor.index = start;
  return parseSingleConstant(cursor);
}

/** `(fin | syn)` is a list of flags, which JSON prints as one. */
function collectFlags(expression: NftExpression): NftExpression {
  const items = flagNames(expression);
  return items.length > 1 ? { kind: 'list', items } : expression;
}

function flagNames(expression: NftExpression): readonly NftExpression[] {
  if (expression.kind === 'value') return typeof expression.value === 'string' ? [expression] : [];
  if (expression.kind !== 'binary' || expression.operator !== '|') return [];
  const left = flagNames(expression.left);
  const right = flagNames(expression.right);
  return left.length > 0 && right.length > 0 ? [...left, ...right] : [];
}
