import { type Columns, NONE, STANDS } from './columns.ts';
import { builtinChains } from './extensions/builtinChains.ts';
import { isTargetName } from './extensions/lookup.ts';
import type { NameIndex } from './nameTable.ts';
import { problem } from './problems.ts';

/** Reports chains that rules name but nothing declares: once for each chain, at the first such rule. */
export function checkChains(columns: Columns): void {
  const { names, declaredLines, ruleChains, ruleTargets, ruleFlags } = columns;
  const firstStanding = new Uint32Array(names.size).fill(NONE);
  const firstReference = new Uint32Array(names.size).fill(NONE);
  const references = new Uint32Array(names.size);
  for (let rule = 0; rule < ruleChains.length; rule++) {
    const chain = ruleChains.at(rule);
    if (chain !== NONE && (ruleFlags.at(rule) & STANDS) !== 0 && firstStanding[chain] === NONE) {
      firstStanding[chain] = rule;
    }
    const target = ruleTargets.at(rule);
    if (target === NONE) continue;
    if (references[target] === 0) firstReference[target] = rule;
    references[target] = (references[target] ?? 0) + 1;
  }
  for (let name = 0; name < names.size; name++) {
    if (declaredLines.at(name) !== NONE) continue;
    const standing = firstStanding[name] ?? NONE;
    if (standing !== NONE) reportUndeclared(columns, name, standing);
    else if (firstReference[name] !== NONE) {
      reportMissing(columns, name, firstReference[name] ?? NONE, references[name] ?? 0);
    }
  }
}

function tableName(columns: Columns, name: NameIndex): string {
  return columns.tables[columns.names.table(name)]?.name ?? '';
}

function reportUndeclared(columns: Columns, name: NameIndex, rule: number): void {
  const chain = columns.names.name(name);
  const table = tableName(columns, name);
  // An input of `iptables-restore --noflush` need not declare built-in chains.
  if (table === '' || builtinChains.get(table)?.has(chain)) return;
  columns.problems.push(problem('undeclared-chain', columns.ruleSpan(rule), { chain, table }));
}

function reportMissing(columns: Columns, name: NameIndex, rule: number, references: number): void {
  const chain = columns.names.name(name);
  const table = tableName(columns, name);
  if (table === '' || isTargetName(chain)) return;
  columns.problems.push(problem('missing-target-chain', columns.ruleSpan(rule), { chain, table, references }));
}
