import type { ServiceRules } from '../../model/serviceRules.ts';
import { sharedWithKubelet } from '../../plan/iptables/ownChains.ts';

/**
 * What stands, for planning the way back to what stood before: the chain that kubelet shares with kube-proxy stays where
 * there is a kubelet, but not where it was not there before the change.
 */
export function withoutSharedChain(current: ServiceRules, before: ServiceRules): ServiceRules {
  const families = [...current.families].map(([family, rules]) => {
    const was =
      before.families.get(family)?.iptables.tables.get('filter')?.chains.has(sharedWithKubelet.chain) === true;
    return [family, was ? rules : { ...rules, iptables: { ...rules.iptables, hasKubelet: false } }] as const;
  });
  return { ...current, families: new Map(families) };
}
