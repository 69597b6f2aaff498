import type { Counters, ServicePort } from '../model/service.ts';

/** The ports of one Service. */
export type ServicePorts = readonly [ServicePort, ...ServicePort[]];

/** Groups by a key, in the order in which the keys first appear. */
export function groupPorts(ports: readonly ServicePort[], key: (port: ServicePort) => string): ServicePorts[] {
  const groups = new Map<string, [ServicePort, ...ServicePort[]]>();
  for (const port of ports) {
    const name = key(port);
    const group = groups.get(name);
    if (group) group.push(port);
    else groups.set(name, [port]);
  }
  return [...groups.values()];
}

/** What tells Services of a namespace apart: the name, or the address where no name is known. */
export function serviceKey(port: ServicePort): string {
  return port.name === '' ? (clusterIPs([port])[0] ?? `:${port.port.port}`) : port.name;
}

/** The cluster IPs, each once. A Service without a name is known by nothing but its address, of whatever kind. */
export function clusterIPs(ports: readonly ServicePort[]): readonly string[] {
  const ips = ports.flatMap(({ name, frontends, virtualServers }) => {
    const known = frontends.flatMap(({ kind, ip }) => (kind === 'clusterIP' || name === '' ? (ip ?? []) : []));
    return known.length === 0 && name === '' ? virtualServers.flatMap(({ ip }) => ip ?? []) : known;
  });
  return [...new Set(ips)];
}

/** Number of different endpoint addresses. */
export function endpointCount(ports: readonly ServicePort[]): number {
  return new Set(ports.flatMap(({ endpoints }) => endpoints.map(({ ip }) => ip))).size;
}

/** The sum over all frontends; undefined when nothing is counted. */
export function frontendCounters(ports: readonly ServicePort[]): Counters | undefined {
  const all = ports.flatMap(({ frontends }) => frontends.flatMap(({ counters }) => counters ?? []));
  if (all.length === 0) return undefined;
  return all.reduce((sum, { packets, bytes }) => ({ packets: sum.packets + packets, bytes: sum.bytes + bytes }));
}
