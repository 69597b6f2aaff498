import type { Span } from '../common/position.ts';
import type { RulesetProblem } from '../common/problem.ts';
import { BYTE_ORDER_MARK, CARRIAGE_RETURN } from './characters.ts';
import type { IptablesTable, LineKind, RuleIndex, TableSection } from './document.ts';
import { Uint32Column } from './growable.ts';
import { NameTable } from './nameTable.ts';

/** The kinds of lines in the order of their codes in {@link Columns.lineKinds}. */
export const lineKinds: readonly LineKind[] = ['blank', 'comment', 'table', 'chain', 'rule', 'commit', 'unknown'];

export const BLANK = 0;
export const COMMENT = 1;
export const TABLE = 2;
export const CHAIN = 3;
export const RULE = 4;
export const COMMIT = 5;
export const UNKNOWN = 6;

/** Stands in a column for "none", so that 0 stays free for the first name or line. */
export const NONE = 0xffffffff;

/** Flag of a rule: its target is given with `-g`. */
export const GOTO = 1;
/** Flag of a rule: it stands in the chain that it names, being an `-A` or `-I`. */
export const STANDS = 2;

/** What the scan of a dump found, as columns: one number per line, rule or name. */
export class Columns {
  readonly text: string;
  readonly lineStarts: Uint32Column;
  readonly lineKinds: Uint32Column;
  readonly ruleLines: Uint32Column;
  /** Per rule the name of its chain, or {@link NONE}. */
  readonly ruleChains: Uint32Column;
  /** Per rule the name of its target, or {@link NONE}. */
  readonly ruleTargets: Uint32Column;
  readonly ruleFlags: Uint32Column;
  readonly names: NameTable;
  /** Per name the line that declares a chain of that name, or {@link NONE}. */
  readonly declaredLines: Uint32Column;
  readonly tables: IptablesTable[] = [];
  readonly sections: TableSection[] = [];
  readonly problems: RulesetProblem[] = [];

  constructor(text: string) {
    this.text = text;
    // A line of kube-proxy's has 76 characters on average; the columns grow when that is too few.
    const lines = (text.length >>> 6) + 16;
    this.lineStarts = new Uint32Column(lines);
    this.lineKinds = new Uint32Column(lines);
    this.ruleLines = new Uint32Column(lines);
    this.ruleChains = new Uint32Column(lines);
    this.ruleTargets = new Uint32Column(lines);
    this.ruleFlags = new Uint32Column(lines);
    this.names = new NameTable(text, lines >>> 2);
    this.declaredLines = new Uint32Column(lines >>> 2);
  }

  /** Offset of the end of a line, before its `\n` or `\r\n`. */
  lineEnd(line: number): number {
    if (line + 1 >= this.lineStarts.length) {
      const end = this.text.length;
      return this.text.charCodeAt(end - 1) === CARRIAGE_RETURN && end > this.lineStarts.at(line) ? end - 1 : end;
    }
    const newline = this.lineStarts.at(line + 1) - 1;
    const isEmpty = newline === this.lineStarts.at(line);
    return !isEmpty && this.text.charCodeAt(newline - 1) === CARRIAGE_RETURN ? newline - 1 : newline;
  }

  /** Where the rule's text begins: at the start of its line, or after the text's byte order mark. */
  ruleStart(rule: RuleIndex): number {
    const start = this.lineStarts.at(this.ruleLines.at(rule));
    return start === 0 && this.text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : start;
  }

  ruleEnd(rule: RuleIndex): number {
    return this.lineEnd(this.ruleLines.at(rule));
  }

  ruleSpan(rule: RuleIndex): Span {
    return { start: this.ruleStart(rule), end: this.ruleEnd(rule) };
  }
}
