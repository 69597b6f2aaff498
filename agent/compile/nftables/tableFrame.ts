import type { NftablesChain, NftablesSet } from '../../model/serviceRules.ts';
import type { LocalDetection } from '../localDetection.ts';
import { type CommonSets, plainChain, type SetBuild, type TableBuild } from './tableBuild.ts';
import type { FamilyWords } from './words.ts';

/** The chain that takes packets to Services without endpoints. */
export const rejectChain = 'reject-chain';

/** What the chains that every table has depend on. */
export interface FrameFacts {
  readonly words: FamilyWords;
  /** The addresses that take node ports; undefined when all of the node's do. */
  readonly nodePortIps: readonly string[] | undefined;
  readonly masqueradeAll: boolean;
  readonly masqueradeBit: number;
  readonly localDetection: LocalDetection | undefined;
  /** The blocks of this family that cluster IPs come from; empty when they are not known. */
  readonly serviceCidrs: string | undefined;
}

/** The mark of packets that are masqueraded on their way out, as nft prints it. */
function markText(bit: number): string {
  return `0x${(2 ** bit).toString(16).padStart(8, '0')}`;
}

/** Marks a packet for masquerading. */
export function setMark(bit: number): string {
  return `meta mark set meta mark | ${markText(bit)}`;
}

/** What stands in the table whatever the Services are (pkg/proxy/nftables/proxier.go `setupNFTables`). */
export function buildTableFrame(facts: FrameFacts): { readonly table: TableBuild; readonly sets: CommonSets } {
  const sets = commonSets(facts.words);
  const table: TableBuild = {
    comment: 'rules for kube-proxy',
    chains: new Map([...baseChains(), ...dispatchChains(facts)]),
    sets: new Map<string, NftablesSet>([
      ['hairpin-connections', sets.hairpinConnections],
      ['cluster-ips', sets.clusterIps],
      ['no-endpoint-services', sets.noEndpointServices],
      ['no-endpoint-nodeports', sets.noEndpointNodePorts],
      ['firewall-ips', sets.firewallIps],
      ['service-ips', sets.serviceIps],
      ['service-nodeports', sets.serviceNodePorts],
    ]),
  };
  if (facts.nodePortIps !== undefined) {
    const nodePortIps = namedSet('set', facts.words.addressType, 'IPs that accept NodePort traffic');
    for (const ip of facts.nodePortIps) nodePortIps.elements.set(ip, '');
    table.sets.set('nodeport-ips', nodePortIps);
  }
  return { table, sets };
}

function namedSet(kind: NftablesSet['kind'], type: string, comment: string): SetBuild {
  return { kind, type, flags: [], timeout: undefined, comment, elements: new Map(), elementComments: new Map() };
}

function commonSets({ addressType }: FamilyWords): CommonSets {
  const byDestination = `${addressType} . inet_proto . inet_service : verdict`;
  const byNodePort = 'inet_proto . inet_service : verdict';
  return {
    hairpinConnections: namedSet(
      'set',
      `${addressType} . ${addressType} . inet_proto . inet_service`,
      'service hairpin connections',
    ),
    clusterIps: namedSet('set', addressType, 'Active ClusterIPs'),
    noEndpointServices: namedSet('map', byDestination, 'vmap to drop or reject packets to services with no endpoints'),
    noEndpointNodePorts: namedSet(
      'map',
      byNodePort,
      'vmap to drop or reject packets to service nodeports with no endpoints',
    ),
    firewallIps: namedSet('map', byDestination, 'destinations that are subject to LoadBalancerSourceRanges'),
    serviceIps: namedSet('map', byDestination, 'ClusterIP, ExternalIP and LoadBalancer IP traffic'),
    serviceNodePorts: namedSet('map', byNodePort, 'NodePort traffic'),
  };
}

type NamedChain = readonly [name: string, chain: NftablesChain];

