import * as c from './characters.ts';
import { GOTO, NONE } from './columns.ts';
import type { NameIndex, NameTable } from './nameTable.ts';
import { NextOccurrence } from './nextOccurrence.ts';

/** A target that was interned. */
interface RecentTarget {
  readonly table: number;
  readonly text: string;
  readonly index: NameIndex;
}

/** The length of KUBE-SEP- and a hash, less than which a target's name is remembered. */
const longTarget = 20;

/**
 * Finds the chain and the target of a rule without parsing the rest of it. It knows only the form that `iptables-save`
 * prints, `-A CHAIN ... -j TARGET ...`, and says when a line might mean something else: the caller then parses that
 * line in full.
 *
 * This is what the scan of a large dump spends its time on. So it leaves the search for characters to the engine, looks
 * at few characters itself, and keeps its results in fields until the next call.
 */
export class RuleScan {
  readonly #text: string;
  readonly #names: NameTable;
  readonly #quotes: NextOccurrence;
  readonly #tabs: NextOccurrence;
  readonly #nulls: NextOccurrence;
  /** Every way to give a target, `-j`, `-g`, `--jump`, `--goto`, has one of these letters after the dashes. */
  readonly #letterJ: NextOccurrence;
  readonly #letterG: NextOccurrence;
  /** The next quote, tab or NUL: a line in front of it has plain words only. */
  #nextSpecial = -1;
  /** The last two short targets: the rules of endpoints' chains have the same two in turn. */
  #recent: RecentTarget = { table: NONE, text: '', index: NONE };
  #lessRecent: RecentTarget = this.#recent;
  /** The name of the chain with a space after it, as it stands in front of a rule's options. */
  #chainText = '';
  /** The name of the rule's chain. */
  chain: NameIndex = NONE;
  /** The name of the rule's target, or NONE. */
  target: NameIndex = NONE;
  flags = 0;

  constructor(text: string, names: NameTable) {
    this.#text = text;
    this.#names = names;
    this.#quotes = new NextOccurrence(text, '"');
    this.#tabs = new NextOccurrence(text, '\t');
    this.#nulls = new NextOccurrence(text, '\0');
    this.#letterJ = new NextOccurrence(text, 'j');
    this.#letterG = new NextOccurrence(text, 'g');
  }

  /**
   * Scans the line from `start` to `end`, its line end excluded. Lines must be given in the order of the text.
   * @returns Whether the fields are right; if not, the line must be parsed in full.
   */
  scan(start: number, end: number, table: number): boolean {
    const text = this.#text;
    this.target = NONE;
    this.flags = 0;
    const command = text.charCodeAt(start) === c.OPEN_BRACKET ? this.#skipCounters(start, end) : start;
    if (!text.startsWith('-A ', command)) return false;
    if (this.#nextSpecial < start) this.#findSpecial(start);
    const chainEnd = this.#readChain(command + 3, end, table);
    if (chainEnd === -1) return false;
    if (this.#nextSpecial >= end) return this.#findTargets(chainEnd, end, end, table);
    return this.#scanQuoted(chainEnd, end, table);
  }

  #findSpecial(start: number): void {
    this.#nextSpecial = Math.min(this.#quotes.from(start), this.#tabs.from(start), this.#nulls.from(start));
  }

  /** The offset after `[packets:bytes] `, or of something that is no command. */
  #skipCounters(start: number, end: number): number {
    const text = this.#text;
    let at = start + 1;
    while (at < end && c.isDigit(text.charCodeAt(at))) at++;
    if (at === start + 1 || text.charCodeAt(at) !== c.COLON) return start;
    const bytes = ++at;
    while (at < end && c.isDigit(text.charCodeAt(at))) at++;
    const closed = at > bytes && text.charCodeAt(at) === c.CLOSE_BRACKET && text.charCodeAt(at + 1) === c.SPACE;
    return closed ? at + 2 : start;
  }

