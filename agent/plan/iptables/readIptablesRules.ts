import type { IptablesRules, IptablesTable, ServiceTable } from '../../model/serviceRules.ts';
import type { IptablesBackend } from '../../model/snapshot.ts';
import { isOwnChain, isOwnHook, kubeletChains, serviceTables } from './ownChains.ts';

/**
 * kube-proxy's own chains, and its rules in built-in chains, out of what `iptables-save` printed, with counters or
 * without. Everything else is passed over, apart from whether it keeps one of these chains from being removed.
 *
 * @param text of one family and backend; empty for none
 */
export function readIptablesRules(text: string, backend: IptablesBackend | undefined): IptablesRules {
  return new RulesReader(text).read(backend);
}

/** A table while it is read. */
interface TableDraft {
  readonly name: ServiceTable;
  readonly chains: Map<string, string[]>;
  readonly hooks: Map<string, string[]>;
  readonly builtIn: Set<string>;
  readonly heldByOthers: Set<string>;
}

/** One pass over the lines. A large node has 430,000, nearly all in kube-proxy's chains, those of a chain together. */
class RulesReader {
  readonly #text: string;
  readonly #tables = new Map<ServiceTable, TableDraft>();
  #table: TableDraft | undefined;
  #hasKubelet = false;
  /** `-A CHAIN ` of the rule before, and that chain's rules. */
  #command = '';
  #rules: string[] | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  read(backend: IptablesBackend | undefined): IptablesRules {
    const text = this.#text;
    let start = 0;
    while (start < text.length) {
      const newline = text.indexOf('\n', start);
      const end = newline === -1 ? text.length : newline;
      this.#readLine(start, end);
      start = end + 1;
    }
    const tables = new Map<ServiceTable, IptablesTable>();
    for (const [name, { chains, hooks, heldByOthers }] of this.#tables) {
      if (chains.size > 0 || hooks.size > 0) tables.set(name, { chains, hooks, heldByOthers });
    }
    return { backend, tables, hasKubelet: this.#hasKubelet };
  }

  #readLine(start: number, end: number): void {
    switch (this.#text[start]) {
      case '-':
        this.#readRule(start, end);
        break;
      case '[':
        this.#readRule(this.#text.indexOf(' ', start) + 1, end);
        break;
      case ':':
        this.#readChain(start + 1, end);
        break;
      case '*':
        this.#beginTable(this.#text.slice(start + 1, end));
        break;
    }
  }

  #beginTable(written: string): void {
    const name = serviceTables.find((table) => table === written.trimEnd());
    this.#command = '';
    this.#rules = undefined;
    this.#table = name && this.#tables.get(name);
    if (name === undefined || this.#table !== undefined) return;
    const draft = {
      name,
      chains: new Map(),
      hooks: new Map(),
      builtIn: new Set<string>(),
      heldByOthers: new Set<string>(),
    };
    this.#tables.set(name, draft);
    this.#table = draft;
  }

  /** Reads `NAME - [0:0]`, or `NAME ACCEPT [0:0]` of a built-in chain. */
  #readChain(start: number, end: number): void {
    const table = this.#table;
    const nameEnd = this.#text.indexOf(' ', start);
    if (table === undefined || nameEnd === -1 || nameEnd > end) return;
    const name = this.#text.slice(start, nameEnd);
    if (this.#text[nameEnd + 1] !== '-') table.builtIn.add(name);
    else if (isOwnChain(table.name, name)) rulesOf(table.chains, name);
    else if (kubeletChains.has(name)) this.#hasKubelet = true;
  }

  /** Reads `-A CHAIN RULE`. */
  #readRule(start: number, end: number): void {
    const text = this.#text;
    if (this.#table === undefined) return;
    if (this.#rules !== undefined && text.startsWith(this.#command, start)) {
      this.#rules.push(text.slice(start + this.#command.length, end));
      return;
    }
    if (!text.startsWith('-A ', start)) return;
    const space = text.indexOf(' ', start + 3);
    const nameEnd = space === -1 || space > end ? end : space;
    const chain = text.slice(start + 3, nameEnd);
    const rule = text.slice(Math.min(nameEnd + 1, end), end);
    if (isOwnChain(this.#table.name, chain)) {
      this.#command = `-A ${chain} `;
      this.#rules = rulesOf(this.#table.chains, chain);
      this.#rules.push(rule);
    } else {
      readRuleOfOthers(this.#table, chain, rule);
    }
  }
}

function readRuleOfOthers(table: TableDraft, chain: string, rule: string): void {
  const target = jumpTarget(rule);
  if (target === undefined || !isOwnChain(table.name, target)) return;
  if (table.builtIn.has(chain) && isOwnHook(rule, target)) rulesOf(table.hooks, chain).push(rule);
  else table.heldByOthers.add(target);
}

/** The target that ends a rule, as chains do: they have no options. */
function jumpTarget(rule: string): string | undefined {
  const space = rule.lastIndexOf(' ');
  const flag = rule.slice(Math.max(0, space - 2), space);
  return flag === '-j' || flag === '-g' ? rule.slice(space + 1) : undefined;
}

function rulesOf(chains: Map<string, string[]>, name: string): string[] {
  const known = chains.get(name);
  if (known !== undefined) return known;
  const rules: string[] = [];
  chains.set(name, rules);
  return rules;
}
