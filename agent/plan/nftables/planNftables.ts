import type { IpFamily } from '../../model/address.ts';
import type { NftablesTable } from '../../model/serviceRules.ts';
import type { PartPlan } from '../planStep.ts';
import { NftScript } from './nftScript.ts';
import { deletedTable, plannedChanges } from './plannedChanges.ts';
import { isSameTable, tableDifference } from './tableDifference.ts';
import { nftStep, tableSteps } from './tableSteps.ts';

const nothingToDo: PartPlan = { steps: [], changes: [] };

/**
 * Plans how kube-proxy's table of a family becomes what it should be. Only what differs is written, and what stands is
 * never read again by nft: the plan is made of the two tables alone.
 *
 * @param current what stands; undefined when the table is not there
 * @param desired what should stand; undefined when the table shall go
 */
export function planNftables(
  current: NftablesTable | undefined,
  desired: NftablesTable | undefined,
  family: IpFamily,
): PartPlan {
  if (desired === undefined) return current === undefined ? nothingToDo : planDeletion(current, family);
  const difference = tableDifference(current, desired);
  if (current !== undefined && isSameTable(difference)) return nothingToDo;
  return {
    steps: tableSteps(current, desired, difference, family),
    changes: plannedChanges(current, desired, difference, family),
  };
}

function planDeletion(current: NftablesTable, family: IpFamily): PartPlan {
  const script = new NftScript(family);
  script.deleteTable();
  return { steps: [nftStep('break', script, family)], changes: deletedTable(current, family) };
}
