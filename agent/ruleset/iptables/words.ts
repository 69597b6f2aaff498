import { BACKSLASH, QUOTE, SPACE, TAB } from './characters.ts';
import type { Word } from './rule.ts';

export interface SplitLine {
  readonly words: readonly Word[];
  /** Offset of the quote that nothing closes before the end of the line. */
  readonly unterminatedQuote: number | undefined;
}

/**
 * Splits a command line into words exactly as `iptables-restore` does (`add_param_to_argv` of xshared.c): spaces and
 * tabs separate; a double quote may open anywhere in a word, and closing it ends the word; a backslash escapes the next
 * character inside quotes and is an ordinary character outside; a quote that is never closed runs to the end of the line.
 */
export function splitWords(text: string, start: number, end: number): SplitLine {
  const words: Word[] = [];
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === SPACE || code === TAB) {
      at++;
      continue;
    }
    const wordStart = at;
    while (at < end && !isSeparator(text.charCodeAt(at))) at++;
    const plain = text.slice(wordStart, at);
    if (at >= end || text.charCodeAt(at) !== QUOTE) {
      words.push({ value: plain, span: { start: wordStart, end: at }, quoted: false });
      continue;
    }
    const quoted = readQuoted(text, at + 1, end);
    const value = plain + quoted.value;
    if (!quoted.closed) {
      if (value !== '') words.push({ value, span: { start: wordStart, end }, quoted: true });
      return { words, unterminatedQuote: at };
    }
    at = quoted.end;
    words.push({ value, span: { start: wordStart, end: at }, quoted: true });
  }
  return { words, unterminatedQuote: undefined };
}

function isSeparator(code: number): boolean {
  return code === SPACE || code === TAB || code === QUOTE;
}

function readQuoted(text: string, start: number, end: number): { value: string; end: number; closed: boolean } {
  let value = '';
  let copied = start;
  let at = start;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return { value: value + text.slice(copied, at), end: at + 1, closed: true };
    if (code === BACKSLASH) {
      value += text.slice(copied, at);
      copied = at + 1;
      at += 2;
    } else {
      at++;
    }
  }
  return { value: value + text.slice(copied, end), end, closed: false };
}

/**
 * The value of the word that starts at `start`, as {@link splitWords} would give it, and where the word ends; undefined
 * when it has a quote that is not closed.
 */
export function readWord(text: string, start: number, end: number): { value: string; end: number } | undefined {
  let at = start;
  while (at < end && !isSeparator(text.charCodeAt(at))) at++;
  if (at >= end || text.charCodeAt(at) !== QUOTE) return { value: text.slice(start, at), end: at };
  const quoted = readQuoted(text, at + 1, end);
  return quoted.closed ? { value: text.slice(start, at) + quoted.value, end: quoted.end } : undefined;
}
