import type { IpFamily } from '../../model/address.ts';
import { iptablesLocalDetection } from '../localDetection.ts';
import { type NodePortAddresses, resolveNodePortAddresses } from '../nodePortAddresses.ts';
import type { ProxyOptions } from '../proxyOptions.ts';
import type { ResolvedServicePort } from '../resolvedService.ts';

/** The counters that kube-proxy's metrics read (pkg/proxy/metrics). */
export const localhostNodePortCounter = 'localhost_nps_accepted_pkts';
export const invalidStateCounter = 'ct_state_invalid_dropped_pkts';

/**
 * With more endpoints than this, kube-proxy leaves the comments out of endpoints' rules, which are most of all rules
 * (`largeClusterEndpointsThreshold`).
 */
const commentedEndpoints = 1000;

/** What all rules of one family are made from, beside the Service ports. */
export interface Compilation {
  readonly options: ProxyOptions;
  readonly family: IpFamily;
  /** `-s 10.244.0.0/16`; undefined when nothing tells pods' traffic from other traffic. */
  readonly local: LocalMatch | undefined;
  readonly nodePortAddresses: NodePortAddresses;
  /** Whether node ports answer on loopback; IPv4 only. */
  readonly localhostNodePorts: boolean;
  /** Whether endpoints' rules carry comments. */
  readonly comments: boolean;
  /** `0x4000/0x4000` */
  readonly masqueradeMark: string;
  /** What follows an address in `-s` and `-d`: `/32` or `/128`. */
  readonly hostBits: string;
  /** Target for packets that have nowhere to go. */
  readonly reject: string;
}

/** How rules match traffic by whether it is from this cluster's own pods; each with a space after it where not empty. */
export interface LocalMatch {
  /** Stands in front of `-d`. */
  readonly fromPods: string;
  readonly notFromPods: string;
  /** Stands behind `-d`, where iptables-save prints interfaces. */
  readonly throughPods: string;
  readonly notThroughPods: string;
}

export function prepareCompilation(
  ports: readonly ResolvedServicePort[],
  options: ProxyOptions,
  family: IpFamily,
): Compilation {
  const nodePortAddresses = resolveNodePortAddresses(options, 'iptables', family);
  const mark = `0x${(2 ** options.masqueradeBit).toString(16)}`;
  const isIpv6 = family === 'ipv6';
  return {
    options,
    family,
    local: localMatch(options, family),
    nodePortAddresses,
    localhostNodePorts: !isIpv6 && options.localhostNodePorts && nodePortAddresses.containsIpv4Loopback,
    comments: ports.reduce((sum, { endpointCount }) => sum + endpointCount, 0) <= commentedEndpoints,
    masqueradeMark: `${mark}/${mark}`,
    hostBits: isIpv6 ? '/128' : '/32',
    reject: `REJECT --reject-with ${isIpv6 ? 'icmp6' : 'icmp'}-port-unreachable`,
  };
}

/** All that the rules of one Service port are made from, beside the port, as text to compare. */
export function portSettings({ options, family, local, localhostNodePorts, comments }: Compilation): string {
  const { masqueradeAll, nodeIps, kernel } = options;
  const counts = kernel.nfacctCounters.has(localhostNodePortCounter);
  return JSON.stringify([masqueradeAll, nodeIps.get(family), counts, local, localhostNodePorts, comments]);
}

function localMatch({ localDetector }: ProxyOptions, family: IpFamily): LocalMatch | undefined {
  const detection = iptablesLocalDetection(localDetector, family);
  if (detection === undefined) return undefined;
  const { ifLocal, ifNotLocal } = detection;
  if (ifLocal.startsWith('-i ')) {
    return { fromPods: '', notFromPods: '', throughPods: `${ifLocal} `, notThroughPods: `${ifNotLocal} ` };
  }
  // A block of all addresses is not printed, but its negation is.
  const fromPods = ifLocal.endsWith('/0') ? '' : `${ifLocal} `;
  return { fromPods, notFromPods: `${ifNotLocal} `, throughPods: '', notThroughPods: '' };
}
