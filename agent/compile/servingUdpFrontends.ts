import { formatAddress, type IpFamily } from '../model/address.ts';
import type { UdpFrontends } from '../model/udpFrontends.ts';
import type { EndpointSliceObject, KubernetesObjects, ServiceObject } from '../objects/kubernetesObjects.ts';

/**
 * The UDP frontends of Services with all endpoints that serve, whether or not new flows are sent to them: a flow may
 * stay with an endpoint that terminates, or that a traffic policy or a zone hint rules out by now, as TCP connections
 * do (pkg/proxy/conntrack/cleanup.go).
 */
export function servingUdpFrontends({ services, endpointSlices }: KubernetesObjects, family: IpFamily): UdpFrontends {
  const addresses = new Map<string, ReadonlySet<string>>();
  const nodePorts = new Map<number, ReadonlySet<string>>();
  const udpServices = services.filter(({ ports }) => ports.some(({ protocol }) => protocol === 'udp'));
  const endpoints = servingEndpoints(udpServices, endpointSlices, family);
  const isOfFamily = (ip: string): boolean => ip.includes(':') === (family === 'ipv6');
  for (const service of udpServices) {
    const clusterIp = service.clusterIPs.find(isOfFamily);
    if (clusterIp === undefined || service.type === 'ExternalName' || service.proxyName !== undefined) continue;
    const ips = [clusterIp, ...service.loadBalancerIPs.filter(isOfFamily), ...service.externalIPs.filter(isOfFamily)];
    for (const { name, protocol, port, nodePort } of service.ports) {
      if (protocol !== 'udp') continue;
      const serving = endpoints.get(portKey(service, name)) ?? none;
      for (const ip of ips) addresses.set(formatAddress(ip, port), serving);
      if (nodePort !== undefined && nodePort !== 0) nodePorts.set(nodePort, serving);
    }
  }
  return { addresses, nodePorts };
}

const none: ReadonlySet<string> = new Set();

/** What {@link servingEndpoints} keeps a port's endpoints under; namespaces and names hold no spaces. */
function portKey({ namespace, name }: Pick<ServiceObject, 'namespace' | 'name'>, portName: string): string {
  return `${namespace} ${name} ${portName}`;
}

function servingEndpoints(
  services: readonly ServiceObject[],
  slices: readonly EndpointSliceObject[],
  family: IpFamily,
): ReadonlyMap<string, ReadonlySet<string>> {
  const addressType = family === 'ipv4' ? 'IPv4' : 'IPv6';
  const wanted = new Set(services.map((service) => portKey(service, '')));
  const endpoints = new Map<string, Set<string>>();
  for (const slice of slices) {
    const service = { namespace: slice.namespace, name: slice.serviceName };
    if (slice.addressType !== addressType || slice.headless || !wanted.has(portKey(service, ''))) continue;
    for (const { name, protocol, port } of slice.ports) {
      if (protocol !== 'udp' || port === undefined) continue;
      const key = portKey(service, name);
      const known = endpoints.get(key) ?? new Set();
      endpoints.set(key, known);
      for (const { addresses, serving } of slice.endpoints) {
        if (serving && addresses[0] !== undefined) known.add(formatAddress(addresses[0], port));
      }
    }
  }
  return endpoints;
}
