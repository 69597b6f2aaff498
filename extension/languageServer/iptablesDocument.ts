import type { Span } from '../../agent/ruleset/common/position.ts';
import type { ChainIndex, IptablesDump, RuleIndex, TableSection } from '../../agent/ruleset/iptables/document.ts';
import { parseIptablesSave } from '../../agent/ruleset/iptables/parse.ts';
import { ruleProblems } from '../../agent/ruleset/iptables/ruleProblems.ts';
import { type NamePlaces, type RulesDocument, type RulesSymbol, touches } from './rulesDocument.ts';

/** Tables with their chains, and the way from a jump to its chain. */
export function readIptables(text: string): RulesDocument {
  const dump = parseIptablesSave(text);
  return {
    problems: ruleProblems(dump),
    symbols: () => dump.sections.map((section) => sectionSymbol(dump, section)),
    folds: () => folds(dump),
    nameAt: (offset) => nameAt(dump, offset),
  };
}

function sectionSymbol(dump: IptablesDump, section: TableSection): RulesSymbol {
  const table = dump.tables[section.table];
  const children: RulesSymbol[] = [];
  for (let chain = 0; chain < dump.chainCount; chain++) {
    if (dump.chainTable(chain) !== section.table) continue;
    const { name, policy, nameSpan, line } = dump.chain(chain);
    if (line < section.firstLine || line > section.lastLine) continue;
    children.push({
      name,
      detail: policy ?? '',
      kind: 'chain',
      span: dump.lineSpan(line),
      nameSpan,
      children: [],
    });
  }
  return {
    name: table === undefined || table.name === '' ? '-' : table.name,
    detail: table?.origin?.program ?? '',
    kind: 'table',
    span: section.span,
    nameSpan: dump.lineSpan(section.firstLine),
    children,
  };
}

/** Tables, and within them the rules of one chain that stand together. */
function folds(dump: IptablesDump): readonly Span[] {
  const found: Span[] = dump.sections.map(({ span }) => span);
  let first = 0;
  for (let rule = 1; rule <= dump.ruleCount; rule++) {
    if (rule < dump.ruleCount && continues(dump, rule)) continue;
    if (rule - first > 1) found.push({ start: dump.ruleSpan(first).start, end: dump.ruleSpan(rule - 1).end });
    first = rule;
  }
  return found;
}

function continues(dump: IptablesDump, rule: RuleIndex): boolean {
  return dump.ruleChain(rule) === dump.ruleChain(rule - 1) && dump.ruleLine(rule) === dump.ruleLine(rule - 1) + 1;
}

function nameAt(dump: IptablesDump, offset: number): NamePlaces | undefined {
  const { line } = dump.positionAt(offset);
  const rule = dump.ruleOnLine(line);
  if (rule === undefined) return declarationAt(dump, line, offset);
  const { command, target } = dump.rule(rule);
  if (command?.chain !== undefined && touches(command.chain.span, offset)) {
    return placesOf(dump, dump.ruleChain(rule), command.chain.span);
  }
  if (target !== undefined && touches(target.nameSpan, offset)) {
    return placesOf(dump, dump.targetChain(rule), target.nameSpan);
  }
  return undefined;
}

function declarationAt(dump: IptablesDump, line: number, offset: number): NamePlaces | undefined {
  if (dump.lineKind(line) !== 'chain') return undefined;
  for (let chain = 0; chain < dump.chainCount; chain++) {
    const declared = dump.chain(chain);
    if (declared.line === line) {
      return touches(declared.nameSpan, offset) ? placesOf(dump, chain, declared.nameSpan) : undefined;
    }
  }
  return undefined;
}

function placesOf(dump: IptablesDump, chain: ChainIndex, span: Span): NamePlaces | undefined {
  if (chain < 0) return undefined;
  const { declared, nameSpan } = dump.chain(chain);
  const references: Span[] = [];
  for (const rule of dump.chainRules(chain)) {
    const place = dump.rule(rule).command?.chain?.span;
    if (place !== undefined) references.push(place);
  }
  for (const rule of dump.chainReferences(chain)) {
    const place = dump.rule(rule).target?.nameSpan;
    if (place !== undefined) references.push(place);
  }
  references.sort((left, right) => left.start - right.start);
  if (declared) return { span, declarations: [nameSpan], references };
  // An excerpt may hold a chain's rules without the line that declares it: the first of them stands for it.
  const [first, ...others] = references;
  return { span, declarations: first === undefined ? [] : [first], references: others };
}
