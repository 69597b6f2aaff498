import type { LocalDetector, ProxyOptions } from '../../agent/compile/proxyOptions.ts';
import type { IpFamily } from '../../agent/model/address.ts';
import { recordedNode } from './recordedNode.ts';
import type { SeededRandom } from './seededRandom.ts';

/** What an address is where the node has none in its family (`ProxyOptions.nodeIps`). */
const noAddress: Readonly<Record<IpFamily, string>> = { ipv4: '0.0.0.0', ipv6: '::' };

const schedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'sed', 'nq', 'fo', 'ovf', 'mh'] as const;

/** The counters that kube-proxy makes in iptables mode where the kernel can (pkg/proxy/metrics). */
export const nfacctCounters = ['ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts'] as const;

/** How kube-proxy is configured, and what its node is: every option that rules depend on varies. */
export function generatedOptions(seed: number, random: SeededRandom): ProxyOptions {
  return {
    nodeName: recordedNode.name,
    nodeIps: new Map<IpFamily, string>([
      ['ipv4', seed % 10 === 3 ? noAddress.ipv4 : recordedNode.ipv4],
      ['ipv6', seed % 10 === 7 ? noAddress.ipv6 : recordedNode.ipv6],
    ]),
    zone: random.chance(85) ? recordedNode.zone : undefined,
    localDetector: generatedDetector(random),
    nodePortAddresses: random.pick<readonly string[]>(
      [],
      [],
      ['primary'],
      ['0.0.0.0/0', '::/0'],
      ['10.0.0.0/8', '2001:db8:f::/64'],
      ['127.0.0.0/8', '10.0.2.15/32', '::1/128', 'fd00:50::/64'],
      // Of one family only, and two that overlap.
      ['192.168.0.0/16', '192.168.50.0/24', '10.0.2.0/24'],
      // The node has none of these.
      ['172.30.0.0/16', 'fd00:99::/64'],
    ),
    ...(random.chance(40) ? { serviceCidrs: ['10.96.0.0/16', 'fd00:10:96::/112'] } : {}),
    masqueradeAll: random.chance(20),
    masqueradeBit: random.pick(14, 14, 14, 0, 15, 31),
    localhostNodePorts: random.chance(75),
    ipvs: {
      scheduler: schedulers[seed % schedulers.length] ?? 'rr',
      strictArp: random.chance(30),
      excludeCidrs: random.chance(20) ? ['172.31.0.0/16'] : [],
      ...(random.chance(20)
        ? { tcpTimeout: 900, tcpFinTimeout: 60, udpTimeout: 200 }
        : { tcpTimeout: 0, tcpFinTimeout: 0, udpTimeout: 0 }),
    },
    kernel: {
      addresses: recordedNode.addresses,
      nfacctCounters: new Set(seed % 2 === 0 ? [] : nfacctCounters),
      conntrackTcpLiberal: random.chance(20),
      masqueradeRandomFully: true,
    },
  };
}

function generatedDetector(random: SeededRandom): LocalDetector {
  return random.pick<LocalDetector>(
    { kind: 'clusterCidr', cidrs: ['10.244.0.0/16', 'fd00:10:244::/64'] },
    { kind: 'clusterCidr', cidrs: ['10.244.0.0/16', 'fd00:10:244::/64'] },
    { kind: 'clusterCidr', cidrs: ['fd00:10:244::/64', '10.244.0.0/16', '10.245.0.0/16'] },
    { kind: 'clusterCidr', cidrs: ['10.244.0.0/16'] },
    { kind: 'bridgeInterface', name: 'cni0' },
    { kind: 'interfaceNamePrefix', prefix: 'veth' },
    { kind: 'none' },
  );
}

/** The arguments with which the oracle takes these options, in one family. */
export function oracleArguments(options: ProxyOptions, family: IpFamily): string[] {
  const { localDetector, ipvs } = options;
  const nodeIp = options.nodeIps.get(family) ?? noAddress[family];
  // kube-proxy takes loopback for a node address that it does not know (`detectNodeIPs` of cmd/kube-proxy/app).
  const loopback = family === 'ipv4' ? '127.0.0.1' : '::1';
  const cidr =
    localDetector.kind === 'clusterCidr'
      ? localDetector.cidrs.find((one) => one.includes(':') === (family === 'ipv6'))
      : undefined;
  const flags: Readonly<Record<string, string>> = {
    node: options.nodeName,
    'node-ip': nodeIp === noAddress[family] ? loopback : nodeIp,
    zone: options.zone ?? '',
    'cluster-cidr': cidr ?? '',
    'bridge-interface': localDetector.kind === 'bridgeInterface' ? localDetector.name : '',
    'interface-prefix': localDetector.kind === 'interfaceNamePrefix' ? localDetector.prefix : '',
    'nodeport-addresses': options.nodePortAddresses.join(','),
    'service-cidrs': (options.serviceCidrs ?? []).join(','),
    'masquerade-all': String(options.masqueradeAll),
    'masquerade-bit': String(options.masqueradeBit),
    'localhost-nodeports': String(options.localhostNodePorts),
    nfacct: String(options.kernel.nfacctCounters.size > 0),
    scheduler: ipvs.scheduler,
    'strict-arp': String(ipvs.strictArp),
    'exclude-cidrs': ipvs.excludeCidrs.join(','),
    'tcp-timeout': `${ipvs.tcpTimeout}s`,
    'tcpfin-timeout': `${ipvs.tcpFinTimeout}s`,
    'udp-timeout': `${ipvs.udpTimeout}s`,
  };
  return Object.entries(flags).map(([name, value]) => `-${name}=${value}`);
}
