import { formatAddress, type IpFamily, type ServiceProtocol } from '../model/address.ts';
import { parseCidr } from '../model/cidr.ts';
import type {
  EndpointObject,
  EndpointSliceObject,
  KubernetesObjects,
  ServiceObject,
  ServiceObjectPort,
} from '../objects/kubernetesObjects.ts';
import { categorizeEndpoints, type EndpointCandidate } from './categorizeEndpoints.ts';
import { ObjectMemo } from './objectMemo.ts';
import type { ProxyOptions } from './proxyOptions.ts';
import type { ResolvedServicePort } from './resolvedService.ts';

/** Addresses of one family. */
type OfFamily = (ips: readonly string[]) => readonly string[];

/**
 * The Service ports of one address family that kube-proxy programs on this node, each with the endpoints that it uses,
 * sorted by name, then by protocol (pkg/proxy/serviceport.go, servicechangetracker.go, endpointslicecache.go).
 */
export function resolveServices(
  objects: KubernetesObjects,
  options: ProxyOptions,
  family: IpFamily,
): readonly ResolvedServicePort[] {
  const slices = slicesByService(objects.endpointSlices, family);
  const { nodeName, zone } = options;
  const resolved: ResolvedServicePort[] = [];
  for (const service of objects.services) {
    const serviceSlices = slices.get(`${service.namespace}/${service.name}`) ?? [];
    const parts = [nodeName, zone, ...serviceSlices];
    const ports = memos[family].get(service, parts, () => resolveService(service, serviceSlices, options, family));
    for (const port of ports) resolved.push(port);
  }
  resolved.sort((a, b) => compare(a.name, b.name) || compare(a.protocol, b.protocol));
  // Of two Services with the same name, which no API server has, the later one counts.
  return resolved.filter(({ name, protocol }, index) => {
    const next = resolved[index + 1];
    return next === undefined || next.name !== name || next.protocol !== protocol;
  });
}

type ServiceMemo = ObjectMemo<ServiceObject, readonly ResolvedServicePort[]>;

const memos: Readonly<Record<IpFamily, ServiceMemo>> = { ipv4: new ObjectMemo(), ipv6: new ObjectMemo() };

function resolveService(
  service: ServiceObject,
  slices: readonly EndpointSliceObject[],
  options: ProxyOptions,
  family: IpFamily,
): readonly ResolvedServicePort[] {
  const clusterIp = clusterIpOf(service, family);
  if (clusterIp === undefined) return [];
  const ofFamily: OfFamily = (ips) => ips.filter((ip) => ip.includes(':') === (family === 'ipv6'));
  const ranges = sourceRanges(service, family);
  // Of two ports with the same name and protocol, which the API refuses, the later one counts.
  const ports = new Map(service.ports.map((port) => [`${port.protocol} ${port.name}`, port]));
  return [...ports.values()].map((port) => {
    const described = describePort(service, port, clusterIp, ranges, ofFamily);
    const candidates = endpointCandidates(slices, port, options.nodeName);
    const endpointsOnNode = candidates.map(({ endpoint }) => endpoint).filter(({ isLocal }) => isLocal);
    return {
      ...described,
      endpointsOnNode,
      endpointCount: candidates.length,
      ...categorizeEndpoints(candidates, described, options),
    };
  });
}

/** Why a Service is not kube-proxy's, or has no part in this family, does not matter: then it has no address here. */
function clusterIpOf(service: ServiceObject, family: IpFamily): string | undefined {
  if (service.type === 'ExternalName' || service.proxyName !== undefined) return undefined;
  return service.clusterIPs.find((ip) => ip.includes(':') === (family === 'ipv6'));
}

