import type { IptablesRuleset } from '../../interpret/parsedSnapshot.ts';
import type { SourceLocation } from '../../model/location.ts';
import type { ChainIndex, Counters, RuleIndex, TableIndex } from '../../ruleset/iptables/document.ts';
import type { TracedPacket } from '../packet.ts';
import type { Branch, ChainProgram, RuleMiss, RulePlace, Surroundings } from '../ruleProgram.ts';
import { CompiledRule } from './compiledRule.ts';
import type { RuleContext } from './condition.ts';
import { DestinationIndex } from './destinationIndex.ts';
import { singleAddress } from './values.ts';

/** Chains with fewer rules are asked one rule after the other. */
const rulesWorthIndex = 12;

/** A rule takes about a kilobyte, and a large node has 400,000. */
const mostCompiled = 50_000;

/** The chains of one table. Each is made when it is first asked for. */
export class TableChains {
  readonly ruleset: IptablesRuleset;
  readonly name: string;
  readonly index: TableIndex;
  readonly context: RuleContext;
  readonly #chains = new Map<ChainIndex, IptablesChainProgram>();
  readonly #byName = new Map<string, IptablesChainProgram>();
  readonly #compiled = new Map<RuleIndex, CompiledRule>();

  constructor(ruleset: IptablesRuleset, name: string, index: TableIndex) {
    this.ruleset = ruleset;
    this.name = name;
    this.index = index;
    this.context = { family: ruleset.family, table: name, text: ruleset.dump.text };
  }

  named(name: string): IptablesChainProgram | undefined {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const index = this.ruleset.dump.findChain(this.index, name);
    if (index === undefined) return undefined;
    const program = this.#program(index);
    this.#byName.set(name, program);
    return program;
  }

  /** Where a rule of the dump stands; undefined for rules of other tables and lines that only name a chain. */
  place(rule: RuleIndex): RulePlace | undefined {
    const { dump } = this.ruleset;
    const index = dump.ruleChain(rule);
    if (index === -1 || dump.chainTable(index) !== this.index) return undefined;
    const position = dump.chainRules(index).indexOf(rule);
    return position === -1 ? undefined : { chain: this.#program(index), position };
  }

  /** {@link ChainProgram.ask} of a rule by its number in the dump. */
  ask(rule: RuleIndex, packet: TracedPacket, surroundings: Surroundings): readonly Branch[] | undefined {
    // Most rules of endpoints' chains are for packets from the endpoint itself; these need not be read in full.
    if (!this.#compiled.has(rule)) {
      const source = singleAddress(this.ruleset.family, this.ruleset.dump.source(rule));
      if (source !== undefined && source !== packet.source.text) return undefined;
    }
    return this.compiled(rule).ask(packet, surroundings);
  }

  /** A rule of the table, read in full. */
  compiled(rule: RuleIndex): CompiledRule {
    let compiled = this.#compiled.get(rule);
    if (compiled === undefined) {
      const { dump } = this.ruleset;
      if (this.#compiled.size >= mostCompiled) this.#compiled.clear();
      compiled = new CompiledRule(dump.rule(rule), dump.targetChain(rule) !== -1, this.context);
      this.#compiled.set(rule, compiled);
    }
    return compiled;
  }

  #program(index: ChainIndex): IptablesChainProgram {
    let program = this.#chains.get(index);
    if (program === undefined) {
      program = new IptablesChainProgram(this, index);
      this.#chains.set(index, program);
    }
    return program;
  }
}

/** A chain of iptables. Rules are read in full when they are asked. */
export class IptablesChainProgram implements ChainProgram {
  readonly name: string;
  readonly ruleCount: number;
  readonly #table: TableChains;
  readonly #chain: ChainIndex;
  readonly #rules: Uint32Array;
  #index: DestinationIndex | undefined;

  constructor(table: TableChains, chain: ChainIndex) {
    const { dump } = table.ruleset;
    this.#table = table;
    this.#chain = chain;
    this.#rules = dump.chainRules(chain);
    this.name = dump.chainName(chain);
    this.ruleCount = this.#rules.length;
  }

  /** `ACCEPT` or `DROP` of a built-in chain. */
  get policy(): string | undefined {
    return this.#table.ruleset.dump.chain(this.#chain).policy;
  }

  get location(): SourceLocation | undefined {
    const { dump, part } = this.#table.ruleset;
    const { declared, line, nameSpan } = dump.chain(this.#chain);
    if (!declared) return undefined;
    const column = nameSpan.start - dump.lineSpan(line).start;
    return { part: part.id, line, column, length: nameSpan.end - nameSpan.start };
  }

  candidate(position: number, packet: TracedPacket): number {
    if (this.ruleCount < rulesWorthIndex) return Math.min(position, this.ruleCount);
    const { dump, family } = this.#table.ruleset;
    this.#index ??= new DestinationIndex(dump, this.#rules, family);
    return this.#index.next(position, packet, this.ruleCount);
  }

  ask(position: number, packet: TracedPacket, surroundings: Surroundings): readonly Branch[] | undefined {
    return this.#table.ask(this.#rule(position), packet, surroundings);
  }

  miss(position: number, packet: TracedPacket, surroundings: Surroundings): RuleMiss | undefined {
    return this.#table.compiled(this.#rule(position)).miss(packet, surroundings);
  }

  ruleLocation(position: number): SourceLocation {
    const { dump, locator } = this.#table.ruleset;
    return locator.line(dump.ruleLine(this.#rule(position)));
  }

  ruleText(position: number): string {
    const { dump } = this.#table.ruleset;
    const { start, end } = dump.ruleSpan(this.#rule(position));
    return dump.text.slice(start, end);
  }

  ruleCounters(position: number): Counters | undefined {
    return this.#table.ruleset.dump.ruleCounters(this.#rule(position));
  }

  chain(name: string): ChainProgram | undefined {
    return this.#table.named(name);
  }

  callers(): readonly RulePlace[] {
    const rules = this.#table.ruleset.dump.chainReferences(this.#chain);
    return [...rules].flatMap((rule) => this.#table.place(rule) ?? []);
  }

  #rule(position: number): number {
    const rule = this.#rules[position];
    if (rule === undefined) throw new RangeError(`The chain ${this.name} has no rule ${position}`);
    return rule;
  }
}
