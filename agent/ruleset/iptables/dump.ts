import { LineIndex, type Position, type Span } from '../common/position.ts';
import type { RulesetProblem } from '../common/problem.ts';
import { ChainIndexer } from './chainIndexer.ts';
import { readChainLine } from './chainLine.ts';
import * as c from './characters.ts';
import { CHAIN, type Columns, GOTO, lineKinds, NONE } from './columns.ts';
import type {
  ChainIndex,
  Counters,
  IptablesChain,
  IptablesDump,
  IptablesTable,
  LineKind,
  OptionOnLine,
  RuleIndex,
  TableIndex,
  TableSection,
} from './document.ts';
import { needsParse, type SearchedOption, searchedOption, searchOption } from './optionSearch.ts';
import { parseRule } from './parseRule.ts';
import type { IptablesRule, RuleOption } from './rule.ts';

const comment = searchedOption('--comment');
const destination = searchedOption('-d');
const source = searchedOption('-s');
const probability = searchedOption('--probability');
const countersOption = searchedOption('-c');

/** An {@link IptablesDump} over the columns of a scan. */
export class ScannedDump implements IptablesDump {
  readonly #columns: Columns;
  readonly #chains: ChainIndexer;
  #lines: LineIndex | undefined;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#chains = new ChainIndexer(columns);
  }

  get text(): string {
    return this.#columns.text;
  }

  get lineCount(): number {
    return this.#columns.lineStarts.length;
  }

  get tables(): readonly IptablesTable[] {
    return this.#columns.tables;
  }

  get sections(): readonly TableSection[] {
    return this.#columns.sections;
  }

  get chainCount(): number {
    return this.#chains.count;
  }

  get ruleCount(): number {
    return this.#columns.ruleLines.length;
  }

  get problems(): readonly RulesetProblem[] {
    return this.#columns.problems;
  }

  lineKind(line: number): LineKind {
    requireIndex(line, this.lineCount);
    return lineKinds[this.#columns.lineKinds.at(line)] ?? 'unknown';
  }

  lineSpan(line: number): Span {
    requireIndex(line, this.lineCount);
    return { start: this.#columns.lineStarts.at(line), end: this.#columns.lineEnd(line) };
  }

  positionAt(offset: number): Position {
    this.#lines ??= new LineIndex(this.text);
    return this.#lines.positionAt(offset);
  }

  ruleOnLine(line: number): RuleIndex | undefined {
    let low = 0;
    let high = this.ruleCount - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const found = this.#columns.ruleLines.at(middle);
      if (found === line) return middle;
      if (found < line) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  }

  chain(chain: ChainIndex): IptablesChain {
    const name = this.chainName(chain);
    const table = this.chainTable(chain);
    const declaredLine = this.#columns.declaredLines.at(this.#chains.nameOf(chain));
    const declared = declaredLine !== NONE;
    const line = declared ? declaredLine : this.#columns.ruleLines.at(this.#chains.firstRule(chain));
    if (this.#columns.lineKinds.at(line) === CHAIN) {
      const { nameSpan, policy, counters } = readChainLine(this.text, this.lineSpan(line));
      const isBuiltin = policy !== undefined && policy !== '-';
      return { index: chain, table, name, policy: isBuiltin ? policy : undefined, counters, declared, line, nameSpan };
    }
    const rule = this.ruleOnLine(line);
    const command = rule === undefined ? undefined : this.rule(rule).command;
    const policy = command?.kind === 'policy' ? command.argument?.value : undefined;
    const nameSpan = command?.chain?.span ?? this.lineSpan(line);
    return { index: chain, table, name, policy, counters: undefined, declared, line, nameSpan };
  }

  chainName(chain: ChainIndex): string {
    return this.#columns.names.name(this.#chains.nameOf(requireIndex(chain, this.chainCount)));
  }

  chainTable(chain: ChainIndex): TableIndex {
    return this.#columns.names.table(this.#chains.nameOf(requireIndex(chain, this.chainCount)));
  }

  findChain(table: TableIndex, name: string): ChainIndex | undefined {
    const index = this.#columns.names.find(table, name);
    const chain = index === undefined ? -1 : this.#chains.chainOf(index);
    return chain === -1 ? undefined : chain;
  }

  chainRules(chain: ChainIndex): Uint32Array {
    return this.#chains.rules(requireIndex(chain, this.chainCount));
  }

  chainReferences(chain: ChainIndex): Uint32Array {
    return this.#chains.references(requireIndex(chain, this.chainCount));
  }

  ruleLine(rule: RuleIndex): number {
    return this.#columns.ruleLines.at(requireIndex(rule, this.ruleCount));
  }

  ruleSpan(rule: RuleIndex): Span {
    return this.#columns.ruleSpan(requireIndex(rule, this.ruleCount));
  }

  ruleChain(rule: RuleIndex): ChainIndex {
    return this.#chains.chainOf(this.#columns.ruleChains.at(requireIndex(rule, this.ruleCount)));
  }

  ruleTable(rule: RuleIndex): TableIndex {
    const chain = this.#columns.ruleChains.at(requireIndex(rule, this.ruleCount));
    if (chain !== NONE) return this.#columns.names.table(chain);
    const line = this.ruleLine(rule);
    const section = this.sections.find(({ firstLine, lastLine }) => firstLine <= line && line <= lastLine);
    return section?.table ?? 0;
  }

  targetChain(rule: RuleIndex): ChainIndex {
    return this.#chains.chainOf(this.#columns.ruleTargets.at(requireIndex(rule, this.ruleCount)));
  }

  targetName(rule: RuleIndex): string | undefined {
    const name = this.#columns.ruleTargets.at(requireIndex(rule, this.ruleCount));
    return name === NONE ? undefined : this.#columns.names.name(name);
  }

  isGoto(rule: RuleIndex): boolean {
    return (this.#columns.ruleFlags.at(requireIndex(rule, this.ruleCount)) & GOTO) !== 0;
  }

  ruleCounters(rule: RuleIndex): Counters | undefined {
    const start = this.#columns.ruleStart(requireIndex(rule, this.ruleCount));
    const isPrefix = this.text.charCodeAt(start) === c.OPEN_BRACKET;
    if (!isPrefix && this.#search(rule, countersOption) === undefined) return undefined;
    const counters = this.rule(rule).counters;
    return counters && { packets: Number(counters.packets), bytes: Number(counters.bytes) };
  }

  option(rule: RuleIndex, name: string): OptionOnLine | undefined {
    return this.#option(rule, searchedOption(name));
  }

  optionValue(rule: RuleIndex, name: string): string | undefined {
    return plainValue(this.#option(rule, searchedOption(name)));
  }

  comment(rule: RuleIndex): string | undefined {
    return plainValue(this.#option(rule, comment));
  }

  destination(rule: RuleIndex): OptionOnLine | undefined {
    return this.#option(rule, destination);
  }

  source(rule: RuleIndex): OptionOnLine | undefined {
    return this.#option(rule, source);
  }

  probability(rule: RuleIndex): number | undefined {
    const value = Number(plainValue(this.#option(rule, probability)) ?? Number.NaN);
    return value >= 0 && value <= 1 ? value : undefined;
  }

  rule(rule: RuleIndex): IptablesRule {
    return parseRule(this.text, this.ruleLine(rule), this.ruleSpan(rule));
  }

  #search(rule: RuleIndex, option: SearchedOption) {
    const columns = this.#columns;
    requireIndex(rule, this.ruleCount);
    return searchOption(columns.text, columns.ruleStart(rule), columns.ruleEnd(rule), option);
  }

  #option(rule: RuleIndex, option: SearchedOption): OptionOnLine | undefined {
    const found = this.#search(rule, option);
    return found === needsParse ? findInRule(this.rule(rule), option.name) : found;
  }
}

function plainValue(option: OptionOnLine | undefined): string | undefined {
  return option?.negated === false ? option.value : undefined;
}

function findInRule(rule: IptablesRule, name: string): OptionOnLine | undefined {
  const owners: readonly { readonly options: readonly RuleOption[] }[] = [
    { options: rule.parameters },
    ...rule.matches,
    ...(rule.target ? [rule.target] : []),
  ];
  const all = owners.flatMap(({ options }) => options).filter((option) => option.name === name);
  const [first] = all.sort((a, b) => a.span.start - b.span.start);
  if (!first) return undefined;
  const [value] = first.values;
  const nameEnd = first.nameSpan.end;
  return { negated: first.negated, value: value?.value, valueSpan: value?.span ?? { start: nameEnd, end: nameEnd } };
}

function requireIndex(index: number, count: number): number {
  if (!(index >= 0 && index < count)) throw new RangeError(`Index ${index} is outside of 0 to ${count - 1}`);
  return index;
}
