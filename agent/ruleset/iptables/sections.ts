import type { Span } from '../common/position.ts';
import { type Columns, NONE } from './columns.ts';
import type { DumpOrigin, TableIndex } from './document.ts';
import { builtinChains } from './extensions/builtinChains.ts';
import { readOrigin } from './origin.ts';
import { type IptablesProblemCode, problem } from './problems.ts';

/** The section to which the lines being read belong. */
interface OpenSection {
  readonly table: TableIndex;
  readonly span: Span;
  readonly firstLine: number;
  /** Whether a line `*NAME` began it; else it holds lines outside of any table. */
  readonly isTable: boolean;
  /** Whether it was reported to declare again what an earlier section of its table declares. */
  isRepeated: boolean;
}

/** Follows the sections of a dump while it is read, and gives each table its number. */
export class SectionTracker {
  readonly #columns: Columns;
  readonly #tables = new Map<string, TableIndex>();
  #origin: DumpOrigin | undefined;
  #open: OpenSection | undefined;

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  /** The table of the open section, or {@link NONE}. */
  get table(): TableIndex {
    return this.#open === undefined ? NONE : this.#open.table;
  }

  comment(span: Span): void {
    const text = this.#columns.text.slice(span.start, span.end);
    this.#origin = readOrigin(text) ?? this.#origin;
    // Both are texts of iptables-nft (nft.c and xtables-save.c).
    const table = /^# Table `(.*)' (?:is incompatible|contains incompatible base-chains)/.exec(text)?.[1];
    if (table !== undefined) this.#report('incompatible-table', span, { table });
    if (/^# Warning: ip6?tables-legacy tables present/.test(text)) this.#report('legacy-tables-present', span);
  }

  /** Begins the section of a line `*NAME`. */
  begin(line: number, span: Span): void {
    this.#endWithoutCommit(line - 1, span.start - 1);
    const name = /^\*[ \t]*([^ \t]*)/.exec(this.#columns.text.slice(span.start, span.end))?.[1] ?? '';
    if (name === '') this.#report('table-without-name', span);
    this.#open = { table: this.#tableIndex(name), span, firstLine: line, isTable: true, isRepeated: false };
  }

  /** Begins a section outside of any table, if no section is open, for a chain or rule that stands there. */
  ensureOpen(line: number, span: Span): TableIndex {
    this.#open ??= { table: this.#tableIndex(''), span, firstLine: line, isTable: false, isRepeated: false };
    return this.#open.table;
  }

  commit(line: number, span: Span): void {
    if (!this.#open?.isTable) this.#report('commit-without-table', span);
    else this.#end(line, span.end, true);
  }

  finish(lastLine: number, end: number): void {
    this.#endWithoutCommit(lastLine, end);
  }

  /** Reports a chain that was declared before, on `firstLine`: in the same section, or in an earlier one of its table. */
  checkDuplicate(firstLine: number, nameSpan: Span, chain: string): void {
    if (this.#open === undefined) return;
    const table = this.#name(this.#open.table);
    if (firstLine >= this.#open.firstLine) {
      this.#report('duplicate-chain', nameSpan, { chain, table });
    } else if (this.#open.isTable && !this.#open.isRepeated) {
      this.#open.isRepeated = true;
      this.#report('repeated-table', this.#open.span, { table });
    }
  }

  /** Reports a policy on a chain that cannot have one. */
  checkPolicy(nameSpan: Span, chain: string): void {
    const table = this.#name(this.table);
    const builtin = builtinChains.get(table);
    if (builtin && !builtin.has(chain)) this.#report('policy-on-user-chain', nameSpan, { chain, table });
  }

  #report(code: IptablesProblemCode, span: Span, args: Record<string, string | number> = {}): void {
    this.#columns.problems.push(problem(code, span, args));
  }

  #name(table: TableIndex): string {
    return this.#columns.tables[table]?.name ?? '';
  }

  #tableIndex(name: string): TableIndex {
    const key = `${this.#origin?.family}/${this.#origin?.backend}/${name}`;
    let index = this.#tables.get(key);
    if (index === undefined) {
      index = this.#columns.tables.length;
      this.#columns.tables.push({ index, name, origin: this.#origin });
      this.#tables.set(key, index);
    }
    return index;
  }

  #endWithoutCommit(lastLine: number, end: number): void {
    if (!this.#open) return;
    const { table, span, firstLine, isTable } = this.#open;
    if (isTable) this.#report('missing-commit', span, { table: this.#name(table) });
    else this.#report('outside-table', { start: span.start, end }, { lines: lastLine - firstLine + 1 });
    this.#end(lastLine, end, false);
  }

  #end(lastLine: number, end: number, committed: boolean): void {
    if (!this.#open) return;
    const { table, span, firstLine } = this.#open;
    this.#columns.sections.push({ table, span: { start: span.start, end }, firstLine, lastLine, committed });
    this.#open = undefined;
  }
}
