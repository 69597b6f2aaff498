import type { ServiceTable } from '../../model/serviceRules.ts';
import type { PlanPhase } from '../planStep.ts';
import { declaration, editLines } from './chainEdit.ts';
import { chainSections } from './chainSections.ts';
import { additionLines, removalLines } from './hookEdit.ts';
import { serviceChainKind } from './ownChains.ts';
import { addAdditions, addGone, addMade, addRemovals, fromLast, RestoreText } from './restoreText.ts';
import type { TableDelta } from './tableDelta.ts';

/** Lines of one transaction that edits or removes chains; see `namesPerSection` of chainSections.ts. */
const linesPerSection = 2000;

/**
 * One input for each phase, of many small transactions. What is made is reached by no packet; then each Service's
 * chains change by themselves, and last, at once, all that leads to them; what is gone was left by all before.
 */
export function dividedTablesTexts(deltas: ReadonlyMap<ServiceTable, TableDelta>): Readonly<Record<PlanPhase, string>> {
  const [mangle, filter, nat] = [deltas.get('mangle'), deltas.get('filter'), deltas.get('nat')];
  const [make, turn, removal] = [new RestoreText(), new RestoreText(), new RestoreText()];
  for (const delta of [mangle, filter]) {
    if (delta === undefined) continue;
    addMade(make, delta);
    make.commit(delta.table);
    addAdditions(turn, delta);
    turn.commit(delta.table);
  }
  if (nat !== undefined) {
    makeInSections(make, nat);
    editInSections(turn, nat);
  }
  for (const delta of [mangle, filter]) {
    if (delta === undefined) continue;
    addRemovals(turn, delta);
    turn.commit(delta.table);
    addGone(removal, delta.gone.keys());
    removal.commit(delta.table);
  }
  if (nat !== undefined) removeInSections(removal, nat);
  return { make: make.toString(), turn: turn.toString(), break: removal.toString() };
}

function makeInSections(text: RestoreText, { table, made }: TableDelta): void {
  for (const { chains, rules: part } of chainSections(made)) {
    const isService = chains.every((chain) => serviceChainKind(chain) !== undefined);
    if (!isService && part === undefined) for (const chain of chains) text.add(declaration(chain));
    for (const chain of chains) {
      if (isService || part?.[0] === 0) text.add(declaration(chain));
      text.addRules(chain, made.get(chain) ?? [], ...(part ?? []));
    }
    text.commit(table);
  }
}

function editInSections(text: RestoreText, { table, edited, hooks }: TableDelta): void {
  let lines = 0;
  for (const edit of edited) {
    if (serviceChainKind(edit.chain) === undefined) continue;
    const own = editLines(edit);
    if (lines > 0 && lines + own.length > linesPerSection) {
      text.commit(table);
      lines = 0;
    }
    text.addAll(own);
    lines += own.length;
  }
  text.commit(table);
  for (const edit of edited) if (serviceChainKind(edit.chain) === undefined) text.addAll(editLines(edit));
  for (const hook of hooks) text.addAll(additionLines(hook));
  for (const hook of hooks) text.addAll(removalLines(hook));
  text.commit(table);
}

/** Chains that lead to others go first: dispatching ones, then those of Services by their names' order, which fits. */
function removeInSections(text: RestoreText, { table, gone }: TableDelta): void {
  const isFixed = (chain: string): boolean => serviceChainKind(chain) === undefined;
  const leading = [...gone.keys()].filter((chain) => isFixed(chain) || /^KUBE-(?:EXT|FW|XLB)-/.test(chain));
  const leadingSet = new Set(leading);
  // All at once lose their rules, so that none is left that leads to another.
  for (const chain of fromLast(leading)) text.add(declaration(chain));
  text.commit(table);
  const others = fromLast([...gone.keys()].filter((chain) => !leadingSet.has(chain)));
  const all = [...others, ...leading];
  for (let start = 0; start < all.length; start += linesPerSection / 2) {
    addGone(text, all.slice(start, start + linesPerSection / 2));
    text.commit(table);
  }
}
