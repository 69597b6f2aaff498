import * as z from 'zod/mini';
import type { NodeModel } from '../model/nodeModel.ts';
import type { ProxyMode, VirtualServer } from '../model/service.ts';
import type { ProxyTable } from './nftables/proxyTable.ts';
import type { IptablesRuleset, ParsedSnapshot } from './parsedSnapshot.ts';

const kubeProxyReport = z.object({ mode: z.optional(z.enum(['iptables', 'ipvs', 'nftables', 'userspace'])) });

/**
 * Finds the mode whose rules carry the Services: what a running kube-proxy says, else what the rules look like. When
 * modes were switched, several left rules. The nftables table counts first, because the other modes remove it when they
 * start; between iptables and ipvs, which clean nothing of each other, the chain KUBE-SERVICES decides that both write.
 */
export function detectMode(
  parsed: ParsedSnapshot,
  proxyTables: readonly ProxyTable[],
  virtualServers: readonly VirtualServer[],
): NodeModel['mode'] {
  const told = modeOfKubeProxy(parsed);
  if (told !== undefined) return told;
  if (proxyTables.some(({ sets }) => (sets.get('service-ips')?.elementCount ?? 0) > 0)) return 'nftables';
  const dispatching = parsed.rulesets.map(modeOfDispatch);
  if (dispatching.includes('iptables')) return 'iptables';
  // Of virtual servers that stand only in a list (`ipvsadm -Ln`), what is missing is told as a problem.
  const listed = parsed.ipvsStats.some(({ document }) => document.virtualServers.length > 0);
  if (dispatching.includes('ipvs') || virtualServers.length > 0 || listed) return 'ipvs';
  if (proxyTables.length > 0) return 'nftables';
  if (parsed.rulesets.some(hasPortals)) return 'userspace';
  return parsed.rulesets.some(hasServiceChains) ? 'iptables' : 'none';
}

function modeOfKubeProxy({ snapshot }: ParsedSnapshot): ProxyMode | undefined {
  const text = snapshot.parts.find(({ kind, status }) => kind === 'kube-proxy' && status === 'complete')?.text;
  if (text === undefined) return undefined;
  try {
    const report = kubeProxyReport.safeParse(JSON.parse(text));
    return report.success ? report.data.mode : undefined;
  } catch {
    return undefined;
  }
}

/** The last step of KUBE-SERVICES leads to node ports: KUBE-NODEPORTS in iptables mode, KUBE-NODE-PORT in ipvs mode. */
function modeOfDispatch({ dump, tables }: IptablesRuleset): 'iptables' | 'ipvs' | undefined {
  const nat = tables.get('nat');
  if (nat === undefined) return undefined;
  const services = dump.findChain(nat, 'KUBE-SERVICES');
  if (services === undefined) return undefined;
  const rules = dump.chainRules(services);
  const leadsTo = (name: string): boolean => {
    const chain = dump.findChain(nat, name);
    return chain !== undefined && rules.some((rule) => dump.targetChain(rule) === chain);
  };
  if (leadsTo('KUBE-NODEPORTS')) return 'iptables';
  return leadsTo('KUBE-NODE-PORT') ? 'ipvs' : undefined;
}

function hasPortals({ dump, tables }: IptablesRuleset): boolean {
  const nat = tables.get('nat');
  const chain = nat === undefined ? undefined : dump.findChain(nat, 'KUBE-PORTALS-CONTAINER');
  return chain !== undefined && dump.chainRules(chain).length > 0;
}

function hasServiceChains({ dump, roles }: IptablesRuleset): boolean {
  for (let chain = 0; chain < dump.chainCount; chain++) {
    if (roles.of(chain) !== undefined) return true;
  }
  return false;
}
