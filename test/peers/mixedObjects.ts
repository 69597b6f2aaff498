import { SeededRandom } from './seededRandom.ts';

/** A Service or an EndpointSlice as the API server gives it, as far as kube-proxy reads it. */
export type ApiObject = Readonly<Record<string, unknown>>;

type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** One port of a Service under construction. */
interface Port {
  readonly name: string;
  readonly protocol: Protocol;
  readonly port: number;
  readonly targetPort: number;
}

/** What is special about a Service: parts of its spec and status, and which endpoints it gets. */
interface Shape {
  readonly ports: readonly Port[];
  readonly spec?: ApiObject;
  readonly status?: ApiObject;
  readonly endpoints?: 'several' | 'none' | 'one' | 'remote' | 'terminating' | 'hinted' | 'not ready';
  /** In how many EndpointSlices the endpoints are; the later ones have other target ports. */
  readonly slices?: number;
}

const nodes = ['testnode', 'node-b', 'node-c'] as const;
const zones = ['zone-a', 'zone-b', 'zone-c'] as const;

/**
 * Services with everything that kube-proxy treats differently, and their EndpointSlices, for IPv4.
 *
 * @param count of Services; the shapes come round again, each time with other ports and endpoints
 */
export function mixedObjects(seed: number, count: number): ApiObject[] {
  const random = new SeededRandom(seed);
  const numbers = new Numbers();
  return Array.from({ length: count }, (_, index) => {
    const makeShape = shapes[index % shapes.length];
    return makeShape === undefined ? [] : buildObjects(makeShape(random, numbers), index, random, numbers);
  }).flat();
}

/** Hands out addresses and ports that no other Service has. */
class Numbers {
  #clusterIp = 1;
  #pod = 0;
  #nodePort = 30_000;
  #external = 0;
  #loadBalancer = 0;

  clusterIp(): string {
    this.#clusterIp += 1;
    return `10.96.${this.#clusterIp >> 8}.${this.#clusterIp & 255}`;
  }

  pod(): string {
    this.#pod += 1;
    return `10.244.${this.#pod >> 8}.${this.#pod & 255}`;
  }

  nodePort(): number {
    this.#nodePort += 1;
    return this.#nodePort;
  }

  externalIp(): string {
    this.#external += 1;
    return `192.0.2.${this.#external}`;
  }

  ingress(extra: ApiObject = {}): ApiObject {
    this.#loadBalancer += 1;
    return { ip: `203.0.113.${this.#loadBalancer}`, ...extra };
  }
}

type MakeShape = (random: SeededRandom, numbers: Numbers) => Shape;

const http = (random: SeededRandom): Port => port('http', 'TCP', 80, random);
const dns = (random: SeededRandom): Port[] => [port('dns', 'UDP', 53, random), port('dns-tcp', 'TCP', 53, random)];

function port(name: string, protocol: Protocol, number: number, random: SeededRandom): Port {
  return { name, protocol, port: number, targetPort: 8000 + random.below(1000) };
}

function affinity(random: SeededRandom): ApiObject {
  const timeoutSeconds = random.pick(10, 60, 3600, 10_800, 86_400);
  return { sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } };
}

function loadBalanced(...ingress: readonly ApiObject[]): ApiObject {
  return { loadBalancer: { ingress } };
}

