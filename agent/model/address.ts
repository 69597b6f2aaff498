/** An IP address family. A dual-stack node holds the rules of each family apart. */
export type IpFamily = 'ipv4' | 'ipv6';

/** @param ip an IP address in any notation */
export function familyOfAddress(ip: string): IpFamily {
  return ip.includes(':') ? 'ipv6' : 'ipv4';
}

/** The layer-4 protocols a Service port can have (core/v1 `Protocol`), in lower case as the rules write them. */
export type ServiceProtocol = 'tcp' | 'udp' | 'sctp';

/** `ADDRESS:PORT`, with brackets around IPv6 addresses (RFC 3986, 3.2.2). */
export function formatAddress(ip: string, port: number | undefined): string {
  const host = ip.includes(':') ? `[${ip}]` : ip;
  return port === undefined ? ip : `${host}:${port}`;
}
