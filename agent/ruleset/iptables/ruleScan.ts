import * as c from './characters.ts';
import { GOTO, NONE } from './columns.ts';
import { hashNext, hashStart, type NameIndex, type NameTable } from './nameTable.ts';

/**
 * Finds the chain and the target of a rule in one pass over its line, without making a single object. It knows only
 * the form that `iptables-save` prints, `-A CHAIN ... -j TARGET ...`, and says when a line might mean something else:
 * the caller then parses that line in full.
 *
 * The results stand in its fields until the next call: this is what the scan of a large dump spends its time on.
 */
export class RuleScan {
  readonly #text: string;
  readonly #names: NameTable;
  /** The name of the rule's chain. */
  chain: NameIndex = NONE;
  /** The name of the rule's target, or NONE. */
  target: NameIndex = NONE;
  flags = 0;
  /** Offset of the line's `\n`. */
  end = 0;

  constructor(text: string, names: NameTable) {
    this.#text = text;
    this.#names = names;
  }

  /**
   * Scans the line at `start`, which must have a `\n`.
   * @returns Whether the fields are right; if not, the line must be parsed in full.
   */
  scan(start: number, table: number): boolean {
    const text = this.#text;
    this.target = NONE;
    this.flags = 0;
    const command = text.charCodeAt(start) === c.OPEN_BRACKET ? this.#skipCounters(start) : start;
    if (
      text.charCodeAt(command) !== c.DASH ||
      text.charCodeAt(command + 1) !== c.UPPER_A ||
      text.charCodeAt(command + 2) !== c.SPACE
    ) {
      return false;
    }
    const chainEnd = this.#readChain(command + 3, table);
    return chainEnd !== -1 && this.#scanWords(chainEnd, table);
  }

  /** The offset after `[packets:bytes] `, or of something that is no command. */
  #skipCounters(start: number): number {
    const text = this.#text;
    let at = start + 1;
    while (c.isDigit(text.charCodeAt(at))) at++;
    if (at === start + 1 || text.charCodeAt(at) !== c.COLON) return start;
    const bytes = ++at;
    while (c.isDigit(text.charCodeAt(at))) at++;
    const closed = at > bytes && text.charCodeAt(at) === c.CLOSE_BRACKET && text.charCodeAt(at + 1) === c.SPACE;
    return closed ? at + 2 : start;
  }

  /** Reads the chain's name; returns where it ends, or -1 when the name is not a plain word. */
  #readChain(start: number, table: number): number {
    const text = this.#text;
    // Most rules stand in the same chain as the one before.
    const previous = this.chain;
    if (previous !== NONE && this.#names.table(previous) === table) {
      const end = start + this.#names.length(previous);
      const after = text.charCodeAt(end);
      if ((after === c.SPACE || after === c.NEWLINE) && this.#names.isTextAt(previous, start)) return end;
    }
    const end = this.#readName(start, table);
    if (end === -1) return -1;
    this.chain = this.#found;
    return end;
  }

  /** The name that {@link #readName} found. */
  #found: NameIndex = NONE;

  /** Interns the plain word at `start`; returns where it ends, or -1 when it is none. */
  #readName(start: number, table: number): number {
    const text = this.#text;
    let at = start;
    let hash = hashStart(table);
    let unit = text.charCodeAt(at);
    while (unit > c.QUOTE) {
      hash = hashNext(hash, unit);
      unit = text.charCodeAt(++at);
    }
    if (at === start || !(unit === c.SPACE || unit === c.NEWLINE || this.#isLineEnd(at))) return -1;
    this.#found = this.#names.internAt(table, start, at - start, hash);
    return at;
  }

  #isLineEnd(at: number): boolean {
    return this.#text.charCodeAt(at) === c.CARRIAGE_RETURN && this.#text.charCodeAt(at + 1) === c.NEWLINE;
  }

  /** Scans the words after the chain's name, up to the end of the line. */
  #scanWords(start: number, table: number): boolean {
    const text = this.#text;
    let at = start;
    /** First character of the word before the current one: after an option, `-j` may be that option's value. */
    let before = 0;
    while (true) {
      const unit = text.charCodeAt(at);
      if (unit > c.QUOTE) {
        at++;
      } else if (unit === c.SPACE) {
        const first = text.charCodeAt(++at);
        if (first === c.DASH) {
          const second = text.charCodeAt(at + 1);
          if (second === c.LOWER_J || second === c.LOWER_G) {
            if (before === c.DASH || before === c.EXCLAMATION || this.target !== NONE) return false;
            if (text.charCodeAt(at + 2) !== c.SPACE) return false;
            at = this.#readName(at + 3, table);
            if (at === -1) return false;
            this.target = this.#found;
            this.flags = second === c.LOWER_G ? GOTO : 0;
          } else if (second === c.DASH && mayBeJump(text.charCodeAt(at + 2))) {
            return false;
          }
        }
        if (first !== c.SPACE) before = first;
      } else if (unit === c.NEWLINE) {
        this.end = at;
        return true;
      } else if (unit === c.QUOTE) {
        at = this.#skipQuoted(at + 1);
        if (at === -1) return false;
      } else if (unit === c.EXCLAMATION || this.#isLineEnd(at)) {
        at++;
      } else {
        return false;
      }
    }
  }

  /** The offset after the closing quote, or -1 when a full parse must look at what is quoted. */
  #skipQuoted(start: number): number {
    const text = this.#text;
    let at = start;
    let unit = text.charCodeAt(at);
    if (unit === c.DASH) return -1;
    while (unit !== c.QUOTE) {
      if (unit === c.NEWLINE || c.isBinary(unit)) return -1;
      if (unit === c.BACKSLASH && text.charCodeAt(at + 1) !== c.NEWLINE) at++;
      unit = text.charCodeAt(++at);
    }
    const after = text.charCodeAt(at + 1);
    return after === c.SPACE || after === c.NEWLINE || this.#isLineEnd(at + 1) ? at + 1 : -1;
  }
}

/** Whether `--` and this character may begin `--jump` or `--goto`, or be the `--` that ends the options. */
function mayBeJump(unit: number): boolean {
  return unit === c.LOWER_J || unit === c.LOWER_G || unit <= c.SPACE;
}
