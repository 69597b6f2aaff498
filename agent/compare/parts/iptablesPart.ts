import type { IptablesRules, ServiceTable } from '../../model/serviceRules.ts';
import { isOwnChain, isOwnHook, serviceTables } from '../../plan/iptables/ownChains.ts';
import { readIptablesRules } from '../../plan/iptables/readIptablesRules.ts';
import { type TablePair, wantedTables } from '../../plan/iptables/wantedTables.ts';

/**
 * What `iptables-save` would print if kube-proxy's rules were others: its chains and its rules in built-in chains are
 * taken out and the wanted ones put in, those in built-in chains where the first of the old ones stood, or else in front
 * of all others, as kube-proxy puts them. Rules of others stay, and so does what they and kubelet need of kube-proxy's.
 *
 * @param text of one family and backend; empty for none
 */
export function iptablesTextWith(text: string, wanted: IptablesRules): string {
  const current = readIptablesRules(text, undefined);
  const pairs = new Map(wantedTables(current, wanted).map((pair) => [pair.table, pair]));
  const editor = new TextEditor(pairs);
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    editor.readLine(text.slice(start, end));
    start = end + 1;
  }
  return editor.finish();
}

/** One pass over the lines: most of a large node's are kube-proxy's and dropped by the chain that they begin with. */
class TextEditor {
  readonly #pairs: ReadonlyMap<ServiceTable, TablePair>;
  readonly #lines: string[] = [];
  readonly #done = new Set<ServiceTable>();
  #open: TableEditor | undefined;
  /** Begins the lines of the chain of the line before, if those are dropped. */
  #dropped = '';

  constructor(pairs: ReadonlyMap<ServiceTable, TablePair>) {
    this.#pairs = pairs;
  }

  readLine(line: string): void {
    switch (line[0]) {
      case '*':
        this.#begin(line);
        break;
      case ':':
        if (this.#open?.keepsChain(line) ?? true) this.#lines.push(line);
        break;
      case '-':
        this.#readRule(line, line);
        break;
      case '[':
        this.#readRule(line, line.slice(line.indexOf(' ') + 1));
        break;
      case 'C':
        this.#commit();
        this.#lines.push(line);
        break;
      default:
        this.#lines.push(line);
    }
  }

  finish(): string {
    this.#commit();
    for (const [table, pair] of this.#pairs) {
      if (this.#done.has(table) || pair.after.chains.size + pair.after.hooks.size === 0) continue;
      this.#lines.push(`*${table}`);
      new TableEditor(pair, this.#lines.length).insertInto(this.#lines);
      this.#lines.push('COMMIT');
    }
    return this.#lines.length === 0 ? '' : `${this.#lines.join('\n')}\n`;
  }

  #begin(line: string): void {
    this.#commit();
    const name = line.slice(1).trimEnd();
    const table = serviceTables.find((each) => each === name);
    const pair = table && this.#pairs.get(table);
    this.#lines.push(line);
    this.#open = pair && new TableEditor(pair, this.#lines.length, this.#done.has(pair.table));
    if (table !== undefined) this.#done.add(table);
  }

  #readRule(line: string, rule: string): void {
    if (this.#open === undefined) {
      this.#lines.push(line);
      return;
    }
    if (this.#dropped !== '' && rule.startsWith(this.#dropped)) return;
    const chain = /^-A (\S+)/.exec(rule)?.[1] ?? '';
    const isOwn = isOwnChain(this.#open.table, chain);
    this.#dropped = isOwn ? `-A ${chain} ` : '';
    if (!isOwn && !this.#open.dropsHook(chain, rule, this.#lines.length)) this.#lines.push(line);
  }

  /** Puts the wanted rules into the table that ends here. */
  #commit(): void {
    this.#open?.insertInto(this.#lines);
    this.#open = undefined;
    this.#dropped = '';
  }
}

class TableEditor {
  readonly table: ServiceTable;
  readonly #after: TablePair['after'];
  /** The line after that of the table's name. */
  readonly #start: number;
  readonly #isRepeated: boolean;
  readonly #builtIn = new Set<string>();
  /** The line at which the first of kube-proxy's rules stood in a built-in chain. */
  readonly #places = new Map<string, number>();

  constructor({ table, after }: TablePair, start: number, isRepeated = false) {
    this.table = table;
    this.#after = after;
    this.#start = start;
    this.#isRepeated = isRepeated;
  }

  /** @param line `:NAME POLICY [0:0]` */
  keepsChain(line: string): boolean {
    const [name = '', policy] = line.slice(1).split(' ', 2);
    if (policy !== '-') this.#builtIn.add(name);
    return policy !== '-' || !isOwnChain(this.table, name);
  }

  /** Whether a rule of a built-in chain is kube-proxy's. */
  dropsHook(chain: string, rule: string, line: number): boolean {
    const target = / -[jg] (\S+)$/.exec(rule)?.[1];
    if (target === undefined || !isOwnChain(this.table, target) || !this.#builtIn.has(chain)) return false;
    if (!isOwnHook(rule.slice(`-A ${chain} `.length), target)) return false;
    if (!this.#places.has(chain)) this.#places.set(chain, line);
    return true;
  }

  insertInto(lines: string[]): void {
    if (this.#isRepeated) return;
    const { chains, hooks } = this.#after;
    const insertions: { readonly at: number; readonly lines: readonly string[] }[] = [];
    for (const [chain, rules] of hooks) {
      const at = this.#places.get(chain) ?? this.#firstRule(lines, chain);
      insertions.push({ at, lines: rules.map((rule) => `-A ${chain} ${rule}`) });
    }
    const declarations = [...hooks.keys()]
      .filter((chain) => !this.#builtIn.has(chain))
      .map((chain) => `:${chain} ACCEPT [0:0]`);
    for (const chain of chains.keys()) declarations.push(`:${chain} - [0:0]`);
    insertions.push({ at: this.#start, lines: declarations });
    // From the last place on, so that the others stay where they are.
    for (const { at, lines: added } of insertions.sort((a, b) => b.at - a.at)) spliceAll(lines, at, added);
    for (const [chain, rules] of chains) for (const rule of rules) lines.push(`-A ${chain} ${rule}`);
  }

  /** The line of the first rule of a chain, or the end where it has none. */
  #firstRule(lines: readonly string[], chain: string): number {
    const command = `-A ${chain} `;
    for (let at = this.#start; at < lines.length; at++) {
      const line = lines[at] ?? '';
      if (line.startsWith(command) || (line.startsWith('[') && line.includes(`] ${command}`))) return at;
    }
    return lines.length;
  }
}

/** `splice` takes only so many arguments. */
function spliceAll(lines: string[], at: number, added: readonly string[]): void {
  const after = lines.splice(at);
  for (const line of added) lines.push(line);
  for (const line of after) lines.push(line);
}
