import type { NftElement } from '../document.ts';
import type { NftExpression } from '../expression.ts';
import { parseDuration } from './constant.ts';
import { parseConstants } from './expression.ts';
import type { NftTokenCursor } from './lexer.ts';
import { parseVerdict } from './verdict.ts';

type PropertyName = 'comment' | 'timeout' | 'expires' | 'packets' | 'bytes';
type Properties = { -readonly [Name in PropertyName]?: NonNullable<NftElement[Name]> };

/** Reads elements up to the closing brace; undefined when the braces do not close. */
export function parseElements(cursor: NftTokenCursor, depth: number): readonly NftElement[] | undefined {
  const elements: NftElement[] = [];
  while (!cursor.done && cursor.word() !== '}') {
    elements.push(parseElement(cursor, depth));
    if (!cursor.accept(',') && cursor.word() !== '}') return undefined;
  }
  return elements;
}

/** Reads one element up to the next comma or closing brace. What is not understood is kept as source text, as its key. */
export function parseElement(cursor: NftTokenCursor, depth: number): NftElement {
  const start = cursor.index;
  const key = parseConstants(cursor, depth, false);
  const properties: Properties = {};
  let data: NftExpression | undefined;
  if (key && parseProperties(cursor, properties) && cursor.accept(':')) {
    const verdict = parseVerdict(cursor);
    data = verdict ? { kind: 'verdict', verdict } : parseConstants(cursor, depth, false);
    parseProperties(cursor, properties);
  }
  if (key && atElementEnd(cursor)) {
    return { key, ...(data === undefined ? {} : { data }), ...properties, span: cursor.spanFrom(start) };
  }
  skipToElementEnd(cursor);
  return { key: { kind: 'unknown', source: cursor.sourceFrom(start) }, span: cursor.spanFrom(start) };
}

/** Reads `timeout 3h expires 2h59m comment "..."`, which may follow a key. */
export function parseElementTimes(cursor: NftTokenCursor): Pick<Properties, 'comment' | 'timeout' | 'expires'> {
  const properties: Properties = {};
  while (parseTime(cursor, properties));
  return properties;
}

const propertyWords: ReadonlySet<string> = new Set(['timeout', 'expires', 'comment', 'counter']);
/** Statements of an element that say nothing about what it matches. */
const elementStatements: ReadonlySet<string> = new Set(['limit', 'quota', 'last', 'ct']);

/** Reads what may follow a key besides its times: `counter packets 0 bytes 0`. */
function parseProperties(cursor: NftTokenCursor, properties: Properties): true {
  for (;;) {
    if (parseTime(cursor, properties)) continue;
    if (cursor.accept('counter')) {
      const packets = cursor.accept('packets') ? cursor.integer() : undefined;
      const bytes = cursor.accept('bytes') ? cursor.integer() : undefined;
      if (packets !== undefined) properties.packets = packets;
      if (bytes !== undefined) properties.bytes = bytes;
    } else if (elementStatements.has(cursor.word() ?? '')) {
      cursor.index++;
      while (!atElementEnd(cursor) && cursor.word() !== ':' && !propertyWords.has(cursor.word() ?? '')) cursor.index++;
    } else return true;
  }
}

/** Reads one of `timeout`, `expires` and `comment`; false when none of them stands here. */
function parseTime(cursor: NftTokenCursor, properties: Properties): boolean {
  const word = cursor.word();
  const value = cursor.peek(1);
  if (!value) return false;
  if (word === 'comment') properties.comment = value.text;
  else if (word === 'timeout' || word === 'expires') {
    const seconds = parseDuration(value.text);
    if (seconds === undefined) return false;
    properties[word] = seconds;
  } else return false;
  cursor.index += 2;
  return true;
}

function atElementEnd(cursor: NftTokenCursor): boolean {
  const word = cursor.word();
  return cursor.done || word === ',' || word === '}';
}

function skipToElementEnd(cursor: NftTokenCursor): void {
  let open = 0;
  for (; !cursor.done; cursor.index++) {
    const word = cursor.word();
    if (open === 0 && (word === ',' || word === '}')) return;
    if (word === '{') open++;
    if (word === '}') open--;
  }
}
