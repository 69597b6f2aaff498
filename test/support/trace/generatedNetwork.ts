import type { IpFamily } from '../../../agent/model/address.ts';
import type { KubernetesObjects } from '../../../agent/objects/kubernetesObjects.ts';
import { recordedNode } from '../../peers/recordedNode.ts';
import type { SeededRandom } from '../../peers/seededRandom.ts';
import type { NetworkPlan, TracedLink } from './tracedNetwork.ts';

/** Somebody behind one of the node's links. */
export interface Neighbour {
  readonly ip: string;
  readonly family: IpFamily;
  /** The node's device that leads there. */
  readonly device: string;
}

export interface GeneratedNetwork {
  readonly plan: NetworkPlan;
  /** Pods and containers of the node. */
  readonly pods: readonly Neighbour[];
  /** Addresses of the node itself, loopback included. */
  readonly nodeAddresses: readonly string[];
}

/** The links of pods, as bridge plugins and routing plugins name them; the last two have no address of pods' networks. */
const podLinks = ['cni0', 'veth1', 'cali2'] as const;

/** Pods that are no endpoints. */
const otherPods: readonly Neighbour[] = [
  { ip: '10.244.254.9', family: 'ipv4', device: 'cni0' },
  { ip: '10.244.253.9', family: 'ipv4', device: 'veth1' },
  { ip: '172.18.0.5', family: 'ipv4', device: 'docker0' },
  { ip: 'fd00:10:244:fe::9', family: 'ipv6', device: 'cni0' },
  { ip: 'fd00:10:244:fd::9', family: 'ipv6', device: 'veth1' },
  { ip: 'fd00:172:18::5', family: 'ipv6', device: 'docker0' },
];

/** A node that has the recorded node's addresses, with links and routes as networking plugins make them. */
export function generatedNetwork(objects: KubernetesObjects, random: SeededRandom): GeneratedNetwork {
  const local = objects.endpointSlices.flatMap(({ endpoints }) =>
    endpoints.flatMap(({ addresses: [ip], nodeName }) =>
      ip !== undefined && nodeName === recordedNode.name && /^(10\.|fd00:10:)/.test(ip) ? [ip] : [],
    ),
  );
  const ownAddresses: readonly string[] = recordedNode.addresses.map(({ ip }) => ip);
  const endpoints = [...new Set(local)]
    .filter((ip) => !ownAddresses.includes(ip))
    .map((ip, index): Neighbour => ({ ip, family: familyOf(ip), device: podLinks[index % podLinks.length] ?? 'cni0' }));
  const pods = [...otherPods, ...endpoints];
  const eth0 = recordedNode.addresses
    .filter(({ interfaceName }) => interfaceName === 'eth0')
    .map(({ ip, prefixLength }) => `${ip}/${prefixLength}`);
  const viaRouter = random.chance(30);
  const toOtherNodes = ['10.244.0.0/16', 'fd00:10:244::/64'];
  const links: readonly TracedLink[] = [
    {
      name: 'eth0',
      addresses: eth0,
      routes: [
        'default via 10.0.2.2',
        `default via 2001:db8:f::2${random.chance(50) ? ' src 2001:db8:f::15' : ''}`,
        ...(viaRouter ? toOtherNodes.map((cidr) => `${cidr} via ${routers[familyOf(cidr)]}`) : []),
      ],
    },
    {
      name: 'flannel.1',
      addresses: ['10.244.255.1/32', 'fd00:10:244:ff::1/128'],
      routes: viaRouter ? [] : toOtherNodes,
    },
    { name: 'cni0', addresses: ['10.244.254.1/24', 'fd00:10:244:fe::1/64'], routes: [] },
    { name: 'veth1', addresses: random.chance(50) ? ['169.254.1.1/32'] : [], routes: [] },
    { name: 'cali2', addresses: [], routes: [] },
    { name: 'docker0', addresses: ['172.18.0.1/16', 'fd00:172:18::1/64'], routes: [] },
  ];
  const routesToPods = pods
    .filter(({ device, ip }) => device !== 'docker0' && !/254\.9$|fe::9$/.test(ip))
    .map(({ ip, family, device }) => `route add ${ip}/${family === 'ipv4' ? 32 : 128} dev ${device}`);
  const { commands, commands6, local: more } = specialities(objects, random);
  const nodeAddresses = [
    ...new Set([...ownAddresses, ...links.flatMap((link) => link.addresses.map(withoutPrefix)), ...more]),
  ];
  return {
    plan: { links, commands: [...routesToPods, ...commands], commands6, settings: settings(random) },
    pods,
    nodeAddresses,
  };
}

const routers: Readonly<Record<IpFamily, string>> = { ipv4: '10.0.2.3', ipv6: '2001:db8:f::3' };

/** Routes that lead nowhere; {@link nowhere} has an address of each. */
const deadEnds = [
  'route add blackhole 192.0.2.0/26',
  'route add unreachable 192.0.2.64/26',
  'route add prohibit 192.0.2.128/26',
  'route add blackhole 2001:db8:dead:1::/64',
  'route add unreachable 2001:db8:dead:2::/64',
  'route add prohibit 2001:db8:dead:3::/64',
] as const;

/** Addresses that no route leads to. */
export const nowhere: readonly string[] = [
  ...['192.0.2.9', '192.0.2.79', '192.0.2.139'],
  ...['2001:db8:dead:1::9', '2001:db8:dead:2::9', '2001:db8:dead:3::9'],
];

/** Everything that not every node has. */
function specialities(
  objects: KubernetesObjects,
  random: SeededRandom,
): Pick<NetworkPlan, 'commands' | 'commands6'> & { readonly local: readonly string[] } {
  const externalIps = objects.services.flatMap((service) => [...service.externalIPs, ...service.loadBalancerIPs]);
  const local = random.chance(40) ? [...new Set(random.some(2, externalIps))] : [];
  const byMark = random.chance(20)
    ? ['rule add fwmark 0x2000/0x2000 table 77 priority 700', 'route add default dev docker0 table 77']
    : [];
  return {
    commands: [
      ...deadEnds,
      ...local.map((ip) => `address add ${ip}/${ip.includes(':') ? '128' : '32'} dev lo`),
      ...byMark,
    ],
    commands6: byMark,
    local,
  };
}

function settings(random: SeededRandom): Readonly<Record<string, string>> {
  const reversePath = random.pick('0', '0', '0', '1', '2');
  return {
    'net.ipv4.ip_forward': random.chance(95) ? '1' : '0',
    'net.ipv6.conf.all.forwarding': random.chance(95) ? '1' : '0',
    'net.ipv4.conf.all.rp_filter': random.pick('0', reversePath),
    'net.ipv4.conf.default.rp_filter': reversePath,
    'net.ipv4.conf.all.route_localnet': random.pick('0', '1'),
    // What has no connection is invalid then, and begins none.
    'net.netfilter.nf_conntrack_tcp_loose': '0',
    'net.ipv4.conf.all.send_redirects': '0',
    'net.ipv4.conf.default.send_redirects': '0',
  };
}

function withoutPrefix(address: string): string {
  return address.replace(/\/\d+$/, '');
}

function familyOf(ip: string): IpFamily {
  return ip.includes(':') ? 'ipv6' : 'ipv4';
}
