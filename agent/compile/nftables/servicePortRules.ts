import type { IpFamily } from '../../model/address.ts';
import { addressSetText } from '../../model/addressSetText.ts';
import { cidrContains, parseCidr } from '../../model/cidr.ts';
import type { LocalDetection } from '../localDetection.ts';
import type { ResolvedServicePort } from '../resolvedService.ts';
import { type ServiceChainNames, serviceChainNames } from './chainNames.ts';
import { addEndpoints } from './endpointRules.ts';
import { type CommonSets, plainChain, type SetBuild, type TableBuild } from './tableBuild.ts';
import { rejectChain, setMark } from './tableFrame.ts';
import type { FamilyWords } from './words.ts';

/** What the rules of every Service port depend on. */
export interface ServiceFacts {
  readonly family: IpFamily;
  readonly words: FamilyWords;
  readonly masqueradeBit: number;
  readonly localDetection: LocalDetection | undefined;
  readonly nodeIp: string | undefined;
}

/** Adds what one Service port has in the table (pkg/proxy/nftables/proxier.go `syncProxyRules`). */
export function addServicePort(
  table: TableBuild,
  sets: CommonSets,
  port: ResolvedServicePort,
  facts: ServiceFacts,
): void {
  const names = serviceChainNames(port);
  addEndpoints(table, sets, port, names, facts.words);
  addInternal(sets, port, names);
  addExternal(table, sets, port, names, facts);
  addFirewall(table, sets, port, names, facts);
}

function destination(ip: string, { protocol, port }: ResolvedServicePort): string {
  return `${ip} . ${protocol} . ${port}`;
}

/** Bytes that nft takes for a comment. kube-proxy fails on every sync as long as there is a longer name to write. */
const maxCommentLength = 128;

/** Takes packets that no endpoint will get: they are rejected, or dropped where endpoints elsewhere could have them. */
function addUnserved(set: SetBuild, key: string, { name, hasAnyEndpoints }: ResolvedServicePort): void {
  set.elements.set(key, hasAnyEndpoints ? 'drop' : `goto ${rejectChain}`);
  set.elementComments.set(key, name.slice(0, maxCommentLength));
}

function addInternal(sets: CommonSets, port: ResolvedServicePort, names: ServiceChainNames): void {
  sets.clusterIps.elements.set(port.clusterIp, '');
  const key = destination(port.clusterIp, port);
  const { hasAnyEndpoints, internalPolicyLocal, localEndpoints } = port;
  const isServed = hasAnyEndpoints && !(internalPolicyLocal && localEndpoints.length === 0);
  if (isServed) sets.serviceIps.elements.set(key, `goto ${internalPolicyLocal ? names.local : names.cluster}`);
  else addUnserved(sets.noEndpointServices, key, port);
}

function addExternal(
  table: TableBuild,
  sets: CommonSets,
  port: ResolvedServicePort,
  names: ServiceChainNames,
  facts: ServiceFacts,
): void {
  const { hasAnyEndpoints, externalPolicyLocal, localEndpoints, nodePort } = port;
  const isServed = hasAnyEndpoints && !(externalPolicyLocal && localEndpoints.length === 0);
  const verdict = `goto ${names.external}`;
  const capture = (served: SetBuild, unserved: SetBuild, key: string): void => {
    // Where policy Local leaves no endpoint for others, this node's own traffic still has some.
    if (hasAnyEndpoints) served.elements.set(key, verdict);
    if (!isServed) addUnserved(unserved, key, port);
  };
  for (const ip of port.externalIps) capture(sets.serviceIps, sets.noEndpointServices, destination(ip, port));
  for (const ip of port.loadBalancerIps) capture(sets.serviceIps, sets.noEndpointServices, destination(ip, port));
  if (nodePort !== 0) capture(sets.serviceNodePorts, sets.noEndpointNodePorts, `${port.protocol} . ${nodePort}`);
  if (!hasAnyEndpoints || !port.externallyAccessible) return;
  const policyChain = externalPolicyLocal ? names.local : names.cluster;
  const rules = externalPolicyLocal ? shortcuts(names.cluster, facts) : [masquerading(facts)];
  table.chains.set(names.external, plainChain(...rules, ...(isServed ? [`goto ${policyChain}`] : [])));
}

/** The endpoint may be on another node, which would answer the client directly. */
function masquerading({ masqueradeBit }: ServiceFacts): string {
  return `${setMark(masqueradeBit)} comment "masquerade"`;
}

/** Policy Local keeps the client's address; what starts on this node goes by policy Cluster, as if it came back in. */
function shortcuts(clusterChain: string, { localDetection, masqueradeBit }: ServiceFacts): readonly string[] {
  const fromPods =
    localDetection === undefined
      ? []
      : [`${localDetection.ifLocal} goto ${clusterChain} comment "short-circuit pod traffic"`];
  return [
    ...fromPods,
    `fib saddr type local ${setMark(masqueradeBit)} comment "masquerade local traffic"`,
    `fib saddr type local goto ${clusterChain} comment "short-circuit local traffic"`,
  ];
}

function addFirewall(
  table: TableBuild,
  sets: CommonSets,
  port: ResolvedServicePort,
  names: ServiceChainNames,
  { family, words, nodeIp }: ServiceFacts,
): void {
  const { loadBalancerIps, loadBalancerSourceRanges } = port;
  if (loadBalancerIps.length === 0 || loadBalancerSourceRanges.length === 0) return;
  for (const ip of loadBalancerIps) sets.firewallIps.elements.set(destination(ip, port), `goto ${names.firewall}`);
  // Where a load balancer's address is the node's own too, what the node sends there comes from that address.
  const sources = holdNode(loadBalancerSourceRanges, nodeIp)
    ? [...loadBalancerSourceRanges, ...loadBalancerIps]
    : loadBalancerSourceRanges;
  table.chains.set(names.firewall, plainChain(`${words.ip} saddr != ${addressSetText(sources, family)} drop`));
}

function holdNode(ranges: readonly string[], nodeIp: string | undefined): boolean {
  if (nodeIp === undefined) return false;
  return ranges.some((range) => {
    const cidr = parseCidr(range);
    return cidr !== undefined && cidrContains(cidr, nodeIp);
  });
}
