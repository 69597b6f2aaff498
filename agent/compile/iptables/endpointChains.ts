import type { ResolvedEndpoint } from '../resolvedService.ts';
import { endpointChainName } from './chainNames.ts';
import type { Chains } from './chains.ts';
import type { Compilation } from './compilation.ts';
import { printedProbability } from './probability.ts';
import { comment } from './ruleText.ts';
import type { ServicePlan } from './servicePlan.ts';

/** What `recent` looks at, as iptables-save prints it. */
const recentSource = {
  ipv4: '--mask 255.255.255.255 --rsource',
  ipv6: '--mask ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff --rsource',
} as const;

/** Adds the chains that spread connections over endpoints, and those of the endpoints. */
export function addEndpointChains(plan: ServicePlan, nat: Chains, compilation: Compilation): void {
  const { port, chains } = plan;
  const names = new Map<ResolvedEndpoint, string>();
  for (const endpoint of port.allLocallyReachableEndpoints) {
    const name = endpointChainName(port.name, port.protocol, endpoint.address);
    names.set(endpoint, name);
    nat.rules.set(name, endpointRules(plan, endpoint, name, compilation));
  }
  if (port.usesClusterEndpoints && port.clusterEndpoints.length > 0) {
    spread(plan, nat.of(chains.cluster), port.clusterEndpoints, names, compilation);
  }
  if (port.usesLocalEndpoints && port.localEndpoints.length > 0) {
    spread(plan, nat.of(chains.local), port.localEndpoints, names, compilation);
  }
}

/** The rules of one endpoint's chain: what an endpoint sends to itself is masqueraded, everything goes there. */
function endpointRules(
  { port, name }: ServicePlan,
  { ip, address }: ResolvedEndpoint,
  chain: string,
  { comments, hostBits, family }: Compilation,
): string[] {
  const { protocol } = port;
  const words = comments ? `${comment(name)} ` : '';
  const remember = port.affinitySeconds === undefined ? '' : `-m recent --set --name ${chain} ${recentSource[family]} `;
  return [
    `-s ${ip}${hostBits} ${words}-j KUBE-MARK-MASQ`,
    `-p ${protocol} ${words}${remember}-m ${protocol} -j DNAT --to-destination ${address}`,
  ];
}

/** Hands clients that came lately to where they were, and others to each endpoint with the same probability. */
function spread(
  { port, name }: ServicePlan,
  rules: string[],
  endpoints: readonly ResolvedEndpoint[],
  names: ReadonlyMap<ResolvedEndpoint, string>,
  { comments, family }: Compilation,
): void {
  const words = ({ address }: ResolvedEndpoint): string => (comments ? `${comment(`${name} -> ${address}`)} ` : '');
  if (port.affinitySeconds !== undefined) {
    for (const endpoint of endpoints) {
      const chain = names.get(endpoint);
      const check = `-m recent --rcheck --seconds ${port.affinitySeconds} --reap --name ${chain} ${recentSource[family]}`;
      rules.push(`${words(endpoint)}${check} -j ${chain}`);
    }
  }
  let left = endpoints.length;
  for (const endpoint of endpoints) {
    const share = left > 1 ? `-m statistic --mode random --probability ${printedProbability(left)} ` : '';
    rules.push(`${words(endpoint)}${share}-j ${names.get(endpoint)}`);
    left--;
  }
}
