const doubleQuote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** The offset behind a value, or -1 when it is cut off or not JSON. */
type End = number;

/**
 * Finds where JSON values begin and end without making objects of them, and without recursion, so that neither size
 * nor depth of the input matters. It checks the syntax as it goes.
 */
export class JsonScanner {
  readonly #text: string;
  /** The offset of the first character that is not JSON; the text's length when it is cut off. */
  errorAt = -1;

  constructor(text: string) {
    this.#text = text;
  }

  /** The offset of the next character that is no blank. */
  skipBlanks(at: number): number {
    let next = at;
    for (;;) {
      const code = this.#text.charCodeAt(next);
      if (code !== 0x20 && code !== 0x0a && code !== 0x09 && code !== 0x0d) return next;
      next++;
    }
  }

  /** The offset behind the value at `at`, or -1. */
  skipValue(at: number): End {
    const code = this.#text.charCodeAt(at);
    if (code === doubleQuote) return this.#skipString(at);
    if (code === openBrace || code === openBracket) return this.#skipContainer(at);
    return this.#skipLiteral(at);
  }

  /**
   * Calls `visit` with the key (as it stands, escapes included) and the place of each member's value; `visit` returns
   * where the value ends, or -1.
   * @returns the offset behind the object, or -1
   */
  eachMember(at: number, visit: (key: string, start: number) => End): End {
    if (this.#text.charCodeAt(at) !== openBrace) return this.#fail(at);
    let next = this.skipBlanks(at + 1);
    if (this.#text.charCodeAt(next) === closeBrace) return next + 1;
    for (;;) {
      const keyAt = next;
      const start = this.#skipKey(keyAt);
      if (start === -1) return -1;
      const end = visit(this.#text.slice(keyAt + 1, this.#text.indexOf('"', keyAt + 1)), start);
      if (end === -1) return -1;
      next = this.skipBlanks(end);
      const code = this.#text.charCodeAt(next);
      if (code === closeBrace) return next + 1;
      if (code !== comma) return this.#fail(next);
      next = this.skipBlanks(next + 1);
    }
  }

  /**
   * Calls `visit` with the place of each item; `visit` returns where the item ends, or -1.
   * @returns the offset behind the array, or -1
   */
  eachItem(at: number, visit: (start: number) => End): End {
    if (this.#text.charCodeAt(at) !== openBracket) return this.#fail(at);
    let next = this.skipBlanks(at + 1);
    if (this.#text.charCodeAt(next) === closeBracket) return next + 1;
    for (;;) {
      const end = visit(next);
      if (end === -1) return -1;
      const after = this.skipBlanks(end);
      const code = this.#text.charCodeAt(after);
      if (code === closeBracket) return after + 1;
      if (code !== comma) return this.#fail(after);
      next = this.skipBlanks(after + 1);
    }
  }

  #fail(at: number): -1 {
    if (this.errorAt === -1) this.errorAt = Math.min(at, this.#text.length);
    return -1;
  }

  #skipString(at: number): End {
    for (let close = this.#text.indexOf('"', at + 1); close !== -1; close = this.#text.indexOf('"', close + 1)) {
      let before = close - 1;
      while (this.#text.charCodeAt(before) === backslash) before--;
      if ((close - 1 - before) % 2 === 0) return close + 1;
    }
    return this.#fail(this.#text.length);
  }

  #skipLiteral(at: number): End {
    literal.lastIndex = at;
    return literal.test(this.#text) ? literal.lastIndex : this.#fail(at);
  }

  #skipContainer(at: number): End {
    /** The brackets that are open, innermost last. */
    const open: number[] = [];
    let next = at;
    for (;;) {
      const code = this.#text.charCodeAt(next);
      if (code === openBrace || code === openBracket) {
        const close = code === openBrace ? closeBrace : closeBracket;
        const inner = this.skipBlanks(next + 1);
        if (this.#text.charCodeAt(inner) === close) next = inner + 1;
        else {
          open.push(close);
          next = code === openBrace ? this.#skipKey(inner) : inner;
          if (next === -1) return -1;
          continue;
        }
      } else next = code === doubleQuote ? this.#skipString(next) : this.#skipLiteral(next);
      if (next === -1) return -1;
      // A value is complete: close what ends here, then go on to the next value.
      for (;;) {
        const close = open.at(-1);
        if (close === undefined) return next;
        next = this.skipBlanks(next);
        const after = this.#text.charCodeAt(next);
        if (after === close) {
          open.pop();
          next++;
          continue;
        }
        if (after !== comma) return this.#fail(next);
        next = this.skipBlanks(next + 1);
        if (close === closeBrace) next = this.#skipKey(next);
        if (next === -1) return -1;
        break;
      }
    }
  }

  /** Skips `"key":`; returns where the value begins. */
  #skipKey(at: number): End {
    if (this.#text.charCodeAt(at) !== doubleQuote) return this.#fail(at);
    const end = this.#skipString(at);
    if (end === -1) return -1;
    const colonAt = this.skipBlanks(end);
    return this.#text.charCodeAt(colonAt) === colon ? this.skipBlanks(colonAt + 1) : this.#fail(colonAt);
  }
}

const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
