import type { FamilyRules, ServiceRules } from '../../model/serviceRules.ts';
import { type IpvsPlan, planIpvs } from '../ipvs/planIpvs.ts';
import { planDeviceRemoval } from '../ipvs/planServiceDevice.ts';
import { serviceDeviceName } from '../ipvs/readServiceDevice.ts';
import type { PlanStep } from '../planStep.ts';
import { type DrainingFamily, rulesAfterDraining } from './draining.ts';
import type { NodeUse } from './nodeUse.ts';
import { removeRoutes } from './sourceRoutes.ts';

export interface DrainingPlan {
  /** Take away what is over by now. */
  readonly steps: readonly PlanStep[];
  /** Whether that is all of it. */
  readonly isLast: boolean;
}

/**
 * Plans to take away what a change left for the sake of connections that are over by now.
 *
 * @param current what stands
 */
export function planDraining(
  current: ServiceRules,
  draining: readonly DrainingFamily[],
  { inUse, boundAddresses }: NodeUse,
): DrainingPlan {
  const desired = rulesAfterDraining(current, draining);
  const steps: PlanStep[] = [];
  let isLast = true;
  for (const { family, isLeaving } of draining) {
    const rules = current.families.get(family);
    const wanted = desired.families.get(family);
    if (rules === undefined || wanted === undefined) continue;
    const plan = planIpvs(rules, wanted, family, inUse, undefined, isLeaving ? boundAddresses : undefined);
    if (isLeaving) steps.push(...removeRoutes(family, serviceDeviceName, removedAddresses(rules, plan)));
    steps.push(...plan.steps);
    if (plan.draining.length > 0 || plan.keptAddresses.size > 0) isLast = false;
  }
  steps.push(...planDeviceRemoval(current, desired, !isLast).steps);
  return { steps, isLast };
}

function removedAddresses({ serviceDevice }: FamilyRules, { keptAddresses }: IpvsPlan): readonly string[] {
  return [...(serviceDevice?.addresses ?? [])].filter((address) => !keptAddresses.has(address));
}
