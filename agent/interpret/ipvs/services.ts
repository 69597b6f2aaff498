import type { ServiceProtocol } from '../../model/address.ts';
import type { Endpoint, Frontend, FrontendKind, ServicePort, VirtualServer } from '../../model/service.ts';
import type { ObjectFrontend, ObjectIndex } from '../objectIndex.ts';
import { LazyServicePort, type ServicePortIdentity, type ServicePortReader } from '../servicePort.ts';
import { readEndpoints } from './endpoints.ts';
import type { SetMembership } from './setMembership.ts';

/** A virtual server for an address, and as what it reaches its Service. */
export interface AddressedServer {
  readonly server: VirtualServer;
  readonly ip: string;
  readonly port: number;
  readonly protocol: ServiceProtocol;
  readonly kind: FrontendKind;
  /** Neither a set nor the objects say the kind. */
  readonly kindAssumed: boolean;
  readonly localOnly: boolean;
  readonly object: ObjectFrontend | undefined;
}

interface PortDraft {
  readonly identity: ServicePortIdentity;
  readonly servers: AddressedServer[];
}

/**
 * The Services that kube-proxy's ipvs mode programmed. Virtual servers carry no names: the objects give them. Without
 * objects each stands for itself, under its address and port.
 */
export function interpretIpvs(
  virtualServers: readonly VirtualServer[],
  membership: SetMembership,
  objects: ObjectIndex | undefined,
): ServicePort[] {
  const drafts = new Map<string, PortDraft>();
  for (const server of virtualServers) {
    const addressed = classify(server, membership, objects);
    if (addressed === undefined) continue;
    const { identity, key } = identify(addressed);
    const draft = drafts.get(key);
    if (draft === undefined) drafts.set(key, { identity, servers: [addressed] });
    else draft.servers.push(addressed);
  }
  return [...drafts.values()].map(
    ({ identity, servers }) => new LazyServicePort(identity, new IpvsReader(identity, servers, membership, objects)),
  );
}

/** Says as what a virtual server reaches its Service; undefined for servers of firewall marks. */
function classify(
  server: VirtualServer,
  membership: SetMembership,
  objects: ObjectIndex | undefined,
): AddressedServer | undefined {
  const { ip, port, protocol, family } = server;
  if (ip === undefined || port === undefined || protocol === 'fwmark') return undefined;
  const { roles } = membership.of(family, ip, protocol, port);
  const told = kindFromSets(roles);
  const object =
    told === 'nodePort'
      ? objects?.byNodePort(protocol, port)
      : (objects?.byAddress(ip, protocol, port) ??
        (told === undefined ? objects?.byNodePort(protocol, port) : undefined));
  const kind = told ?? object?.kind;
  const localOnly =
    [...roles].some((role) => role.includes('-LOCAL')) ||
    (kind === 'clusterIP' && object?.service.internalTrafficPolicy === 'Local');
  return {
    server,
    ip,
    port,
    protocol,
    kind: kind ?? 'clusterIP',
    kindAssumed: kind === undefined,
    localOnly,
    object,
  };
}

function kindFromSets(roles: ReadonlySet<string>): FrontendKind | undefined {
  if (roles.has('CLUSTER-IP')) return 'clusterIP';
  if (roles.has('LOAD-BALANCER') || roles.has('LOAD-BALANCER-LOCAL')) return 'loadBalancerIP';
  if (roles.has('EXTERNAL-IP') || roles.has('EXTERNAL-IP-LOCAL')) return 'externalIP';
  return [...roles].some((role) => role.startsWith('NODE-PORT-')) ? 'nodePort' : undefined;
}

function identify({ object, ip, port, protocol }: AddressedServer): { identity: ServicePortIdentity; key: string } {
  if (object === undefined) {
    const identity = { namespace: '', name: '', port: { name: '', protocol, port } };
    return { identity, key: `# ${ip} ${protocol} ${port}` };
  }
  const { service, port: objectPort } = object;
  const identity = {
    namespace: service.namespace,
    name: service.name,
    port: { name: objectPort.name, protocol, port: objectPort.port },
  };
  return { identity, key: `${service.namespace}/${service.name}:${objectPort.name} ${protocol}` };
}

class IpvsReader implements ServicePortReader {
  readonly #identity: ServicePortIdentity;
  readonly #servers: readonly AddressedServer[];
  readonly #membership: SetMembership;
  readonly #objects: ObjectIndex | undefined;

  constructor(
    identity: ServicePortIdentity,
    servers: readonly AddressedServer[],
    membership: SetMembership,
    objects: ObjectIndex | undefined,
  ) {
    this.#identity = identity;
    this.#servers = servers;
    this.#membership = membership;
    this.#objects = objects;
  }

  frontends(): Frontend[] {
    return this.#servers.map((addressed) => this.#frontend(addressed));
  }

  endpoints(): Endpoint[] {
    return readEndpoints(this.#servers, this.#identity, this.#objects);
  }

  affinitySeconds(): number | undefined {
    return this.#servers.find(({ server }) => server.persistenceSeconds !== undefined)?.server.persistenceSeconds;
  }

  chains() {
    return [];
  }

  virtualServers() {
    return this.#servers.map(({ server }) => server);
  }

  maps() {
    return [];
  }

  #frontend({ server, ip, port, protocol, kind, kindAssumed, localOnly }: AddressedServer): Frontend {
    const { roles } = this.#membership.of(server.family, ip, protocol, port);
    return {
      kind,
      ...(kindAssumed ? { kindAssumed: true } : {}),
      family: server.family,
      ip,
      port,
      // ip_vs answers with port-unreachable where it has no real server.
      verdict: server.realServers.length === 0 ? 'reject' : 'endpoints',
      localOnly,
      ...(roles.has('LOAD-BALANCER-FW') ? { sourceRanges: this.#membership.sourceRanges(ip, protocol, port) } : {}),
      location: server.location,
      ...(server.counters === undefined ? {} : { counters: server.counters }),
    };
  }
}
