import type { IpFamily } from '../../../agent/model/address.ts';
import type { ServiceMode } from '../../../agent/model/serviceRules.ts';
import { type Addresses, nodeAddresses, outsideAddresses, type PodName, podPort, pods } from './serviceNetwork.ts';

/** What a Service is like, in everything that decides where its packets go. */
export interface Shape {
  readonly name: string;
  readonly internal: 'Cluster' | 'Local';
  readonly external: 'Cluster' | 'Local';
  readonly endpoints: readonly PodName[];
  /** Whom the load balancer lets in: everybody, the client outside, or nobody who is there. */
  readonly sources: 'all' | 'outside' | 'others';
  readonly affinity: boolean;
}

const here: readonly PodName[] = ['local1', 'local2'];
const there: readonly PodName[] = ['remote1', 'remote2'];

const policies = ['Cluster', 'Local'] as const;
const placements = { both: [...here, ...there], here, there, one: ['local1'], none: [] } as const;

/** Every combination of traffic policies with endpoints here, there, on both nodes and nowhere, and some more. */
export const shapes: readonly Shape[] = [
  ...policies.flatMap((internal) =>
    policies.flatMap((external) =>
      Object.entries(placements).map(([placement, endpoints]): Shape => {
        const name = `${internal}-${external}-${placement}`.toLowerCase();
        return { name, internal, external, endpoints, sources: 'all', affinity: false };
      }),
    ),
  ),
  ...policies.flatMap((external) =>
    (['outside', 'others'] as const).map((sources): Shape => {
      const name = `${external}-for-${sources}`.toLowerCase();
      return { name, internal: 'Cluster', external, endpoints: [...here, ...there], sources, affinity: false };
    }),
  ),
  {
    name: 'affinity',
    internal: 'Cluster',
    external: 'Cluster',
    endpoints: [...here, ...there],
    sources: 'all',
    affinity: true,
  },
];

export type FrontendKind = 'clusterIp' | 'externalIp' | 'loadBalancer' | 'nodePort';
export const frontendKinds: readonly FrontendKind[] = ['clusterIp', 'externalIp', 'loadBalancer', 'nodePort'];

const servicePort = 80;
const blocks: Readonly<Record<Exclude<FrontendKind, 'nodePort'>, Addresses>> = {
  clusterIp: { ipv4: '10.96.0.', ipv6: 'fd00:10:96::' },
  externalIp: { ipv4: '203.0.113.', ipv6: '2001:db8:1::' },
  loadBalancer: { ipv4: '198.51.100.', ipv6: '2001:db8:2::' },
};

/** Where a Service takes packets. */
export function frontend(
  shape: Shape,
  kind: FrontendKind,
  protocol: 'tcp' | 'udp',
  family: IpFamily,
): { readonly host: string; readonly port: number } {
  const number = shapes.indexOf(shape) + 1;
  if (kind !== 'nodePort') return { host: `${blocks[kind][family]}${number}`, port: servicePort };
  return { host: nodeAddresses[family], port: (protocol === 'tcp' ? 30_000 : 31_000) + number };
}

const families = ['ipv4', 'ipv6'] as const;
const protocols = ['tcp', 'udp'] as const;

/** The objects of all shapes, as `kubectl get -o json` shows them. */
export function behaviourObjects(): string {
  return shapes
    .flatMap((shape) => [service(shape), ...families.map((family) => slice(shape, family))])
    .map((object) => JSON.stringify(object))
    .join('\n');
}

function service(shape: Shape): unknown {
  const both = (kind: FrontendKind): string[] => families.map((family) => frontend(shape, kind, 'tcp', family).host);
  const ranges = {
    all: undefined,
    outside: families.map((family) => onlyHost(outsideAddresses[family])),
    others: ['192.0.2.0/24', '2001:db8:9::/64'],
  };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'behaviour', name: shape.name },
    spec: {
      type: 'LoadBalancer',
      ipFamilies: ['IPv4', 'IPv6'],
      clusterIP: both('clusterIp')[0],
      clusterIPs: both('clusterIp'),
      externalIPs: both('externalIp'),
      internalTrafficPolicy: shape.internal,
      externalTrafficPolicy: shape.external,
      ...(shape.external === 'Local' && { healthCheckNodePort: 32_000 + shapes.indexOf(shape) }),
      ...(ranges[shape.sources] && { loadBalancerSourceRanges: ranges[shape.sources] }),
      ...(shape.affinity && {
        sessionAffinity: 'ClientIP',
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 600 } },
      }),
      ports: protocols.map((protocol) => ({
        name: protocol,
        protocol: protocol.toUpperCase(),
        port: servicePort,
        nodePort: frontend(shape, 'nodePort', protocol, 'ipv4').port,
      })),
    },
    status: { loadBalancer: { ingress: both('loadBalancer').map((ip) => ({ ip })) } },
  };
}

function onlyHost(ip: string): string {
  return `${ip}/${ip.includes(':') ? 128 : 32}`;
}

function slice(shape: Shape, family: IpFamily): unknown {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: 'behaviour',
      name: `${shape.name}-${family}`,
      labels: { 'kubernetes.io/service-name': shape.name },
    },
    addressType: family === 'ipv4' ? 'IPv4' : 'IPv6',
    ports: protocols.map((protocol) => ({ name: protocol, protocol: protocol.toUpperCase(), port: podPort })),
    endpoints: shape.endpoints.map((pod) => ({
      addresses: [pods[pod][family]],
      nodeName: here.includes(pod) ? 'node' : 'another',
      conditions: { ready: true, serving: true, terminating: false },
    })),
  };
}

/** Who sends: a pod that is no endpoint, one that is, the node itself, or somebody outside. */
export type Sender = 'pod' | 'local1' | 'node' | 'outside';
export const senders: readonly Sender[] = ['pod', 'local1', 'node', 'outside'];

/** What becomes of packets. */
export type Expectation =
  | 'refused'
  | 'silent'
  | {
      readonly endpoints: readonly PodName[];
      /** Whether the endpoint sees the node's address in place of the sender's; those that get their own packets always do. */
      readonly masqueraded: boolean;
    };

/**
 * What Kubernetes promises (https://kubernetes.io/docs/reference/networking/virtual-ips/), said again without a look at
 * rules.
 */
export function expectation(shape: Shape, kind: FrontendKind, sender: Sender, mode: ServiceMode): Expectation {
  const isPod = sender === 'pod' || sender === 'local1';
  if (shape.endpoints.length === 0) {
    // In iptables mode, kube-proxy does not refuse what the node itself sends to addresses that are not its own: the
    // packets leave the node, and nobody out there answers.
    const leavesNode = sender === 'node' && (kind === 'externalIp' || kind === 'loadBalancer');
    return leavesNode && mode === 'iptables' ? 'silent' : 'refused';
  }
  if (kind === 'loadBalancer' && shape.sources !== 'all' && !(shape.sources === 'outside' && sender === 'outside')) {
    return 'silent';
  }
  // Cluster IPs follow the internal policy. What comes in by other addresses follows the external one, unless it comes
  // from this node or its pods: they are to reach what they would reach by the cluster IP of policy Cluster.
  const isLocal =
    kind === 'clusterIp' ? shape.internal === 'Local' : shape.external === 'Local' && sender === 'outside';
  const endpoints = isLocal ? shape.endpoints.filter((pod) => here.includes(pod)) : shape.endpoints;
  if (endpoints.length === 0) return 'silent';
  const keepsSource = kind === 'clusterIp' ? isPod : shape.external === 'Local' && sender !== 'node';
  return { endpoints, masqueraded: !keepsSource };
}
