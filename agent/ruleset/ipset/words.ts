import type { Span } from '../common/position.ts';

/** A word of a line, without its quotes; the span includes them. */
export interface IpsetWord extends Span {
  readonly text: string;
  /** The line ended inside of the quotes; ipset refuses it. */
  readonly unclosed: boolean;
}

const tab = 0x09;
const carriageReturn = 0x0d;
const space = 0x20;
const doubleQuote = 0x22;

/**
 * Splits a line as `ipset restore` does: blanks separate, double quotes switch quoting on and off anywhere in a word,
 * a backslash is a character like any other. An empty quoted word is no word at all; ipset drops it too.
 * @param quotes `literal` takes a double quote as a character like any other
 */
export function splitIpsetLine(
  text: string,
  start: number,
  end: number,
  quotes: 'quoting' | 'literal' = 'quoting',
): IpsetWord[] {
  const words: IpsetWord[] = [];
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === space || code === tab || code === carriageReturn) {
      at++;
      continue;
    }
    const wordStart = at;
    let quoted = false;
    let hasQuote = false;
    for (; at < end; at++) {
      const inner = text.charCodeAt(at);
      if (inner === doubleQuote && quotes === 'quoting') {
        quoted = !quoted;
        hasQuote = true;
      } else if (!quoted && (inner === space || inner === tab || inner === carriageReturn)) break;
    }
    const raw = text.slice(wordStart, at);
    const word = hasQuote ? raw.replaceAll('"', '') : raw;
    if (word !== '' || quoted) words.push({ text: word, start: wordStart, end: at, unclosed: quoted });
  }
  return words;
}

/** Writes a word so that {@link splitIpsetLine} reads it back. ipset has no way to write a double quote. */
export function quoteIpsetWord(word: string): string {
  return /[\s"]/.test(word) || word === '' ? `"${word}"` : word;
}
