import type { NodeModel } from '../../model/nodeModel.ts';
import type { TraceFact } from '../../model/packetTrace.ts';
import type { Endpoint, Frontend, FrontendKind, ServicePort } from '../../model/service.ts';
import type {
  EndpointObject,
  EndpointSliceObject,
  KubernetesObjects,
  ServiceObject,
} from '../../objects/kubernetesObjects.ts';
import { assumption } from '../assumption.ts';
import { groupNameless } from './groupNameless.ts';
import type { LocalEndpoints } from './localEndpoints.ts';

/** Services and EndpointSlices that give the rules that were read. */
export interface ObjectsFromModel {
  readonly objects: KubernetesObjects;
  readonly assumptions: readonly TraceFact[];
}

/** What tells more than the model does. */
export interface ModelContext {
  readonly local: LocalEndpoints;
  /** Where endpoints on this node shall be. */
  readonly nodeName: string;
  /** Ports of health checks by `NAMESPACE/NAME`; under '' those that are nobody's as far as is known. */
  readonly healthCheckNodePorts: ReadonlyMap<string, readonly number[]>;
}

/** Where endpoints are that are not on this node. */
const otherNode = 'another-node';

/**
 * Makes Services and EndpointSlices of what the rules say. What rules do not show is left out or assumed: endpoints that
 * are not ready, hints, and why an endpoint that only local traffic reaches is not among the others.
 */
export function objectsFromModel({ services: ports }: NodeModel, context: ModelContext): ObjectsFromModel {
  const { named, nameless, leftOut } = groupNameless(ports);
  const services = [...byService(named).values()].map((group) => new ServiceBuild(group, context));
  giveHealthChecks(services, context.healthCheckNodePorts);
  const built = services.map((service) => service.build());
  const count = built.length;
  const assumptions = [
    assumption('objects-from-rules', `${count} Services were read off the rules.`, { services: count }),
    assumption('endpoints-assumed-ready', 'Endpoints that no rule leads to are not known.'),
    ...context.local.assumptions,
  ];
  if (nameless > 0) {
    const message = `${nameless} Services have no name in the rules and were put together by their endpoints.`;
    assumptions.push(assumption('nameless-services', message, { count: nameless }));
  }
  if (leftOut > 0) {
    const message = `${leftOut} frontends were left out, since no cluster IP could be found that belongs to them.`;
    assumptions.push(assumption('frontends-left-out', message, { count: leftOut }));
  }
  return {
    objects: {
      services: built.map(({ service }) => service),
      endpointSlices: built.flatMap(({ slices }) => slices),
    },
    assumptions,
  };
}

