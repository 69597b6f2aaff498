const newline = 0x0a;
const doubleQuote = 0x22;
const hash = 0x23;
const comma = 0x2c;
const semicolon = 0x3b;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** A statement's end, and what follows it. */
export interface NftStatementEnd {
  /** Behind the statement's last character that is no blank. */
  readonly end: number;
  /** Where to go on: behind the line end or semicolon, at the brace or comment. */
  readonly next: number;
  /** False when the text ended within braces or quotes. */
  readonly complete: boolean;
}

/** Finds where statements and blocks of an nft text begin and end, without making tokens of them. */
export class NftTextScanner {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The offset of the next character that is neither blank, line end, semicolon nor comment. */
  skipSpace(at: number): number {
    let next = at;
    for (;;) {
      const code = this.#text.charCodeAt(next);
      if (code === hash) next = this.#lineEnd(next);
      else if (code === 0x20 || code === newline || code === 0x09 || code === 0x0d || code === semicolon) next++;
      else if (code === backslash && /\s/.test(this.#text.charAt(next + 1))) next++;
      else return next;
    }
  }

  /** The end of the statement at `at`: a line end or semicolon outside of braces, or the brace that closes its block. */
  statementEnd(at: number): NftStatementEnd {
    let depth = 0;
    let next = at;
    for (; next < this.#text.length; next++) {
      const code = this.#text.charCodeAt(next);
      if (code === doubleQuote) next = this.#closingQuote(next);
      else if (code === openBrace) depth++;
      else if (code === closeBrace) {
        if (depth === 0) break;
        depth--;
      } else if (code === hash) {
        // nft 0.9 puts a warning and a line end into the middle of a rule that it cannot translate.
        if (depth > 0 || this.#text.startsWith('# Warning: XT', next)) next = this.#lineEnd(next);
        else break;
      } else if (code === backslash) next++;
      else if (depth === 0 && (code === newline || code === semicolon)) {
        return { end: this.#trimEnd(at, next), next: next + 1, complete: true };
      }
    }
    const end = Math.min(next, this.#text.length);
    return { end: this.#trimEnd(at, end), next: end, complete: depth === 0 };
  }

  /** The offset of the brace that opens a block after the words at `at`; undefined when the statement has none. */
  openingBrace(at: number): number | undefined {
    for (let next = at; next < this.#text.length; next++) {
      const code = this.#text.charCodeAt(next);
      if (code === openBrace) return next;
      if (code === doubleQuote) next = this.#closingQuote(next);
      else if (code === newline || code === semicolon || code === closeBrace || code === hash) return undefined;
    }
    return undefined;
  }

  /** Behind the brace that closes the block whose inside begins at `at`; undefined when the text ends before. */
  blockEnd(at: number): number | undefined {
    let depth = 1;
    for (let next = at; next < this.#text.length; next++) {
      const code = this.#text.charCodeAt(next);
      if (code === doubleQuote) next = this.#closingQuote(next);
      else if (code === hash) next = this.#lineEnd(next);
      else if (code === openBrace) depth++;
      else if (code === closeBrace && --depth === 0) return next + 1;
    }
    return undefined;
  }

  /** Calls `visit` with each comma-separated piece between `start` and `end`, outside of quotes and braces. */
  eachPiece(start: number, end: number, visit: (start: number, end: number) => void): void {
    let depth = 0;
    let pieceStart = start;
    for (let next = start; next < end; next++) {
      const code = this.#text.charCodeAt(next);
      if (code === doubleQuote) next = this.#closingQuote(next);
      else if (code === hash) next = this.#lineEnd(next);
      else if (code === openBrace) depth++;
      else if (code === closeBrace) depth--;
      else if (code === comma && depth === 0) {
        this.#visitPiece(pieceStart, next, visit);
        pieceStart = next + 1;
      }
    }
    this.#visitPiece(pieceStart, end, visit);
  }

  #visitPiece(start: number, end: number, visit: (start: number, end: number) => void): void {
    let first = start;
    while (first < end && /\s/.test(this.#text.charAt(first))) first++;
    const last = this.#trimEnd(first, end);
    if (first < last) visit(first, last);
  }

  /** The quote that closes the string at `at`; strings end with their line, so that an open one costs no more. */
  #closingQuote(at: number): number {
    for (let next = at + 1; next < this.#text.length; next++) {
      const code = this.#text.charCodeAt(next);
      if (code === doubleQuote) return next;
      if (code === newline) return next - 1;
    }
    return this.#text.length;
  }

  #lineEnd(at: number): number {
    const end = this.#text.indexOf('\n', at);
    return end === -1 ? this.#text.length : end;
  }

  #trimEnd(start: number, end: number): number {
    let last = end;
    while (last > start && /\s/.test(this.#text.charAt(last - 1))) last--;
    return last;
  }
}
