import type { IpFamily } from '../../model/address.ts';
import { resolveNodePortAddresses } from '../nodePortAddresses.ts';
import type { ProxyOptions } from '../proxyOptions.ts';

/**
 * The addresses of which each gets a virtual server for every node port, sorted as text: never loopback, which ipvs does
 * not take packets of, and where nobody chose, no link-local ones either (pkg/proxy/ipvs/proxier.go,
 * netlink_linux.go `isValidForSet`).
 */
export function ipvsNodePortIps(options: ProxyOptions, family: IpFamily): readonly string[] {
  const { all, ips } = resolveNodePortAddresses(options, 'ipvs', family);
  return ips.filter((ip) => !isLoopback(ip) && !(all && isLinkLocalIpv6(ip)));
}

function isLoopback(ip: string): boolean {
  return ip === '::1' || ip.startsWith('127.');
}

/** `fe80::/10` */
function isLinkLocalIpv6(ip: string): boolean {
  return /^fe[89ab][0-9a-f]:/.test(ip);
}
