import type { IpFamily } from '../../model/address.ts';
import { canonicalIp } from '../../model/canonicalIp.ts';
import type { Counters, RealServer, VirtualServer } from '../../model/service.ts';
import type {
  IpvsAddress,
  IpvsadmList,
  IpvsCounters,
  IpvsListedVirtualServer,
  IpvsRealServer,
  IpvsService,
  IpvsVirtualServer,
} from '../../ruleset/ipvs/document.ts';
import type { Locator } from '../locator.ts';
import type { ParsedPart, ParsedSnapshot } from '../parsedSnapshot.ts';
import { isWholePart } from '../wholePart.ts';
import type { SetMembership } from './setMembership.ts';

const forwarding = { masquerade: 'masquerade', direct: 'route', tunnel: 'tunnel' } as const;

/** All virtual servers of a snapshot with their sets, counters, and whether their addresses are on kube-ipvs0. */
export function readVirtualServers(parsed: ParsedSnapshot, membership: SetMembership): VirtualServer[] {
  const statistics = new Statistics(parsed.ipvsStats);
  const isBound = boundAddresses(parsed);
  const servers = new Map<string, VirtualServer>();
  for (const { document, locator } of parsed.ipvs) {
    for (const server of document.virtualServers) {
      const key = serviceKey(server.service);
      if (!servers.has(key)) servers.set(key, describe(server, locator, statistics, membership, isBound));
    }
  }
  return [...servers.values()];
}

/** Whether an address is on kube-ipvs0; undefined when the snapshot does not tell. */
type IsBound = (ip: string) => boolean | undefined;

function boundAddresses({ addresses, snapshot }: ParsedSnapshot): IsBound {
  const parts = snapshot.parts.filter(({ kind }) => kind === 'addresses');
  const otherwise = addresses !== undefined && parts.every(isWholePart) ? false : undefined;
  const bound = new Set((addresses ?? []).filter(({ device }) => device === 'kube-ipvs0').map(({ ip }) => ip));
  return (ip) => (bound.has(ip) ? true : otherwise);
}

function describe(
  server: IpvsVirtualServer,
  locator: Locator,
  statistics: Statistics,
  membership: SetMembership,
  isBound: IsBound,
): VirtualServer {
  const { service } = server;
  const counters = statistics.ofVirtualServer(service);
  const weights = server.realServers.reduce((sum, { weight }) => sum + weight, 0);
  const common = {
    scheduler: server.scheduler,
    flags: [...server.schedulerFlags, ...(server.onePacket ? ['ops'] : [])],
    ...(server.persistenceTimeout === undefined ? {} : { persistenceSeconds: server.persistenceTimeout }),
    realServers: server.realServers.map((real) => describeReal(real, service, weights, locator, statistics)),
    location: locator.at(server.span),
    ...(counters === undefined ? {} : { counters }),
  };
  if (service.kind === 'fwmark') {
    return { ...common, family: familyOf(service.family), protocol: 'fwmark', mark: service.mark, sets: [] };
  }
  const { address, protocol } = service;
  const ip = canonicalIp(address.host) ?? address.host;
  const family = familyOf(address.family);
  const onKubeIpvs0 = isBound(ip);
  return {
    ...common,
    family,
    protocol,
    ip,
    port: address.port ?? 0,
    sets: membership.of(family, ip, protocol, address.port ?? 0).sets,
    ...(onKubeIpvs0 === undefined ? {} : { onKubeIpvs0 }),
  };
}

function describeReal(
  real: IpvsRealServer,
  service: IpvsService,
  weights: number,
  locator: Locator,
  statistics: Statistics,
): RealServer {
  const counters = statistics.ofRealServer(service, real.address);
  const servicePort = service.kind === 'address' ? (service.address.port ?? 0) : 0;
  return {
    ip: canonicalIp(real.address.host) ?? real.address.host,
    // A real server without a port listens on that of its virtual server.
    port: real.address.port ?? servicePort,
    weight: real.weight,
    forwarding: forwarding[real.forwarding],
    share: weights === 0 ? 0 : real.weight / weights,
    location: locator.at(real.span),
    ...(counters === undefined ? {} : { counters }),
  };
}

/** The traffic that `ipvsadm -L --stats` counted, by virtual server and real server. */
class Statistics {
  readonly #servers = new Map<string, IpvsListedVirtualServer>();

  constructor(parts: readonly ParsedPart<IpvsadmList>[]) {
    for (const { document } of parts) {
      for (const server of document.virtualServers) this.#servers.set(serviceKey(server.service), server);
    }
  }

  ofVirtualServer(service: IpvsService): Counters | undefined {
    return countersOf(this.#servers.get(serviceKey(service))?.counters);
  }

  ofRealServer(service: IpvsService, address: IpvsAddress): Counters | undefined {
    const servers = this.#servers.get(serviceKey(service))?.realServers ?? [];
    const key = addressKey(address);
    return countersOf(servers.find((server) => addressKey(server.address) === key)?.counters);
  }
}

/** What came in: from clients to the endpoints. */
function countersOf(counters: IpvsCounters | undefined): Counters | undefined {
  return counters && { packets: Number(counters.inPackets), bytes: Number(counters.inBytes) };
}

function serviceKey(service: IpvsService): string {
  return service.kind === 'fwmark'
    ? `fwmark ${service.family} ${service.mark}`
    : `${service.protocol} ${addressKey(service.address)}`;
}

function addressKey({ host, port, portName }: IpvsAddress): string {
  return `${canonicalIp(host) ?? host} ${port ?? portName ?? ''}`;
}

function familyOf(family: 'inet' | 'inet6'): IpFamily {
  return family === 'inet6' ? 'ipv6' : 'ipv4';
}