/** The chains that the kernel calls. */
function baseChains(): readonly NamedChain[] {
  const base = (name: string, hook: string, ...rules: readonly string[]): NamedChain => [
    name,
    { hook: `type ${hook}; policy accept;`, comment: undefined, rules },
  ];
  const newTo = (chain: string): string => `ct state new jump ${chain}`;
  return [
    // Before DNAT, since source ranges are about the addresses that clients speak to.
    base('filter-prerouting-pre-dnat', 'filter hook prerouting priority dstnat - 10', newTo('firewall-check')),
    base('filter-output-pre-dnat', 'filter hook output priority -110', newTo('firewall-check')),
    base(
      'filter-input',
      'filter hook input priority filter',
      newTo('nodeport-endpoints-check'),
      newTo('service-endpoints-check'),
    ),
    base(
      'filter-forward',
      'filter hook forward priority filter',
      newTo('service-endpoints-check'),
      newTo('cluster-ips-check'),
    ),
    base(
      'filter-output',
      'filter hook output priority filter',
      newTo('service-endpoints-check'),
      newTo('cluster-ips-check'),
    ),
    base('nat-prerouting', 'nat hook prerouting priority dstnat', 'jump services'),
    base('nat-output', 'nat hook output priority -100', 'jump services'),
    base('nat-postrouting', 'nat hook postrouting priority srcnat', 'jump masquerading'),
  ];
}

/** The chains that the base chains jump to. */
function dispatchChains(facts: FrameFacts): readonly NamedChain[] {
  const { ip, notLoopback } = facts.words;
  const toNodePort = facts.nodePortIps === undefined ? notLoopback : `${ip} daddr @nodeport-ips`;
  const toAnyLocal = facts.nodePortIps === undefined ? 'fib daddr type local ' : '';
  const destination = `${ip} daddr . meta l4proto . th dport`;
  return [
    ['nodeport-endpoints-check', plainChain(`${toNodePort} meta l4proto . th dport vmap @no-endpoint-nodeports`)],
    ['service-endpoints-check', plainChain(`${destination} vmap @no-endpoint-services`)],
    ['firewall-check', plainChain(`${destination} vmap @firewall-ips`)],
    [
      'services',
      plainChain(
        ...clusterIpMasquerading(facts),
        `${destination} vmap @service-ips`,
        `${toAnyLocal}${toNodePort} meta l4proto . th dport vmap @service-nodeports`,
      ),
    ],
    ['masquerading', masqueradingChain(facts)],
    ['cluster-ips-check', clusterIpsCheckChain(facts)],
    [
      rejectChain,
      { hook: undefined, comment: 'helper for @no-endpoint-services / @no-endpoint-nodeports', rules: ['reject'] },
    ],
  ];
}

/** Traffic to cluster IPs from elsewhere would not come back through this node without masquerading. */
function clusterIpMasquerading({ words, masqueradeAll, masqueradeBit, localDetection }: FrameFacts): readonly string[] {
  const toClusterIp = `${words.ip} daddr @cluster-ips`;
  if (masqueradeAll) return [`${toClusterIp} ${setMark(masqueradeBit)} comment "masquerade all clusterIP traffic"`];
  if (localDetection === undefined) return [];
  const comment = 'comment "masquerade clusterIP traffic from outside cluster"';
  return [`${toClusterIp} ${localDetection.ifNotLocal} ${setMark(masqueradeBit)} ${comment}`];
}

/** The mark counts only until here; connections of a pod to itself come back only when they are masqueraded. */
function masqueradingChain({ words: { ip }, masqueradeBit }: FrameFacts): NftablesChain {
  const mark = markText(masqueradeBit);
  // nft takes a mask of the uppermost bit for a prefix.
  const isMarked = masqueradeBit === 31 ? 'meta mark != 0x00000000/1' : `meta mark & ${mark} != 0x00000000`;
  return plainChain(
    `${isMarked} meta mark set meta mark ^ ${mark} masquerade fully-random`,
    `ct status dnat ${ip} saddr . ${ip} daddr . meta l4proto . th dport @hairpin-connections masquerade fully-random`,
  );
}

function clusterIpsCheckChain({ words: { ip }, serviceCidrs }: FrameFacts): NftablesChain {
  const reject = `${ip} daddr @cluster-ips reject comment "Reject traffic to invalid ports of ClusterIPs"`;
  if (serviceCidrs === undefined) return plainChain(reject);
  return plainChain(reject, `${ip} daddr ${serviceCidrs} drop comment "Drop traffic to unallocated ClusterIPs"`);
}