/** All of a Service port but its endpoints. */
function describePort(
  service: ServiceObject,
  port: ServiceObjectPort,
  clusterIp: string,
  loadBalancerSourceRanges: readonly string[],
  ofFamily: OfFamily,
) {
  const nodePort = port.nodePort ?? 0;
  const externalIps = ofFamily(service.externalIPs);
  const loadBalancerIps = ofFamily(service.loadBalancerIPs);
  const externallyAccessible = nodePort !== 0 || externalIps.length > 0 || loadBalancerIps.length > 0;
  const internalPolicyLocal = service.internalTrafficPolicy === 'Local';
  const externalPolicyLocal = service.externalTrafficPolicy === 'Local' && mayBeExternal(service);
  return {
    namespace: service.namespace,
    serviceName: service.name,
    portName: port.name,
    name: `${service.namespace}/${service.name}${port.name === '' ? '' : `:${port.name}`}`,
    protocol: port.protocol,
    clusterIp,
    port: port.port,
    nodePort,
    externalIps,
    loadBalancerIps,
    loadBalancerSourceRanges,
    healthCheckNodePort:
      externalPolicyLocal && service.type === 'LoadBalancer' ? (service.healthCheckNodePort ?? 0) : 0,
    affinitySeconds: service.affinitySeconds,
    externalPolicyLocal,
    internalPolicyLocal,
    externallyAccessible,
    // Policy Local has a short cut for traffic from this node's pods, which goes by policy Cluster.
    usesClusterEndpoints: !internalPolicyLocal || externallyAccessible,
    usesLocalEndpoints: internalPolicyLocal || (externalPolicyLocal && externallyAccessible),
  };
}

/** Whether its external traffic policy means anything (pkg/api/v1/service `ExternallyAccessible`). */
function mayBeExternal({ type, externalIPs }: ServiceObject): boolean {
  return type === 'LoadBalancer' || type === 'NodePort' || externalIPs.length > 0;
}

/** One range that holds every address means that everybody may, whatever the others say. */
function sourceRanges({ loadBalancerSourceRanges }: ServiceObject, family: IpFamily): readonly string[] {
  if (loadBalancerSourceRanges.length === 0) return loadBalancerSourceRanges;
  const cidrs = loadBalancerSourceRanges.map(parseCidr).filter((cidr) => cidr?.family === family);
  if (cidrs.some((cidr) => cidr?.prefixLength === 0)) return [];
  return cidrs.map((cidr) => cidr?.text ?? '');
}

/** The slices that kube-proxy watches, by `NAMESPACE/SERVICE`, and for each Service in an order that is always the same. */
function slicesByService(
  all: readonly EndpointSliceObject[],
  family: IpFamily,
): ReadonlyMap<string, readonly EndpointSliceObject[]> {
  const addressType = family === 'ipv4' ? 'IPv4' : 'IPv6';
  const slices = new Map<string, EndpointSliceObject[]>();
  for (const slice of all) {
    if (slice.addressType !== addressType || slice.serviceName === '' || slice.headless) continue;
    const service = `${slice.namespace}/${slice.serviceName}`;
    const known = slices.get(service);
    if (known === undefined) slices.set(service, [slice]);
    else known.push(slice);
  }
  for (const known of slices.values()) known.sort((a, b) => compare(a.name, b.name));
  return slices;
}

/**
 * The endpoints of a Service port over all its slices, each address once, sorted by `IP:PORT` as text. Of several with
 * one address, one that does not terminate counts: a pod's address may be given anew before the old pod is gone.
 */
function endpointCandidates(
  slices: readonly EndpointSliceObject[],
  { name, protocol }: { readonly name: string; readonly protocol: ServiceProtocol },
  nodeName: string,
): readonly EndpointCandidate[] {
  const found: EndpointCandidate[] = [];
  for (const slice of slices) {
    for (const { name: portName, protocol: portProtocol, port } of slice.ports) {
      if (portName !== name || portProtocol !== protocol || port === undefined) continue;
      for (const object of slice.endpoints) {
        const candidate = candidateOf(object, port, nodeName);
        if (candidate !== undefined) found.push(candidate);
      }
    }
  }
  // Those with one address stay in the order of their slices.
  found.sort((a, b) => compare(a.endpoint.address, b.endpoint.address));
  let count = 0;
  for (const candidate of found) {
    const isAnother = count === 0 || found[count - 1]?.endpoint.address !== candidate.endpoint.address;
    if (isAnother) found[count++] = candidate;
    else if (!candidate.object.terminating) found[count - 1] = candidate;
  }
  found.length = count;
  return found;
}

function candidateOf(object: EndpointObject, port: number, nodeName: string): EndpointCandidate | undefined {
  // The others are the same pod's, and of no use for a Service (discovery/v1 `Endpoint.addresses`).
  const [ip] = object.addresses;
  if (ip === undefined) return undefined;
  const isLocal = nodeName !== '' && object.nodeName === nodeName;
  return { endpoint: { ip, port, address: formatAddress(ip, port), isLocal }, object };
}

/** By code units, which for names and addresses is the order of Go's strings. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
