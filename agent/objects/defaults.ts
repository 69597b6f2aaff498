import type { ServiceProtocol } from '../model/address.ts';
import { canonicalIp } from '../model/canonicalIp.ts';
import { formatIpNumber, parseIpNumber } from '../model/ipNumber.ts';
import type { EndpointObject, EndpointSliceObject, ServiceObject, TrafficPolicy } from './kubernetesObjects.ts';
import type { EndpointInput, EndpointSliceInput, ServiceInput } from './schema.ts';

/** Seconds of ClientIP affinity when the Service does not say (core/v1 `DefaultClientIPServiceAffinitySeconds`). */
const defaultAffinitySeconds = 10800;

/** Fills in what the API server would have defaulted, for manifests that never went through one. */
export function serviceWithDefaults(input: ServiceInput): ServiceObject {
  const { spec } = input;
  const clusterIPs =
    spec.clusterIPs ?? (spec.clusterIP === null || spec.clusterIP === undefined ? [] : [spec.clusterIP]);
  const ingress = input.status?.loadBalancer?.ingress ?? [];
  const proxyName = input.metadata.labels?.['service.kubernetes.io/service-proxy-name'];
  return {
    namespace: input.metadata.namespace ?? 'default',
    name: input.metadata.name,
    type: spec.type ?? 'ClusterIP',
    clusterIPs: spec.type === 'ExternalName' ? [] : addresses(clusterIPs),
    externalIPs: addresses(spec.externalIPs ?? []),
    loadBalancerIPs: addresses(ingress.filter(({ ipMode }) => (ipMode ?? 'VIP') === 'VIP').map(({ ip }) => ip ?? '')),
    // Validation of the API lets whitespace through, and kube-proxy trims it.
    loadBalancerSourceRanges: (spec.loadBalancerSourceRanges ?? []).map((range) => range.trim()),
    ports: (spec.ports ?? []).map((port) => ({
      name: port.name ?? '',
      protocol: protocolOf(port.protocol),
      port: port.port,
      ...(port.nodePort ? { nodePort: port.nodePort } : {}),
    })),
    internalTrafficPolicy: policyOf(spec.internalTrafficPolicy),
    externalTrafficPolicy: policyOf(spec.externalTrafficPolicy),
    ...(spec.sessionAffinity === 'ClientIP'
      ? { affinitySeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds }
      : {}),
    ...(spec.healthCheckNodePort ? { healthCheckNodePort: spec.healthCheckNodePort } : {}),
    ...(proxyName === undefined ? {} : { proxyName }),
  };
}

/** Fills in what the API server would have defaulted: an unnamed port has the name `""`, a protocol is TCP. */
export function endpointSliceWithDefaults(
  input: EndpointSliceInput,
  endpoints: readonly EndpointObject[],
): EndpointSliceObject {
  return {
    namespace: input.metadata.namespace ?? 'default',
    name: input.metadata.name,
    serviceName: input.metadata.labels?.['kubernetes.io/service-name'] ?? '',
    addressType: input.addressType,
    ports: (input.ports ?? []).map((port) => ({
      name: port.name ?? '',
      protocol: protocolOf(port.protocol),
      ...(port.port ? { port: port.port } : {}),
    })),
    endpoints,
    ...(input.metadata.labels?.['service.kubernetes.io/headless'] === undefined ? {} : { headless: true }),
  };
}

/** Conditions that are not known count as those of a pod that is well. */
export function endpointWithDefaults(input: EndpointInput): EndpointObject {
  const { conditions, nodeName, zone, hints } = input;
  const endpoint: { -readonly [Key in keyof EndpointObject]: EndpointObject[Key] } = {
    addresses: addresses(input.addresses ?? []),
    ready: conditions?.ready ?? true,
    serving: conditions?.serving ?? true,
    terminating: conditions?.terminating ?? false,
  };
  if (nodeName) endpoint.nodeName = nodeName;
  if (zone) endpoint.zone = zone;
  if (hints?.forZones?.length) endpoint.zoneHints = hints.forZones.map(({ name }) => name);
  if (hints?.forNodes?.length) endpoint.nodeHints = hints.forNodes.map(({ name }) => name);
  return endpoint;
}

/** Canonical addresses; what is none (`None`, a host name) is left out. */
function addresses(texts: readonly string[]): string[] {
  return texts.map(canonicalAddress).filter((ip) => ip !== undefined);
}

/** An IPv4 address in the clothes of IPv6 is one of IPv4, as it is for Go's `net.IP`. */
function canonicalAddress(text: string): string | undefined {
  const ip = canonicalIp(text);
  if (ip?.startsWith('::ffff:') !== true) return ip;
  const number = parseIpNumber(ip);
  if (number === undefined || number.value >> 32n !== 0xffffn) return ip;
  return formatIpNumber({ family: 'ipv4', value: number.value & 0xffffffffn });
}

function protocolOf(protocol: 'TCP' | 'UDP' | 'SCTP' | '' | null | undefined): ServiceProtocol {
  if (protocol === 'UDP') return 'udp';
  return protocol === 'SCTP' ? 'sctp' : 'tcp';
}

function policyOf(policy: 'Cluster' | 'Local' | '' | null | undefined): TrafficPolicy {
  return policy === 'Local' ? 'Local' : 'Cluster';
}
