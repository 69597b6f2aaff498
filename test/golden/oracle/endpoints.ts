import type { RawEndpointSlice, RawService } from './objects.ts';

/** The node for which the golden data was recorded. */
const node = { name: 'testnode', zone: 'zone-a' };

interface Candidate {
  readonly address: string;
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly local: boolean;
  readonly zones: readonly string[];
  readonly nodes: readonly string[];
}

/** The endpoints of one Service port by policy, as kube-proxy sorts them (pkg/proxy/topology.go, CategorizeEndpoints). */
export interface SortedEndpoints {
  /** `IP:PORT`, for traffic to the whole cluster; empty when the Service never has any. */
  readonly cluster: readonly string[];
  /** For traffic that is kept to the node. */
  readonly local: readonly string[];
  /** Whether a usable endpoint exists anywhere. */
  readonly any: boolean;
}

export interface Policies {
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  readonly external: boolean;
}

/** Reads a Service's policies; an external one counts only where something outside can reach the Service. */
export function policiesOf({ spec, status }: RawService, nodePort: number | undefined): Policies {
  const vips = loadBalancerIPs(status);
  const type = spec.type ?? 'ClusterIP';
  const external = nodePort !== undefined || vips.length > 0 || (spec.externalIPs ?? []).length > 0;
  const mayBeLocal = type === 'LoadBalancer' || type === 'NodePort' || (spec.externalIPs ?? []).length > 0;
  return {
    internalLocal: spec.internalTrafficPolicy === 'Local',
    externalLocal: mayBeLocal && spec.externalTrafficPolicy === 'Local',
    external,
  };
}

/** The load balancer's addresses that kube-proxy captures: `ipMode` VIP, which is the default. */
export function loadBalancerIPs(status: RawService['status']): string[] {
  return (status?.loadBalancer?.ingress ?? [])
    .filter(({ ip, ipMode }) => ip !== undefined && (ipMode ?? 'VIP') === 'VIP')
    .map(({ ip }) => ip ?? '');
}

/** The endpoints of the port from all slices of its Service. */
export function sortEndpoints(
  service: RawService,
  port: { readonly name: string; readonly protocol: string },
  slices: readonly RawEndpointSlice[],
  { internalLocal, externalLocal, external }: Policies,
): SortedEndpoints {
  const candidates = candidatesOf(service, port, slices);
  const usesCluster = !internalLocal || external;
  const usesLocal = internalLocal || (externalLocal && external);
  const ready = candidates.filter((candidate) => candidate.ready);
  const draining = candidates.filter(({ ready: isReady, serving, terminating }) => !isReady && serving && terminating);
  const fallback = candidates.filter(({ serving, terminating }) => serving && terminating);

  const cluster = usesCluster ? nonEmpty(ready.filter(availableHere(ready)), fallback) : [];
  const local = usesLocal
    ? nonEmpty(
        ready.filter((candidate) => candidate.local),
        fallback.filter((candidate) => candidate.local),
      )
    : [];
  const anywhere = ready.length > 0 || draining.length > 0;
  return {
    cluster: cluster.map(({ address }) => address).sort(),
    local: local.map(({ address }) => address).sort(),
    any: cluster.length > 0 || (usesLocal && anywhere),
  };
}

function nonEmpty(first: Candidate[], second: Candidate[]): Candidate[] {
  return first.length > 0 ? first : second;
}

/** Topology hints: they count when every ready endpoint has some and one is for this node, or else for its zone. */
function availableHere(ready: readonly Candidate[]): (candidate: Candidate) => boolean {
  const sameNode = ({ nodes }: Candidate): boolean => nodes.includes(node.name);
  const sameZone = ({ zones }: Candidate): boolean => zones.includes(node.zone);
  if (ready.every(({ nodes }) => nodes.length > 0) && ready.some(sameNode)) return sameNode;
  if (ready.every(({ zones }) => zones.length > 0) && ready.some(sameZone)) return sameZone;
  return () => true;
}

function candidatesOf(
  { metadata }: RawService,
  { name, protocol }: { readonly name: string; readonly protocol: string },
  slices: readonly RawEndpointSlice[],
): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const slice of slices) {
    const owner = slice.metadata.labels?.['kubernetes.io/service-name'];
    if (slice.metadata.namespace !== metadata.namespace || owner !== metadata.name) continue;
    for (const port of slice.ports ?? []) {
      // The data was recorded without an API server, which would have made "" of a missing name; kube-proxy skips it.
      if (port.name !== name || (port.protocol ?? 'TCP') !== protocol || !port.port) continue;
      for (const endpoint of slice.endpoints ?? []) {
        const [ip = ''] = endpoint.addresses;
        const address = ip.includes(':') ? `[${ip}]:${port.port}` : `${ip}:${port.port}`;
        const terminating = endpoint.conditions?.terminating ?? false;
        if (found.has(address) && terminating) continue;
        found.set(address, {
          address,
          ready: endpoint.conditions?.ready ?? true,
          serving: endpoint.conditions?.serving ?? true,
          terminating,
          local: endpoint.nodeName === node.name,
          zones: (endpoint.hints?.forZones ?? []).map((zone) => zone.name),
          nodes: (endpoint.hints?.forNodes ?? []).map((hint) => hint.name),
        });
      }
    }
  }
  return [...found.values()];
}
