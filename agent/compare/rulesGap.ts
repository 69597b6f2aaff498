import type { FamilyRules, IptablesRules, ServiceRules } from '../model/serviceRules.ts';
import { normalRule } from '../plan/iptables/normalRule.ts';
import { noFamilyRules } from '../plan/noRules.ts';
import { ruleDifferences } from '../plan/ruleDifferences.ts';

/**
 * In how many rules and entries what stands differs from what should, whatever the tool that printed it and the order
 * in which kube-proxy wrote the rules of different Services.
 */
export function rulesGap(standing: ServiceRules, compiled: ServiceRules): number {
  const families = new Set([...standing.families.keys(), ...compiled.families.keys()]);
  let count = ruleDifferences(withoutIptables(standing), withoutIptables(compiled));
  for (const family of families) {
    const [here, there] = [standing, compiled].map((rules) => rules.families.get(family)?.iptables);
    count += iptablesGap(here ?? noFamilyRules.iptables, there ?? noFamilyRules.iptables);
  }
  return count;
}

function withoutIptables({ families }: ServiceRules): ServiceRules {
  const others = [...families].map(([family, rules]): [typeof family, FamilyRules] => [
    family,
    { ...rules, iptables: noFamilyRules.iptables },
  ]);
  return { families: new Map(others), sysctls: new Map() };
}

const none: ReadonlyMap<string, readonly string[]> = new Map();

function iptablesGap(here: IptablesRules, there: IptablesRules): number {
  let count = 0;
  for (const table of new Set([...here.tables.keys(), ...there.tables.keys()])) {
    const [standing, wanted] = [here.tables.get(table)?.chains ?? none, there.tables.get(table)?.chains ?? none];
    for (const chain of new Set([...standing.keys(), ...wanted.keys()])) {
      count += chainGap(standing.get(chain) ?? [], wanted.get(chain) ?? []);
    }
  }
  return count;
}

/** Only rules of chains that are not the same text are looked at more closely. */
function chainGap(one: readonly string[], other: readonly string[]): number {
  if (one.length === other.length && one.every((rule, index) => rule === other[index])) return 0;
  const balance = new Map<string, number>();
  for (const rule of one) add(balance, rule, 1);
  for (const rule of other) add(balance, rule, -1);
  const meant = new Map<string, number>();
  for (const [rule, surplus] of balance) if (surplus !== 0) add(meant, normalRule(rule), surplus);
  let count = 0;
  for (const surplus of meant.values()) count += Math.abs(surplus);
  return count;
}

function add(balance: Map<string, number>, rule: string, amount: number): void {
  balance.set(rule, (balance.get(rule) ?? 0) + amount);
}
