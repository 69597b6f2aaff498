import type { Frontend, ServicePort } from '../../model/service.ts';

/** Ports of Services of which each has a name and a cluster IP. */
export interface NamedPorts {
  readonly named: readonly ServicePort[];
  /** How many Services got a name that is made up of their address. */
  readonly nameless: number;
  /** Frontends without a cluster IP to which they could belong. */
  readonly leftOut: number;
}

/**
 * In ipvs mode, rules carry no names, and without objects each virtual server stands for itself. Those for node ports
 * and external addresses are put to a cluster IP that leads to the same endpoints, or, where they are kept to this node,
 * to these and others.
 */
export function groupNameless(ports: readonly ServicePort[]): NamedPorts {
  const named = ports.filter(({ name, frontends }) => name !== '' && frontends.some(isClusterIp));
  const nameless = ports.filter(({ name }) => name === '');
  const groups = new Map<string, ServicePort[]>();
  const bases = nameless.filter(({ frontends }) => frontends.some(isClusterIp));
  for (const base of bases) {
    const key = endpointKey(base);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [base]);
    else group.push(base);
  }
  const joined = new Map<ServicePort, ServicePort[]>();
  let leftOut = ports.length - named.length - nameless.length;
  for (const other of nameless) {
    if (other.frontends.some(isClusterIp)) continue;
    const base = chooseBase(
      other,
      groups.get(endpointKey(other)) ?? bases.filter((each) => holds(each, other)),
      joined,
    );
    if (base === undefined) leftOut++;
    else joined.set(base, [...(joined.get(base) ?? []), other]);
  }
  return {
    named: [...named, ...bases.map((base) => merged(base, joined.get(base) ?? []))],
    nameless: bases.length,
    leftOut,
  };
}

function isClusterIp({ kind }: Frontend): boolean {
  return kind === 'clusterIP';
}

function endpointKey({ port, endpoints }: ServicePort): string {
  return `${port.protocol} ${endpoints
    .map((endpoint) => `${endpoint.ip} ${endpoint.port}`)
    .sort()
    .join()}`;
}

function holds(base: ServicePort, { port, endpoints }: ServicePort): boolean {
  if (base.port.protocol !== port.protocol || endpoints.length === 0) return false;
  return endpoints.every(({ ip, port: target }) =>
    base.endpoints.some((endpoint) => endpoint.ip === ip && endpoint.port === target),
  );
}

/** One that has no node port yet, where a node port looks for one; and for addresses, one of the same port. */
function chooseBase(
  other: ServicePort,
  candidates: readonly ServicePort[],
  joined: ReadonlyMap<ServicePort, readonly ServicePort[]>,
): ServicePort | undefined {
  const [frontend] = other.frontends;
  const alike = candidates.filter(({ affinitySeconds }) => affinitySeconds === other.affinitySeconds);
  if (frontend?.kind !== 'nodePort') return alike.find(({ port }) => port.port === other.port.port);
  const nodePortOf = (base: ServicePort): number | undefined =>
    joined.get(base)?.find(({ frontends }) => frontends[0]?.kind === 'nodePort')?.port.port;
  return (
    alike.find((base) => nodePortOf(base) === other.port.port) ?? alike.find((base) => nodePortOf(base) === undefined)
  );
}

/** A Service named after its cluster IP; of ports with one cluster IP each is a Service of its own. */
function merged(base: ServicePort, others: readonly ServicePort[]): ServicePort {
  const ip = base.frontends.find(isClusterIp)?.ip ?? '';
  const { protocol, port } = base.port;
  return {
    namespace: 'unknown',
    name: `${ip}-${protocol}-${port}`.replaceAll(':', '-'),
    port: base.port,
    frontends: [base, ...others].flatMap(({ frontends }) => frontends),
    endpoints: joinedEndpoints(base, others),
    ...(base.affinitySeconds === undefined ? {} : { affinitySeconds: base.affinitySeconds }),
    chains: [],
    virtualServers: [],
    maps: [],
  };
}

/** The cluster IP's endpoints, with the parts that local traffic has of them. */
function joinedEndpoints({ endpoints }: ServicePort, others: readonly ServicePort[]): ServicePort['endpoints'] {
  const local = new Map(
    others.flatMap((other) =>
      other.endpoints.flatMap(({ ip, port, localShare }) =>
        localShare === undefined ? [] : [[`${ip} ${port}`, localShare] as const],
      ),
    ),
  );
  return endpoints.map((endpoint) => {
    const localShare = endpoint.localShare ?? local.get(`${endpoint.ip} ${endpoint.port}`);
    return localShare === undefined ? endpoint : { ...endpoint, localShare };
  });
}
