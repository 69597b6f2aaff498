import type { Span } from '../../common/position.ts';
import type { NftSet } from '../document.ts';
import { typeOfExpression } from '../typeOf.ts';
import { parseDuration } from './constant.ts';
import { parseExpression } from './expression.ts';
import { lazyTextSet, type NftSetProperties } from './lazy.ts';
import { lexNft, type NftToken, NftTokenCursor } from './lexer.ts';
import { NftTextScanner } from './scanner.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
type SetHead = Pick<NftSet, 'name' | 'kind' | 'handle' | 'span'>;

/** Reads the inside of a `set` or `map` block. Properties that say nothing about what it matches are passed over. */
export function readSet(text: string, inside: Span, head: SetHead): NftSet {
  const scanner = new NftTextScanner(text);
  const properties: Mutable<NftSetProperties> = { ...head, keyTypes: [], dataTypes: [], flags: [] };
  let elements: Span | undefined;
  let at = scanner.skipSpace(inside.start);
  while (at < inside.end) {
    const statement = scanner.statementEnd(at);
    const end = Math.min(statement.end, inside.end);
    if (/^elements\b/.test(text.slice(at, at + 9))) elements = betweenBraces(text, at, end) ?? elements;
    else readProperty(text, lexNft(text, at, end), properties);
    at = scanner.skipSpace(Math.max(statement.next, at + 1));
  }
  return lazyTextSet(text, properties, elements);
}

function betweenBraces(text: string, start: number, end: number): Span | undefined {
  const open = text.indexOf('{', start);
  if (open === -1 || open >= end) return undefined;
  return { start: open + 1, end: text.charAt(end - 1) === '}' ? end - 1 : end };
}

function readProperty(text: string, tokens: readonly NftToken[], properties: Mutable<NftSetProperties>): void {
  const [keyword, ...values] = tokens;
  const value = values[0]?.text;
  if (!keyword || value === undefined) return;
  switch (keyword.text) {
    case 'type': {
      const [keys, data] = splitAtColon(values);
      properties.keyTypes = typeNames(keys);
      properties.dataTypes = typeNames(data);
      return;
    }
    case 'typeof': {
      const [keys, data] = splitAtColon(values);
      properties.keyTypes = typesOf(text, keys);
      properties.dataTypes = typesOf(text, data);
      return;
    }
    case 'flags':
      properties.flags = values.flatMap((token) => (token.text === ',' ? [] : [token.text]));
      return;
    case 'comment':
      properties.comment = value;
      return;
    case 'size':
      if (/^\d+$/.test(value)) properties.size = Number(value);
      return;
    case 'timeout': {
      const seconds = parseDuration(value);
      if (seconds !== undefined) properties.timeout = seconds;
      return;
    }
    case 'gc-interval': {
      const seconds = parseDuration(value);
      if (seconds !== undefined) properties.garbageCollectionInterval = seconds;
      return;
    }
    default:
      return;
  }
}

function splitAtColon(tokens: readonly NftToken[]): readonly [readonly NftToken[], readonly NftToken[]] {
  const colon = tokens.findIndex((token) => token.text === ':');
  return colon === -1 ? [tokens, []] : [tokens.slice(0, colon), tokens.slice(colon + 1)];
}

function typeNames(tokens: readonly NftToken[]): readonly string[] {
  return tokens.flatMap((token) => (token.text === '.' || token.text === 'interval' ? [] : [token.text]));
}

/** The types of `typeof ip saddr . tcp dport`. */
function typesOf(text: string, tokens: readonly NftToken[]): readonly string[] {
  if (tokens.length === 0) return [];
  const expression = parseExpression(new NftTokenCursor(text, tokens));
  if (!expression) return ['unknown'];
  return expression.kind === 'concatenation' ? expression.items.map(typeOfExpression) : [typeOfExpression(expression)];
}
