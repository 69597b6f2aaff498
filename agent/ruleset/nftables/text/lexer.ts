import type { Span } from '../../common/position.ts';

export interface NftToken extends Span {
  /** Without quotes. */
  readonly text: string;
  readonly quoted: boolean;
}

/** Blanks, line continuations, one of the token forms; sticky, so that it never searches ahead. */
const tokenPattern =
  /(?:[ \t\r\n]|\\\r?\n)*(?:"([^"\n]*)"?|([{}(),;])|(==|!=|<=|>=|<<|>>|[=!<>&|^])|(#[^\n]*)|([^\s"{}(),;=!<>&|^#\\]+|[\\\s]))/y;

/** Splits a piece of an nft rule set into tokens; comments are left out. Every other character ends up in a token. */
export function lexNft(text: string, start: number, end: number): NftToken[] {
  const tokens: NftToken[] = [];
  tokenPattern.lastIndex = start;
  while (tokenPattern.lastIndex < end) {
    const match = tokenPattern.exec(text);
    if (!match) break;
    const tokenEnd = tokenPattern.lastIndex;
    const [, quoted, bracket, operator, comment, word] = match;
    if (comment !== undefined) continue;
    if (quoted !== undefined) {
      const quotedStart = text.indexOf('"', match.index);
      if (quotedStart >= end) break;
      tokens.push({ text: quoted, quoted: true, start: quotedStart, end: Math.min(tokenEnd, end) });
      continue;
    }
    const plain = bracket ?? operator ?? word ?? '';
    const tokenStart = tokenEnd - plain.length;
    if (tokenStart >= end) break;
    pushWord(tokens, text.slice(tokenStart, Math.min(tokenEnd, end)), tokenStart);
  }
  return tokens;
}

/** Colons may stand without blanks behind a map's key, `10.0.0.1: accept`, and behind a map, `map { ... }:80`. */
function pushWord(tokens: NftToken[], word: string, start: number): void {
  const end = start + word.length;
  if (word.length > 1 && word.startsWith(':') && !word.startsWith('::') && tokens.at(-1)?.text === '}') {
    tokens.push({ text: ':', quoted: false, start, end: start + 1 });
    tokens.push({ text: word.slice(1), quoted: false, start: start + 1, end });
  } else if (word.length > 1 && word.endsWith(':') && !word.endsWith('::')) {
    tokens.push({ text: word.slice(0, -1), quoted: false, start, end: end - 1 });
    tokens.push({ text: ':', quoted: false, start: end - 1, end });
  } else tokens.push({ text: word, quoted: false, start, end });
}

/** A place in a row of tokens. */
export class NftTokenCursor {
  /** The text that the tokens were taken from. */
  readonly source: string;
  readonly #tokens: readonly NftToken[];
  /** Index of the next token; assign to go back. */
  index = 0;

  constructor(source: string, tokens: readonly NftToken[]) {
    this.source = source;
    this.#tokens = tokens;
  }

  get done(): boolean {
    return this.index >= this.#tokens.length;
  }

  peek(ahead = 0): NftToken | undefined {
    return this.#tokens[this.index + ahead];
  }

  next(): NftToken | undefined {
    return this.#tokens[this.index++];
  }

  /** The next token's text when it is a word or sign, not a quoted string. */
  word(ahead = 0): string | undefined {
    const token = this.peek(ahead);
    return token && !token.quoted ? token.text : undefined;
  }

  /** Steps over the words when they stand next. */
  accept(...words: readonly string[]): boolean {
    if (!words.every((word, ahead) => this.word(ahead) === word)) return false;
    this.index += words.length;
    return true;
  }

  /** Takes the next token when it is a whole number in decimal or hexadecimal. */
  integer(): number | undefined {
    const word = this.word();
    if (word === undefined || !/^(?:0x[0-9a-f]+|\d+)$/i.test(word)) return undefined;
    this.index++;
    return Number(word);
  }

  /** Where the tokens from `index` up to the next one stand. */
  spanFrom(index: number): Span {
    const first = this.#tokens[index];
    const last = this.#tokens[Math.max(index, this.index - 1)] ?? this.#tokens.at(-1);
    return { start: first?.start ?? last?.end ?? 0, end: last?.end ?? 0 };
  }

  /** The text of the tokens from `index` up to the next one. */
  sourceFrom(index: number): string {
    const { start, end } = this.spanFrom(index);
    return this.source.slice(start, end);
  }
}
