import { completeProxyOptions, type GivenProxyOptions } from '../../compile/defaultProxyOptions.ts';
import type { KernelFacts, ProxyOptions } from '../../compile/proxyOptions.ts';
import { familyOfAddress, type IpFamily } from '../../model/address.ts';
import type { TraceFact } from '../../model/packetTrace.ts';
import type { ServiceMode, ServiceRules } from '../../model/serviceRules.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { KubernetesObjects } from '../../objects/kubernetesObjects.ts';
import type { NodeNetwork } from '../../trace/nodeNetwork.ts';
import { assumption } from '../assumption.ts';
import { kubeProxyConfig } from './kubeProxyConfig.ts';
import { isGlobal, nodeAddresses, nodeIp } from './nodeAddresses.ts';
import { type RulesSettings, rulesSettings } from './rulesSettings.ts';

/** What is known of a node whose rules are compiled anew. */
export interface KnownNode {
  readonly snapshot: Snapshot;
  readonly network: NodeNetwork;
  /** kube-proxy's rules that stand, and the mode that they are of. */
  readonly rules: ServiceRules;
  readonly mode: ServiceMode | undefined;
  readonly objects: KubernetesObjects;
  /** What was said when the rules were applied; it counts before all that is found. */
  readonly kept: GivenProxyOptions | undefined;
  /** What somebody says now; it counts before that. */
  readonly given: { readonly [Key in keyof GivenProxyOptions]?: GivenProxyOptions[Key] | undefined };
}

/** What rules of another mode are compiled with, and what of it had to be assumed. */
export interface FoundOptions {
  readonly options: ProxyOptions;
  readonly assumptions: readonly TraceFact[];
}

/**
 * Finds what kube-proxy would be told on a node: what is said and was said before, what its rules show, what a running
 * kube-proxy was told, and its defaults. Which addresses take node ports is asked of kube-proxy first, since rules do not
 * tell what was chosen from a mode's default.
 */
export function proxyOptionsOf(node: KnownNode, nodeName: string): FoundOptions {
  const assumptions: TraceFact[] = [];
  const { snapshot, mode, kept, given } = node;
  const shown: RulesSettings = mode === undefined ? emptySettings : rulesSettings(node.rules, mode);
  const told = kubeProxyConfig(snapshot);
  const addresses = nodeAddresses(snapshot);
  const nodeIps = given.nodeIps ?? kept?.nodeIps ?? findNodeIps(node, addresses, assumptions);
  const localDetector = given.localDetector ?? kept?.localDetector ?? shown.localDetector ?? told?.localDetector;
  if ((localDetector ?? { kind: 'none' }).kind === 'none') {
    const message = "No rule tells pods' addresses from others, so nothing is masqueraded because of them.";
    assumptions.push(assumption('pods-not-told-apart', message));
  }
  const nodePortAddresses = given.nodePortAddresses ?? kept?.nodePortAddresses ?? told?.nodePortAddresses;
  const scheduler = given.ipvs?.scheduler ?? kept?.ipvs?.scheduler ?? shown.scheduler ?? told?.scheduler;
  const options: GivenProxyOptions = {
    nodeName,
    nodeIps,
    ipv6: given.ipv6 ?? kept?.ipv6,
    zone: given.zone ?? kept?.zone,
    localDetector,
    masqueradeAll: given.masqueradeAll ?? kept?.masqueradeAll ?? shown.masqueradeAll ?? told?.masqueradeAll,
    masqueradeBit: given.masqueradeBit ?? kept?.masqueradeBit ?? shown.masqueradeBit,
    localhostNodePorts:
      given.localhostNodePorts ?? kept?.localhostNodePorts ?? shown.localhostNodePorts ?? told?.localhostNodePorts,
    nodePortAddresses: nodePortAddresses ?? chosenAddresses(shown.nodePortAddresses, nodeIps, addresses),
    serviceCidrs: given.serviceCidrs ?? kept?.serviceCidrs ?? node.objects.serviceCidrs ?? shown.serviceCidrs,
    ipvs: { scheduler, strictArp: given.ipvs?.strictArp ?? kept?.ipvs?.strictArp ?? told?.strictArp },
  };
  const complete = completeProxyOptions(options, kernelFacts(node, nodeIps, addresses, assumptions));
  if (nodePortAddresses === undefined && complete.nodePortAddresses.length === 0) {
    const message = 'Which addresses take node ports is taken to be the default of each mode.';
    assumptions.push(assumption('node-port-addresses-default', message));
  }
  if (scheduler === undefined) {
    const { scheduler: assumed } = complete.ipvs;
    assumptions.push(assumption('scheduler-default', `ipvs would schedule by ${assumed}.`, { scheduler: assumed }));
  }
  return { options: complete, assumptions };
}