const shapes: readonly MakeShape[] = [
  (random) => ({ ports: [http(random)] }),
  (random) => ({ ports: [{ ...http(random), name: '' }], endpoints: 'one' }),
  (random) => ({ ports: dns(random), slices: 2 }),
  (random) => ({ ports: [port('diameter', 'SCTP', 3868, random)], spec: { type: 'NodePort' } }),
  (random) => ({ ports: [http(random)], spec: { type: 'NodePort' } }),
  (random) => ({ ports: [http(random)], spec: { type: 'NodePort', externalTrafficPolicy: 'Local' } }),
  (random) => ({
    ports: [port('sip', 'UDP', 5060, random)],
    spec: { type: 'NodePort', externalTrafficPolicy: 'Local', ...affinity(random) },
    endpoints: 'remote',
  }),
  (random) => ({ ports: [http(random)], spec: affinity(random) }),
  (random) => ({ ports: [http(random), port('metrics', 'TCP', 9090, random)], endpoints: 'none' }),
  (random, numbers) => ({
    ports: [http(random), port('https', 'TCP', 443, random)],
    spec: { type: 'LoadBalancer' },
    status: loadBalanced(numbers.ingress()),
  }),
  (random, numbers) => ({
    ports: [http(random)],
    spec: {
      type: 'LoadBalancer',
      loadBalancerSourceRanges: ['198.51.100.0/24', `10.${random.below(200)}.0.0/16`],
    },
    status: loadBalanced(numbers.ingress()),
  }),
  (random, numbers) => ({
    ports: [http(random)],
    spec: {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: numbers.nodePort(),
      loadBalancerSourceRanges: [`203.0.113.${random.below(200)}/32`, '10.0.2.0/24'],
      ...affinity(random),
    },
    status: loadBalanced(numbers.ingress(), numbers.ingress()),
  }),
  (random, numbers) => ({
    ports: [http(random)],
    spec: { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false },
    status: loadBalanced(numbers.ingress({ ipMode: 'VIP' }), numbers.ingress({ ipMode: 'Proxy' })),
  }),
  (random, numbers) => ({
    ports: [http(random)],
    spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: numbers.nodePort() },
    status: loadBalanced(numbers.ingress()),
    endpoints: 'none',
  }),
  (random, numbers) => ({
    ports: dns(random),
    spec: { externalIPs: [numbers.externalIp(), numbers.externalIp()] },
  }),
  (random, numbers) => ({
    ports: [http(random)],
    spec: { externalIPs: [numbers.externalIp()], externalTrafficPolicy: 'Local', internalTrafficPolicy: 'Cluster' },
  }),
  (random, numbers) => ({
    ports: [port('sctp', 'SCTP', 9000, random), port('udp', 'UDP', 9000, random)],
    spec: { externalIPs: [numbers.externalIp()], ...affinity(random) },
    endpoints: 'none',
  }),
  (random) => ({ ports: [http(random)], spec: { internalTrafficPolicy: 'Local' } }),
  (random) => ({ ports: [http(random)], spec: { internalTrafficPolicy: 'Local' }, endpoints: 'remote' }),
  (random) => ({ ports: [http(random)], endpoints: 'terminating' }),
  (random) => ({ ports: [http(random)], spec: { trafficDistribution: 'PreferClose' }, endpoints: 'hinted' }),
  (random) => ({ ports: [http(random)], endpoints: 'not ready' }),
  (random) => ({ ports: [http(random)], spec: { clusterIP: 'None', clusterIPs: ['None'] } }),
  () => ({ ports: [], spec: { type: 'ExternalName', externalName: 'example.com' }, endpoints: 'none' }),
];

function buildObjects(shape: Shape, index: number, random: SeededRandom, numbers: Numbers): ApiObject[] {
  const metadata = {
    name: `${random.pick('web', 'api', 'cache', 'dns')}-${index}`,
    namespace: random.pick('default', 'kube-system', 'shop'),
  };
  const slices = Array.from({ length: shape.slices ?? 1 }, (_, number) => ({
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    addressType: 'IPv4',
    metadata: {
      name: `${metadata.name}-${number}`,
      namespace: metadata.namespace,
      labels: { 'kubernetes.io/service-name': metadata.name },
    },
    ports: shape.ports.map(({ name, protocol, targetPort }) => ({ name, protocol, port: targetPort + number })),
    endpoints: buildEndpoints(shape.endpoints ?? 'several', random, numbers),
  }));
  return [buildService(shape, metadata, numbers), ...slices];
}

function buildService(shape: Shape, metadata: ApiObject, numbers: Numbers): ApiObject {
  const type = shape.spec?.['type'] ?? 'ClusterIP';
  const withNodePorts =
    type === 'NodePort' || (type === 'LoadBalancer' && shape.spec?.['allocateLoadBalancerNodePorts'] !== false);
  const ports = shape.ports.map((one) => (withNodePorts ? { ...one, nodePort: numbers.nodePort() } : one));
  const clusterIp = type === 'ExternalName' ? undefined : numbers.clusterIp();
  const addresses =
    clusterIp === undefined ? {} : { clusterIP: clusterIp, clusterIPs: [clusterIp], ipFamilies: ['IPv4'] };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { type, ...addresses, ...shape.spec, ports },
    ...(shape.status === undefined ? {} : { status: shape.status }),
  };
}

function buildEndpoints(kind: NonNullable<Shape['endpoints']>, random: SeededRandom, numbers: Numbers): ApiObject[] {
  const count = kind === 'none' ? 0 : kind === 'one' ? 1 : 2 + random.below(4);
  return Array.from({ length: count }, (_, index) => {
    const zone = random.pick(...zones);
    const terminating = kind === 'terminating';
    const ready = !terminating && kind !== 'not ready';
    return {
      addresses: [numbers.pod()],
      conditions: { ready, serving: ready || terminating, terminating },
      // The first is on the node itself, so that a local policy has something to find.
      nodeName: kind === 'remote' ? random.pick('node-b', 'node-c') : index === 0 ? nodes[0] : random.pick(...nodes),
      zone,
      ...(kind === 'hinted' ? { hints: { forZones: [{ name: index === 0 ? zones[0] : zone }] } } : {}),
    };
  });
}
