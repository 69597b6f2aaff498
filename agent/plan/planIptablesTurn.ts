import type { IpFamily } from '../model/address.ts';
import type { IptablesRules, IptablesTable, ServiceTable } from '../model/serviceRules.ts';
import { planIptables } from './iptables/planIptables.ts';
import type { RulesMode } from './modeOf.ts';
import type { PartPlan, PlannedChange, PlanStep } from './planStep.ts';

/**
 * Plans the rules of iptables between two modes. Between iptables and ipvs, whose chains have the same names and other
 * meanings, the table filter is ipvs mode's whenever nat is: iptables mode drops there what nat did not translate, which
 * in ipvs mode is everything. The other way round does no harm, because ipvs mode's filter lets translated packets
 * alone, and refuses those to addresses of Services as the virtual servers would.
 */
export function planIptablesTurn(
  current: IptablesRules,
  desired: IptablesRules,
  family: IpFamily,
  from: RulesMode,
  to: RulesMode,
): PartPlan {
  if (from === 'iptables' && to === 'ipvs') {
    return inTwo(current, withTable(desired, 'nat', current), desired, family);
  }
  if (from === 'ipvs' && to === 'iptables') {
    return inTwo(current, withTable(desired, 'filter', current), desired, family);
  }
  return planIptables(current, desired, family);
}

const noTable: IptablesTable = { chains: new Map(), hooks: new Map() };

/** The rules with one table of other rules. */
function withTable(rules: IptablesRules, table: ServiceTable, others: IptablesRules): IptablesRules {
  return { ...rules, tables: new Map([...rules.tables, [table, others.tables.get(table) ?? noTable]]) };
}

/** Plans to go by way of another state; what changes is the same. */
function inTwo(current: IptablesRules, between: IptablesRules, desired: IptablesRules, family: IpFamily): PartPlan {
  return new PlanInTwo(
    [...planIptables(current, between, family).steps, ...planIptables(between, desired, family).steps],
    () => planIptables(current, desired, family).changes,
  );
}

class PlanInTwo implements PartPlan {
  readonly steps: readonly PlanStep[];
  readonly #list: () => readonly PlannedChange[];
  #changes: readonly PlannedChange[] | undefined;

  constructor(steps: readonly PlanStep[], list: () => readonly PlannedChange[]) {
    this.steps = steps;
    this.#list = list;
  }

  get changes(): readonly PlannedChange[] {
    this.#changes ??= this.#list();
    return this.#changes;
  }
}
