import type { IpFamily } from '../model/address.ts';
import type { FamilyRules, IptablesRules, ServiceRules } from '../model/serviceRules.ts';
import type { UdpFrontends } from '../model/udpFrontends.ts';
import { type StaleFlowSearch, staleFlowSearches } from './conntrack/staleFlows.ts';
import { type DrainingFamily, drainingFamily, everythingInUse, rulesWhileDraining } from './draining/draining.ts';
import { sendFromNode, sendFromThemselves } from './draining/sourceRoutes.ts';
import { planIptables } from './iptables/planIptables.ts';
import { type IpvsPlan, planIpvs } from './ipvs/planIpvs.ts';
import { planDeviceRemoval } from './ipvs/planServiceDevice.ts';
import { modeOf, type RulesMode } from './modeOf.ts';
import { planNftables } from './nftables/planNftables.ts';
import { noFamilyRules } from './noRules.ts';
import { inOrder } from './orderOfSteps.ts';
import { planIptablesTurn } from './planIptablesTurn.ts';
import type { PartPlan, PlannedChange, PlanStep } from './planStep.ts';

/** What a plan depends on beside the rules. */
export interface PlanFacts {
  /** The address that the node's own packets carry, in each family that has one. */
  readonly nodeIps: ReadonlyMap<IpFamily, string>;
  /** See {@link staleFlowSearches}. */
  readonly udpFrontends?: ReadonlyMap<IpFamily, UdpFrontends>;
  /** `NAMESPACE/NAME` of the Service of each virtual server that is known, by its key. */
  readonly owners?: ReadonlyMap<string, string>;
}

/** How a node gets from one state to another. */
export interface ChangePlan {
  readonly from: RulesMode;
  readonly to: RulesMode;
  /** In the order in which they have to run, one after another. None: the node is as wanted. */
  readonly steps: readonly PlanStep[];
  readonly changes: readonly PlannedChange[];
  /** How many of the changes add something, and take something away. */
  readonly added: number;
  readonly removed: number;
  /** UDP flows that have to be looked for when the steps are done. */
  readonly staleFlows: readonly StaleFlowSearch[];
  /** What the steps leave for the sake of connections; `planDraining` takes it away as they end. */
  readonly draining: readonly DrainingFamily[];
  /** What stands when the steps are done: what is desired, and what drains. */
  readonly leaves: ServiceRules;
}

/**
 * Plans the way from what stands to what is wanted, be it another endpoint or another mode, such that no new connection
 * fails on the way and none that is there breaks: see "Applying and switching" in ARCHITECTURE.md. A family that is
 * only among `current` loses its rules.
 */
export function planChange(current: ServiceRules, desired: ServiceRules, facts: PlanFacts): ChangePlan {
  const [from, to] = [modeOf(current), modeOf(desired)];
  const sources: PlanStep[] = [];
  const parts: PartPlan[] = [];
  const draining: DrainingFamily[] = [];
  for (const family of families(current, desired)) {
    const before = current.families.get(family) ?? noFamilyRules;
    const after = desired.families.get(family) ?? noFamilyRules;
    const ipvs = planIpvs(before, after, family, everythingInUse(before), facts.owners);
    parts.push(
      ipvs,
      planNftables(before.nftables, after.nftables, family),
      planIptablesTurn(before.iptables, after.iptables, family, from, to),
      planOtherBackend(current, desired, family),
    );
    sources.push(...planSources(family, before, after, ipvs, from, facts));
    const drains = drainingFamily(family, after, ipvs.draining);
    if (drains !== undefined) draining.push(drains);
  }
  parts.push(planDeviceRemoval(current, desired, draining.length > 0));
  return new LazilyListedPlan(parts, {
    from,
    to,
    steps: inOrder([...parts.flatMap(({ steps }) => steps), ...sources]),
    staleFlows: staleFlowSearches(current, desired, facts.udpFrontends),
    draining,
    leaves: rulesWhileDraining(current, desired, draining),
  });
}

/** Lists and counts its changes when somebody asks: on a large node they are 430,000, and carrying out needs none. */
class LazilyListedPlan implements ChangePlan {
  readonly from: RulesMode;
  readonly to: RulesMode;
  readonly steps: readonly PlanStep[];
  readonly staleFlows: readonly StaleFlowSearch[];
  readonly draining: readonly DrainingFamily[];
  readonly leaves: ServiceRules;
  readonly #parts: readonly PartPlan[];
  #changes: readonly PlannedChange[] | undefined;
  #added: number | undefined;

  constructor(parts: readonly PartPlan[], plan: Omit<ChangePlan, 'changes' | 'added' | 'removed'>) {
    this.#parts = parts;
    this.from = plan.from;
    this.to = plan.to;
    this.steps = plan.steps;
    this.staleFlows = plan.staleFlows;
    this.draining = plan.draining;
    this.leaves = plan.leaves;
  }

  get changes(): readonly PlannedChange[] {
    this.#changes ??= this.#parts.flatMap(({ changes }) => changes);
    return this.#changes;
  }

  get added(): number {
    this.#added ??= this.changes.reduce((count, { sign }) => (sign === '+' ? count + 1 : count), 0);
    return this.#added;
  }

  get removed(): number {
    return this.changes.length - this.added;
  }
}

/** What is said nothing about stays as it is. */
function planOtherBackend(current: ServiceRules, desired: ServiceRules, family: IpFamily): PartPlan {
  if (desired.otherBackend === undefined) return { steps: [], changes: [] };
  const before = current.otherBackend?.get(family);
  const after = desired.otherBackend.get(family);
  const none: IptablesRules = { backend: before?.backend ?? after?.backend, tables: new Map() };
  return planIptables(before ?? none, after ?? none, family);
}

function families(current: ServiceRules, desired: ServiceRules): ReadonlySet<IpFamily> {
  return new Set([...current.families.keys(), ...desired.families.keys()]);
}

/** Sees to it that the node's own new connections do not need addresses that only stay until the old ones are over. */
function planSources(
  family: IpFamily,
  { serviceDevice: before }: FamilyRules,
  { serviceDevice: after }: FamilyRules,
  { steps, keptAddresses }: IpvsPlan,
  from: RulesMode,
  { nodeIps }: PlanFacts,
): readonly PlanStep[] {
  if (before === undefined) return [];
  if (after === undefined) {
    const beginsToDrain = steps.some(({ part, phase }) => part === 'virtualServers' && phase === 'break');
    return beginsToDrain ? sendFromNode(family, before.name, keptAddresses, nodeIps.get(family)) : [];
  }
  // Those that a switch to another mode left there.
  const again = from === 'ipvs' ? [] : [...before.addresses].filter((address) => after.addresses.has(address));
  return sendFromThemselves(family, after.name, again);
}
