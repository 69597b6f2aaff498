import type { IpFamily } from '../../model/address.ts';
import type { IptablesRules } from '../../model/serviceRules.ts';
import type { PartPlan, PlannedChange, PlanPhase, PlanStep } from '../planStep.ts';
import { dividedTablesTexts } from './dividedTables.ts';
import { plannedRules } from './plannedRules.ts';
import { restoreCommand, restoreProgram } from './restoreCommand.ts';
import { type TableDelta, tableDelta } from './tableDelta.ts';
import { type TablePair, wantedTables } from './wantedTables.ts';
import { wholeTablesText } from './wholeTables.ts';

/**
 * The way from the rules that stand to those that shall, in kube-proxy's own chains and its rules in built-in chains:
 * nothing else is touched, and chains that are as they should be are not either.
 *
 * The legacy backend replaces a table whole at each COMMIT, so each table changes in one. With nf_tables a large change
 * is divided into transactions, see {@link dividedTablesTexts}; no Service is without its rules at any moment.
 *
 * @param program what writes the rules; by default the one that is named after the backend
 */
export function planIptables(
  current: IptablesRules,
  desired: IptablesRules,
  family: IpFamily,
  program: string = restoreProgram(family, current.backend ?? desired.backend),
): PartPlan {
  const pairs = wantedTables(current, desired);
  const deltas = pairs.map(tableDelta).filter((delta) => delta !== undefined);
  const isDivided = (current.backend ?? desired.backend) !== 'legacy' && sizeOf(deltas) > largestWhole;
  const byTable = new Map(deltas.map((delta) => [delta.table, delta]));
  const texts: Partial<Record<PlanPhase, string>> = isDivided
    ? dividedTablesTexts(byTable)
    : { [desired.tables.size === 0 ? 'break' : 'turn']: wholeTablesText(byTable) };
  const steps = (['make', 'turn', 'break'] as const).flatMap((phase): PlanStep[] => {
    const stdin = texts[phase] ?? '';
    return stdin === '' ? [] : [{ phase, part: 'iptables', family, argv: restoreCommand(program), stdin }];
  });
  return new IptablesPlan(steps, pairs, deltas, family);
}

/** Chains and rules up to which a change is one transaction of each table in iptables-nft too: then it is quick. */
const largestWhole = 1500;

function sizeOf(deltas: readonly TableDelta[]): number {
  let size = 0;
  for (const { made, edited, gone } of deltas) {
    size += made.size + gone.size;
    for (const { gaps } of edited) for (const { removed, added } of gaps) size += Math.max(removed, added);
  }
  return size;
}

/** Lists its changes when somebody asks: on a large node they are 430,000, and applying needs none of them. */
class IptablesPlan implements PartPlan {
  readonly steps: readonly PlanStep[];
  readonly #pairs: readonly TablePair[];
  readonly #deltas: readonly TableDelta[];
  readonly #family: IpFamily;
  #changes: readonly PlannedChange[] | undefined;

  constructor(
    steps: readonly PlanStep[],
    pairs: readonly TablePair[],
    deltas: readonly TableDelta[],
    family: IpFamily,
  ) {
    this.steps = steps;
    this.#pairs = pairs;
    this.#deltas = deltas;
    this.#family = family;
  }

  get changes(): readonly PlannedChange[] {
    this.#changes ??= plannedRules(this.#pairs, this.#deltas, this.#family);
    return this.#changes;
  }
}
