import type { IptablesRules, NftablesTable, ServiceRules, VirtualServerRules } from '../model/serviceRules.ts';

/** How a node's Services are programmed; `userspace` is the mode that Kubernetes 1.26 removed. */
export type RulesMode = 'iptables' | 'ipvs' | 'nftables' | 'userspace' | 'none';

/**
 * The mode whose rules carry the Services. After switches there may be rules of several: the nftables table counts
 * first, because its translations are made whoever else has some; between iptables and ipvs, where both write the
 * chain KUBE-SERVICES, its last step decides: KUBE-NODEPORTS in iptables mode, KUBE-NODE-PORT in ipvs mode.
 */
export function modeOf({ families }: ServiceRules): RulesMode {
  const each = [...families.values()];
  const hooked = each.flatMap(({ nftables }) => (nftables !== undefined && hasHook(nftables) ? [nftables] : []));
  if (hooked.some(({ sets }) => (sets.get('service-ips')?.elements.size ?? 0) > 0)) return 'nftables';
  const dispatching = each.map(({ iptables }) => modeOfDispatch(iptables));
  if (dispatching.includes('iptables')) return 'iptables';
  if (dispatching.includes('ipvs')) return 'ipvs';
  if (hooked.length > 0) return 'nftables';
  if (each.some(({ iptables }) => rulesOf(iptables, 'KUBE-PORTALS-CONTAINER').length > 0)) return 'userspace';
  return each.some(({ virtualServers }) => [...virtualServers.values()].some(takesConnections)) ? 'ipvs' : 'none';
}

/** Those that only keep old connections have real servers, and all of them without weight. */
function takesConnections({ realServers }: VirtualServerRules): boolean {
  return realServers.size === 0 || [...realServers.values()].some((weight) => weight > 0);
}

function hasHook({ chains }: NftablesTable): boolean {
  for (const { hook } of chains.values()) if (hook !== undefined) return true;
  return false;
}

function modeOfDispatch(iptables: IptablesRules): 'iptables' | 'ipvs' | undefined {
  if (!isHooked(iptables)) return undefined;
  const rules = rulesOf(iptables, 'KUBE-SERVICES');
  // Both stand near the end of a chain that can have thousands of rules.
  if (rules.findLast((rule) => rule.endsWith(' -j KUBE-NODEPORTS')) !== undefined) return 'iptables';
  return rules.findLast((rule) => rule.endsWith(' -j KUBE-NODE-PORT')) === undefined ? undefined : 'ipvs';
}

function isHooked({ tables }: IptablesRules): boolean {
  const hooks = [...(tables.get('nat')?.hooks.values() ?? [])];
  return hooks.some((rules) => rules.some((rule) => rule.endsWith('-j KUBE-SERVICES')));
}

function rulesOf({ tables }: IptablesRules, chain: string): readonly string[] {
  return tables.get('nat')?.chains.get(chain) ?? [];
}