  /** Reads the chain's name; returns where it ends, or -1 when the name is not a plain word. */
  #readChain(start: number, end: number, table: number): number {
    const names = this.#names;
    // Most rules stand in the same chain as the one before, most others in one of the chains declared after it.
    const isSame = this.chain !== NONE && this.#text.startsWith(this.#chainText, start);
    if (isSame && names.table(this.chain) === table) return start + this.#chainText.length - 1;
    const nameEnd = this.#nameEnd(start, this.#nextSpecial, end);
    if (nameEnd === -1) return -1;
    const next = this.chain === NONE ? NONE : this.chain + 1;
    const isNext = next < names.size && names.table(next) === table && names.isAt(next, start, nameEnd);
    this.chain = isNext ? next : names.internAt(table, start, nameEnd);
    this.#chainText = `${names.name(this.chain)} `;
    return nameEnd;
  }

  /** Where the word at `start` ends if it does so in front of `plainEnd` or at the end of the line, or else -1. */
  #nameEnd(start: number, plainEnd: number, end: number): number {
    const space = this.#text.indexOf(' ', start);
    const nameEnd = space === -1 || space > end ? end : space;
    return nameEnd <= start || nameEnd > plainEnd ? -1 : nameEnd;
  }

  /** Looks for targets before, between and after the quoted words of a line. */
  #scanQuoted(start: number, end: number, table: number): boolean {
    let at = start;
    if (this.#tabs.from(start) < end || this.#nulls.from(start) < end) return false;
    while (true) {
      const quote = this.#quotes.from(at);
      if (!this.#findTargets(at, Math.min(quote, end), end, table)) return false;
      if (quote >= end) return true;
      at = this.#skipQuoted(quote, end);
      if (at === -1) return false;
    }
  }

  /** Looks for targets between two offsets that hold no quote; false when something is out of the ordinary. */
  #findTargets(start: number, plainEnd: number, end: number, table: number): boolean {
    for (let at = this.#letterJ.from(start); at < plainEnd; at = this.#letterJ.from(at + 1)) {
      if (!this.#readTarget(at, start, plainEnd, end, table)) return false;
    }
    for (let at = this.#letterG.from(start); at < plainEnd; at = this.#letterG.from(at + 1)) {
      if (!this.#readTarget(at, start, plainEnd, end, table)) return false;
    }
    return true;
  }

  /** Looks whether the `j` or `g` at an offset makes a target; false when that is not certain. */
  #readTarget(letter: number, start: number, plainEnd: number, end: number, table: number): boolean {
    const text = this.#text;
    if (text.charCodeAt(letter - 1) !== c.DASH) return true;
    const before = text.charCodeAt(letter - 2);
    // A long name such as --jump, or an option of another meaning with the same first letter.
    if (before === c.DASH && text.charCodeAt(letter - 3) === c.SPACE) return false;
    if (before !== c.SPACE) return true;
    if (this.target !== NONE || text.charCodeAt(letter + 1) !== c.SPACE) return false;
    if (!this.#mayOptionStandAt(letter - 1, start)) return false;
    const nameEnd = this.#nameEnd(letter + 2, plainEnd, end);
    if (nameEnd === -1) return false;
    this.target = this.#internTarget(table, letter + 2, nameEnd);
    this.flags = text.charCodeAt(letter) === c.LOWER_G ? GOTO : 0;
    return true;
  }

  #internTarget(table: number, start: number, end: number): NameIndex {
    const target = this.#lessRecent;
    if (end - start === target.text.length && target.table === table && this.#text.startsWith(target.text, start)) {
      this.#lessRecent = this.#recent;
      this.#recent = target;
      return target.index;
    }
    const index = this.#names.internAt(table, start, end);
    // Long names are those of chains with a hash, which do not come again soon.
    if (end - start < longTarget) {
      this.#lessRecent = this.#recent;
      this.#recent = { table, text: this.#names.name(index), index };
    }
    return index;
  }

  /** Whether the word before is neither an option, whose value may follow, nor a `!`. */
  #mayOptionStandAt(start: number, lineStart: number): boolean {
    const text = this.#text;
    let at = start - 2;
    if (text.charCodeAt(at) === c.SPACE) return false;
    while (at > lineStart && text.charCodeAt(at) !== c.SPACE) at--;
    const first = text.charCodeAt(at + 1);
    return first !== c.DASH && first !== c.EXCLAMATION;
  }

  /** The offset after the closing quote, or -1 when a full parse must look at what is quoted. */
  #skipQuoted(quote: number, end: number): number {
    const text = this.#text;
    if (text.charCodeAt(quote - 1) !== c.SPACE || text.charCodeAt(quote + 1) === c.DASH) return -1;
    let close = this.#quotes.from(quote + 1);
    while (close < end && isEscaped(text, close)) close = this.#quotes.from(close + 1);
    if (close >= end) return -1;
    return close + 1 === end || text.charCodeAt(close + 1) === c.SPACE ? close + 1 : -1;
  }
}

/** Whether a quote is escaped: an odd number of backslashes stands before it. */
function isEscaped(text: string, quote: number): boolean {
  let at = quote;
  while (text.charCodeAt(at - 1) === c.BACKSLASH) at--;
  return (quote - at) % 2 === 1;
}
