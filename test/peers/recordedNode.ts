import type { KernelFacts } from '../../agent/compile/proxyOptions.ts';

/**
 * The node that rules are recorded on and applied to: a network namespace with these addresses. Its own addresses are
 * 10.0.2.15 and 2001:db8:f::15, as the test node's are.
 */
export const recordedNode = {
  name: 'testnode',
  zone: 'zone-a',
  ipv4: '10.0.2.15',
  ipv6: '2001:db8:f::15',
  addresses: [
    { ip: '127.0.0.1', prefixLength: 8, interfaceName: 'lo' },
    { ip: '10.0.2.15', prefixLength: 24, interfaceName: 'eth0' },
    { ip: '192.168.50.5', prefixLength: 24, interfaceName: 'eth0' },
    { ip: '::1', prefixLength: 128, interfaceName: 'lo' },
    { ip: '2001:db8:f::15', prefixLength: 64, interfaceName: 'eth0' },
    { ip: 'fd00:50::5', prefixLength: 64, interfaceName: 'eth0' },
  ],
} as const satisfies { readonly addresses: KernelFacts['addresses'] } & Record<string, unknown>;

/**
 * What `ip -batch -` reads to make a new network namespace that node. `eth0` is one end of a pair, since not every
 * kernel has dummy devices; neither end has an address that the kernel makes up.
 */
export function recordedNodeBatch(): string {
  const addresses = recordedNode.addresses
    .filter(({ interfaceName }) => interfaceName !== 'lo')
    .map(({ ip, prefixLength }) => `address add ${ip}/${prefixLength} dev eth0${ip.includes(':') ? ' nodad' : ''}`);
  return [
    'link set lo up',
    'link add eth0 type veth peer name eth0-other-end',
    ...['eth0', 'eth0-other-end'].flatMap((name) => [`link set ${name} addrgenmode none`, `link set ${name} up`]),
    ...addresses,
    '',
  ].join('\n');
}
