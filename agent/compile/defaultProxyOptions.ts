import { familyOfAddress, type IpFamily } from '../model/address.ts';
import type { KernelFacts, ProxyOptions } from './proxyOptions.ts';

/** What a user says; what is left out is as kube-proxy has it. */
export type GivenProxyOptions = Pick<ProxyOptions, 'nodeName'> & {
  /** Canonical; one of a family at most. They say which families are programmed. */
  readonly nodeIps: readonly string[];
  /** Programs IPv6 also where no node address is of it. */
  readonly ipv6?: boolean | undefined;
  readonly ipvs?: Optional<ProxyOptions['ipvs']> | undefined;
} & Optional<Omit<ProxyOptions, 'nodeName' | 'nodeIps' | 'ipvs' | 'kernel'>>;

/** What may be left out, or be undefined. */
type Optional<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/**
 * Fills in kube-proxy's defaults (pkg/proxy/apis/config/v1alpha1/defaults.go).
 *
 * @param kernel what is known of the node; where nothing is, {@link assumedKernelFacts}.
 */
export function completeProxyOptions(input: GivenProxyOptions, kernel: KernelFacts): ProxyOptions {
  const nodeIps = new Map<IpFamily, string>(input.nodeIps.map((ip) => [familyOfAddress(ip), ip]));
  if (input.ipv6 === true && !nodeIps.has('ipv6')) nodeIps.set('ipv6', '::');
  return {
    nodeName: input.nodeName,
    nodeIps,
    zone: input.zone,
    localDetector: input.localDetector ?? { kind: 'none' },
    nodePortAddresses: input.nodePortAddresses ?? [],
    ...(input.serviceCidrs === undefined ? {} : { serviceCidrs: input.serviceCidrs }),
    masqueradeAll: input.masqueradeAll ?? false,
    masqueradeBit: input.masqueradeBit ?? 14,
    localhostNodePorts: input.localhostNodePorts ?? true,
    ipvs: {
      scheduler: input.ipvs?.scheduler ?? 'rr',
      strictArp: input.ipvs?.strictArp ?? false,
      excludeCidrs: input.ipvs?.excludeCidrs ?? [],
      tcpTimeout: input.ipvs?.tcpTimeout ?? 0,
      tcpFinTimeout: input.ipvs?.tcpFinTimeout ?? 0,
      udpTimeout: input.ipvs?.udpTimeout ?? 0,
    },
    kernel,
  };
}

/**
 * The facts that rules are made with away from their node: its addresses are loopback and the given ones, no nfacct
 * counter exists, and its iptables is not older than ten years.
 */
export function assumedKernelFacts(nodeIps: readonly string[]): KernelFacts {
  const own = nodeIps.map((ip) => ({ ip, prefixLength: ip.includes(':') ? 128 : 32, interfaceName: 'eth0' }));
  return {
    addresses: [
      { ip: '127.0.0.1', prefixLength: 8, interfaceName: 'lo' },
      { ip: '::1', prefixLength: 128, interfaceName: 'lo' },
      ...own,
    ],
    nfacctCounters: new Set(),
    conntrackTcpLiberal: false,
    masqueradeRandomFully: true,
  };
}
