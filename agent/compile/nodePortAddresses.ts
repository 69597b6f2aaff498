import type { IpFamily } from '../model/address.ts';
import { type Cidr, cidrContains, parseCidr } from '../model/cidr.ts';
import type { ServiceMode } from '../model/serviceRules.ts';
import type { ProxyOptions } from './proxyOptions.ts';

/** Which of the node's addresses take node ports, in one family. */
export interface NodePortAddresses {
  /** Whether all do; then rules ask for the address's type instead of naming addresses (`MatchAll`). */
  readonly all: boolean;
  /** The addresses of the node's interfaces that do, loopback included, sorted as text. */
  readonly ips: readonly string[];
  /** Whether 127.0.0.0/8 is among them (`ContainsIPv4Loopback`). */
  readonly containsIpv4Loopback: boolean;
}

const everyAddress = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const;

/** The value of `--nodeport-addresses` that means the node's own address. */
const primary = 'primary';

/**
 * What `--nodeport-addresses` comes to on this node (pkg/proxy/util/nodeport_addresses.go; `primary` is resolved in
 * cmd/kube-proxy/app/server.go, the mode's default in server_linux.go). A family that no CIDR is of has all its
 * addresses open.
 */
export function resolveNodePortAddresses(
  options: ProxyOptions,
  mode: ServiceMode,
  family: IpFamily,
): NodePortAddresses {
  const cidrs = cidrsOfFamily(options, mode, family);
  const all = cidrs.some(({ prefixLength }) => prefixLength === 0);
  const ips = options.kernel.addresses
    .filter(({ ip }) => cidrs.some((cidr) => cidrContains(cidr, ip)))
    .map(({ ip }) => ip);
  return {
    all,
    ips: [...new Set(ips)].sort(),
    containsIpv4Loopback: cidrs.some((cidr) => isLoopback(cidr) || cidrContains(cidr, '127.0.0.0')),
  };
}

function cidrsOfFamily({ nodePortAddresses, nodeIps }: ProxyOptions, mode: ServiceMode, family: IpFamily): Cidr[] {
  const wanted = nodePortAddresses.length === 0 && mode === 'nftables' ? [primary] : nodePortAddresses;
  const texts = wanted.length === 1 && wanted[0] === primary ? [ownCidr(nodeIps.get(family))] : wanted;
  const known = texts.map(parseCidr).filter((cidr) => cidr !== undefined);
  const cidrs = known.filter((cidr) => cidr.family === family);
  const whole = parseCidr(everyAddress[family]);
  return cidrs.length === 0 && whole !== undefined ? [whole] : cidrs;
}

/** The node's address as a block of one; '' for an address that is nobody's own. */
function ownCidr(ip: string | undefined): string {
  if (ip === undefined || ip === '0.0.0.0' || ip === '::' || ip === '::1' || ip.startsWith('127.')) return '';
  return `${ip}/${ip.includes(':') ? 128 : 32}`;
}

function isLoopback({ family, text }: Cidr): boolean {
  return family === 'ipv4' && text.startsWith('127.');
}