function byService(ports: readonly ServicePort[]): ReadonlyMap<string, readonly ServicePort[]> {
  const groups = new Map<string, ServicePort[]>();
  for (const port of ports) {
    const key = `${port.namespace}/${port.name}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [port]);
    else group.push(port);
  }
  return groups;
}

/** Ports of health checks that carry no name go to Services that must have one, whichever. */
function giveHealthChecks(services: readonly ServiceBuild[], ports: ModelContext['healthCheckNodePorts']): void {
  const unnamed = [...(ports.get('') ?? [])];
  for (const service of services) {
    const [named] = ports.get(service.name) ?? [];
    if (named !== undefined) service.giveHealthCheck(named);
    else if (service.mayHaveHealthCheck) service.giveHealthCheck(unnamed.shift());
  }
}

const externalKinds: ReadonlySet<FrontendKind> = new Set(['nodePort', 'externalIP', 'loadBalancerIP']);

class ServiceBuild {
  readonly name: string;
  #healthCheckNodePort: number | undefined;
  readonly #ports: readonly ServicePort[];
  readonly #frontends: readonly Frontend[];
  readonly #context: ModelContext;
  #isExternalLocal: boolean;

  constructor(ports: readonly ServicePort[], context: ModelContext) {
    this.#ports = ports;
    this.#context = context;
    this.name = `${ports[0]?.namespace}/${ports[0]?.name}`;
    this.#frontends = ports.flatMap(({ frontends }) => frontends);
    this.#isExternalLocal = this.#frontends.some(({ kind, localOnly }) => localOnly && externalKinds.has(kind));
  }

  get mayHaveHealthCheck(): boolean {
    return this.#isExternalLocal && this.#addresses('loadBalancerIP').length > 0;
  }

  /** Only Services whose external traffic is kept to nodes with endpoints have one. */
  giveHealthCheck(port: number | undefined): void {
    this.#healthCheckNodePort = port;
    if (port !== undefined) this.#isExternalLocal = true;
  }

  build(): { readonly service: ServiceObject; readonly slices: readonly EndpointSliceObject[] } {
    const [first] = this.#ports;
    const affinity = this.#ports.find(({ affinitySeconds }) => affinitySeconds !== undefined)?.affinitySeconds;
    const ranges = new Set(this.#frontends.flatMap(({ sourceRanges = [] }) => sourceRanges));
    const service: ServiceObject = {
      namespace: first?.namespace ?? '',
      name: first?.name ?? '',
      type: this.#type(),
      clusterIPs: this.#addresses('clusterIP'),
      externalIPs: this.#addresses('externalIP'),
      loadBalancerIPs: this.#addresses('loadBalancerIP'),
      loadBalancerSourceRanges: [...ranges],
      ports: this.#ports.map((port) => {
        const nodePort = port.frontends.find(({ kind }) => kind === 'nodePort')?.port;
        return { ...port.port, ...(nodePort === undefined ? {} : { nodePort }) };
      }),
      ...(affinity === undefined ? {} : { affinitySeconds: affinity }),
      internalTrafficPolicy: this.#frontends.some(({ kind, localOnly }) => localOnly && kind === 'clusterIP')
        ? 'Local'
        : 'Cluster',
      externalTrafficPolicy: this.#isExternalLocal ? 'Local' : 'Cluster',
      ...(this.#healthCheckNodePort === undefined ? {} : { healthCheckNodePort: this.#healthCheckNodePort }),
    };
    return { service, slices: this.#ports.flatMap((port, index) => this.#slices(port, index)) };
  }

  #type(): ServiceObject['type'] {
    if (this.#addresses('loadBalancerIP').length > 0) return 'LoadBalancer';
    return this.#frontends.some(({ kind }) => kind === 'nodePort') ? 'NodePort' : 'ClusterIP';
  }

  #addresses(wanted: FrontendKind): readonly string[] {
    const ips = this.#frontends.flatMap(({ kind, ip }) => (kind === wanted && ip !== undefined ? [ip] : []));
    return [...new Set(ips)];
  }

  /** One for each family and port that endpoints listen on. */
  #slices(port: ServicePort, index: number): readonly EndpointSliceObject[] {
    const groups = new Map<string, Endpoint[]>();
    for (const endpoint of port.endpoints) {
      const key = `${endpoint.family} ${endpoint.port}`;
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [endpoint]);
      else group.push(endpoint);
    }
    const slices = [...groups.values()].map((endpoints) => this.#slice(port, endpoints, `${index}`));
    return slices.length > 0 ? slices : this.#endpointsElsewhere(port, index);
  }

  #slice(port: ServicePort, endpoints: readonly Endpoint[], suffix: string): EndpointSliceObject {
    const [first] = endpoints;
    const { namespace, name } = port;
    // Those that get nothing of cluster-wide traffic are left out by hints, as far as rules can tell.
    const isHinted = port.endpoints.some(({ share }) => share > 0) && port.endpoints.some(({ share }) => share === 0);
    return {
      namespace,
      name: `${name}-${suffix}-${first?.family}-${first?.port}`,
      serviceName: name,
      addressType: first?.family === 'ipv6' ? 'IPv6' : 'IPv4',
      ports: [{ name: port.port.name, protocol: port.port.protocol, ...(first && { port: first.port }) }],
      endpoints: endpoints.map((endpoint) => this.#endpoint(endpoint, isHinted)),
    };
  }

  #endpoint({ ip, localShare, share }: Endpoint, isHinted: boolean): EndpointObject {
    const { nodeName, local } = this.#context;
    const isLocal = local.isLocal(ip, localShare !== undefined);
    return {
      addresses: [ip],
      ready: true,
      serving: true,
      terminating: false,
      nodeName: isLocal ? nodeName : otherNode,
      ...(isHinted ? { nodeHints: [share > 0 ? nodeName : otherNode] } : {}),
    };
  }

  /** A frontend drops packets when there are endpoints, but none here: where they are is not said. */
  #endpointsElsewhere(port: ServicePort, index: number): readonly EndpointSliceObject[] {
    const families = new Set(port.frontends.filter(({ verdict }) => verdict === 'drop').map(({ family }) => family));
    return [...families].map((family) => {
      const ip = family === 'ipv4' ? '192.0.2.1' : '2001:db8::1';
      return this.#slice(port, [{ ip, port: port.port.port, family, share: 0 }], `${index}-elsewhere`);
    });
  }
}
