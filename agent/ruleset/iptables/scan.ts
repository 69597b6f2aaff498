import type { Span } from '../common/position.ts';
import { readChainLine } from './chainLine.ts';
import * as c from './characters.ts';
import { BLANK, CHAIN, COMMENT, COMMIT, Columns, GOTO, NONE, RULE, STANDS, TABLE, UNKNOWN } from './columns.ts';
import type { NameIndex } from './nameTable.ts';
import { parseRule } from './parseRule.ts';
import { type IptablesProblemCode, problem } from './problems.ts';
import { RuleScan } from './ruleScan.ts';
import { SectionTracker } from './sections.ts';

/** The longest line that `iptables-restore` reads as one: its buffer holds 10,240 bytes with `\n` and the end mark. */
const longestLine = 10_238;

/** What `iptables-save` prints after the name of a user's chain. */
const userChainTail = ' - [0:0]';

/** Reads a dump once from start to end and fills the columns. */
export function scanDump(text: string): Columns {
  return new DumpScan(text).run();
}

class DumpScan {
  readonly #text: string;
  readonly #columns: Columns;
  readonly #sections: SectionTracker;
  readonly #ruleScan: RuleScan;
  #line = 0;
  #binaryCount = 0;
  #firstBinary = 0;
  /** Consecutive lines that are nothing known are one problem. */
  #unknownRun: { readonly start: number; end: number; lines: number } | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#columns = new Columns(text);
    this.#sections = new SectionTracker(this.#columns);
    this.#ruleScan = new RuleScan(text, this.#columns.names);
  }

  run(): Columns {
    const { length } = this.#text;
    let at = 0;
    do {
      at = this.#readLine(at) + 1;
      this.#line++;
    } while (at < length);
    this.#endUnknownRun();
    this.#sections.finish(this.#line - 1, Math.min(at - 1, length));
    // After a last \n there is one more line, which is empty.
    if (at === length && length > 0) this.#pushLine(length, BLANK);
    if (this.#binaryCount > 0) {
      const span = { start: this.#firstBinary, end: this.#firstBinary + 1 };
      this.#report('binary-content', span, { count: this.#binaryCount });
    }
    return this.#columns;
  }

  #report(code: IptablesProblemCode, span: Span, args: Record<string, string | number> = {}): void {
    this.#columns.problems.push(problem(code, span, args));
  }

  #pushLine(start: number, kind: number): void {
    this.#columns.lineStarts.push(start);
    this.#columns.lineKinds.push(kind);
  }

  /** Reads one line; returns the offset of its `\n`, or the length of the text. */
  #readLine(start: number): number {
    const newline = this.#text.indexOf('\n', start);
    const lineEnd = newline === -1 ? this.#text.length : newline;
    const hasReturn = lineEnd > start && this.#text.charCodeAt(lineEnd - 1) === c.CARRIAGE_RETURN;
    const end = hasReturn ? lineEnd - 1 : lineEnd;
    if (end - start > longestLine) this.#report('line-too-long', { start, end }, { length: end - start });
    const first = this.#text.charCodeAt(start);
    const isRead =
      first === c.COLON
        ? this.#scanChain(start, end)
        : (first === c.DASH || first === c.OPEN_BRACKET) && this.#scanRule(start, end);
    if (!isRead) this.#readSpan({ start, end });
    return lineEnd;
  }

  /** Reads a rule of the form that `iptables-save` prints; returns false when the line is another one. */
  #scanRule(start: number, end: number): boolean {
    const { table } = this.#sections;
    const scan = this.#ruleScan;
    if (table === NONE || !scan.scan(start, end, table)) return false;
    if (this.#unknownRun) this.#endUnknownRun();
    this.#pushRule(start, scan.chain, scan.target, scan.flags | STANDS);
    return true;
  }

  /** Reads the line of a user's chain, `:NAME - [0:0]`; returns false when the line is another one. */
  #scanChain(start: number, end: number): boolean {
    const { table } = this.#sections;
    const text = this.#text;
    if (table === NONE || !text.endsWith(userChainTail, end)) return false;
    const nameSpan = { start: start + 1, end: end - userChainTail.length };
    const space = text.indexOf(' ', start);
    if (space !== nameSpan.end || nameSpan.start === nameSpan.end) return false;
    if (this.#unknownRun) this.#endUnknownRun();
    this.#pushLine(start, CHAIN);
    this.#declareChain(this.#columns.names.internAt(table, nameSpan.start, nameSpan.end), nameSpan);
    return true;
  }

  #declareChain(index: NameIndex, nameSpan: Span): void {
    this.#declareNames();
    const { declaredLines, names } = this.#columns;
    if (declaredLines.at(index) === NONE) declaredLines.set(index, this.#line);
    else this.#sections.checkDuplicate(declaredLines.at(index), nameSpan, names.name(index));
  }

  #pushRule(start: number, chain: NameIndex, target: NameIndex, flags: number): void {
    this.#declareNames();
    this.#columns.ruleLines.push(this.#line);
    this.#columns.ruleChains.push(chain);
    this.#columns.ruleTargets.push(target);
    this.#columns.ruleFlags.push(flags);
    this.#pushLine(start, RULE);
  }

  /** Keeps the column of declaring lines as long as the table of names. */
  #declareNames(): void {
    const { declaredLines, names } = this.#columns;
    while (declaredLines.length < names.size) declaredLines.push(NONE);
  }

  #readSpan(span: Span): void {
    this.#countBinary(span);
    const start = span.start === 0 && this.#text.charCodeAt(0) === c.BYTE_ORDER_MARK ? 1 : span.start;
    if (start > span.start) this.#report('byte-order-mark', { start: 0, end: 1 });
    const content = { start, end: span.end };
    const kind = this.#kindOf(content);
    if (kind !== UNKNOWN) this.#endUnknownRun();
    if (kind === RULE) {
      this.#parseRule(span.start, content);
      return;
    }
    this.#pushLine(span.start, kind);
    if (kind === COMMENT) this.#sections.comment(content);
    else if (kind === TABLE) this.#sections.begin(this.#line, content);
    else if (kind === COMMIT) this.#sections.commit(this.#line, content);
    else if (kind === CHAIN) this.#readChain(content);
    else if (kind === UNKNOWN) this.#addUnknown(content);
  }

  #kindOf({ start, end }: Span): number {
    const text = this.#text;
    let at = start;
    while (at < end && (text.charCodeAt(at) === c.SPACE || text.charCodeAt(at) === c.TAB)) at++;
    if (at === end) return BLANK;
    const first = text.charCodeAt(at);
    // iptables-restore skips blanks only in front of a command.
    if (first === c.DASH || first === c.EXCLAMATION || first === c.QUOTE) return RULE;
    if (at > start) return UNKNOWN;
    if (first === c.OPEN_BRACKET) return RULE;
    if (first === c.HASH) return COMMENT;
    if (first === c.ASTERISK) return TABLE;
    if (first === c.COLON) return CHAIN;
    return end - start === 6 && text.startsWith('COMMIT', start) ? COMMIT : UNKNOWN;
  }

  /** Parses a rule in full, because it has an unusual form. */
  #parseRule(lineStart: number, span: Span): void {
    const table = this.#sections.ensureOpen(this.#line, span);
    const { names } = this.#columns;
    const rule = parseRule(this.#text, this.#line, span);
    const { command, target } = rule;
    const chain = command?.chain ? names.intern(table, command.chain.value) : NONE;
    const targetName = target ? names.intern(table, target.name) : NONE;
    const stands = command?.kind === 'append' || command?.kind === 'insert' ? STANDS : 0;
    this.#pushRule(lineStart, chain, targetName, stands | (target?.kind === 'goto' ? GOTO : 0));
    if (chain !== NONE && (command?.kind === 'new-chain' || command?.kind === 'policy')) {
      this.#columns.declaredLines.set(chain, this.#line);
    }
    for (const found of rule.problems) this.#columns.problems.push(found);
  }

  #readChain(span: Span): void {
    const { nameSpan, policy, wellFormed } = readChainLine(this.#text, span);
    if (!wellFormed) this.#report('malformed-chain', span);
    const name = this.#text.slice(nameSpan.start, nameSpan.end);
    if (name === '') return;
    const table = this.#sections.ensureOpen(this.#line, span);
    this.#declareChain(this.#columns.names.intern(table, name), nameSpan);
    if (policy !== undefined && policy !== '-') this.#sections.checkPolicy(nameSpan, name);
  }

  #addUnknown(span: Span): void {
    if (this.#unknownRun) {
      this.#unknownRun.end = span.end;
      this.#unknownRun.lines++;
    } else {
      this.#unknownRun = { start: span.start, end: span.end, lines: 1 };
    }
  }

  #endUnknownRun(): void {
    if (!this.#unknownRun) return;
    const { start, end, lines } = this.#unknownRun;
    this.#unknownRun = undefined;
    this.#report('unknown-line', { start, end }, { lines });
  }

  #countBinary({ start, end }: Span): void {
    for (let at = start; at < end; at++) {
      const unit = this.#text.charCodeAt(at);
      // A carriage return that ends the line is not part of the span.
      if ((c.isBinary(unit) || unit === c.CARRIAGE_RETURN) && this.#binaryCount++ === 0) this.#firstBinary = at;
    }
  }
}