const emptySettings: RulesSettings = {
  localDetector: undefined,
  masqueradeAll: undefined,
  masqueradeBit: undefined,
  nodePortAddresses: undefined,
  localhostNodePorts: undefined,
  serviceCidrs: undefined,
};

const unspecified: Readonly<Record<IpFamily, string>> = { ipv4: '0.0.0.0', ipv6: '::' };

/** An address for each family that has rules of kube-proxy, or else Services. */
function findNodeIps(
  node: KnownNode,
  addresses: KernelFacts['addresses'],
  assumptions: TraceFact[],
): readonly string[] {
  return programmedFamilies(node).map((family) => {
    const ip = nodeIp(node.network, addresses, family);
    if (ip !== undefined) return ip;
    const message = `The node's own ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address is not in the snapshot.`;
    assumptions.push(assumption('node-address-unknown', message, { family }));
    return unspecified[family];
  });
}

export function programmedFamilies({ rules, objects }: Pick<KnownNode, 'rules' | 'objects'>): readonly IpFamily[] {
  const both = ['ipv4', 'ipv6'] as const;
  const standing = both.filter((family) => {
    const of = rules.families.get(family);
    if (of === undefined) return false;
    return of.iptables.tables.size + of.ipsets.size + of.virtualServers.size > 0 || of.nftables !== undefined;
  });
  const ips = objects.services.flatMap(({ clusterIPs }) => clusterIPs);
  const served = both.filter((family) => ips.some((ip) => ip.includes(':') === (family === 'ipv6')));
  if (standing.length > 0) return standing;
  return served.length > 0 ? served : ['ipv4'];
}

/**
 * The addresses that rules name, unless they are those that a mode's default comes to: then the other mode would have
 * its own default.
 */
function chosenAddresses(
  named: readonly string[] | undefined,
  nodeIps: readonly string[],
  addresses: KernelFacts['addresses'],
): readonly string[] | undefined {
  if (named === undefined) return undefined;
  const ips = new Set(named.map((block) => block.replace(/\/(?:32|128)$/, '')));
  const isOwn = [...ips].every((ip) => nodeIps.includes(ip));
  const isIpv6 = new Set([...ips].map((ip) => ip.includes(':')));
  const others = addresses
    .map(({ ip }) => ip)
    .filter((ip) => isGlobal(ip, familyOfAddress(ip)) && isIpv6.has(ip.includes(':')));
  const isAll = others.length > 0 && others.every((ip) => ips.has(ip));
  return isOwn || isAll ? undefined : named;
}

function kernelFacts(
  { snapshot, network }: KnownNode,
  nodeIps: readonly string[],
  addresses: KernelFacts['addresses'],
  assumptions: TraceFact[],
): KernelFacts {
  const known = nodeIps.filter((ip) => !Object.values(unspecified).includes(ip));
  const own = known.map((ip) => ({ ip, prefixLength: ip.includes(':') ? 128 : 32, interfaceName: 'eth0' }));
  const loopback = [
    { ip: '127.0.0.1', prefixLength: 8, interfaceName: 'lo' },
    { ip: '::1', prefixLength: 128, interfaceName: 'lo' },
  ];
  if (addresses.length === 0) {
    const message = "The snapshot does not have the node's addresses, on which node ports are open.";
    assumptions.push(assumption('node-addresses-unknown', message));
  }
  return {
    addresses: addresses.length === 0 ? [...loopback, ...own] : addresses,
    nfacctCounters: countersIn(snapshot),
    conntrackTcpLiberal: network.setting('net.netfilter.nf_conntrack_tcp_be_liberal') === '1',
    masqueradeRandomFully: true,
  };
}

/** The counters that rules of iptables use are there for other modes too. */
function countersIn({ parts }: Snapshot): ReadonlySet<string> {
  const names = ['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts'];
  const text = parts.filter(({ kind }) => kind === 'iptables-save').map((part) => part.text);
  return new Set(names.filter((name) => text.some((each) => each.includes(name))));
}
