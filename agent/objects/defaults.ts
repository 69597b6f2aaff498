import type { ServiceProtocol } from '../model/address.ts';
import { canonicalIp } from '../model/canonicalIp.ts';
import type { EndpointObject, EndpointSliceObject, ServiceObject, TrafficPolicy } from './kubernetesObjects.ts';
import type { EndpointSliceInput, ServiceInput } from './schema.ts';

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
export function endpointSliceWithDefaults(input: EndpointSliceInput): EndpointSliceObject {
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
    endpoints: (input.endpoints ?? []).map(endpointWithDefaults),
    ...(input.metadata.labels?.['service.kubernetes.io/headless'] === undefined ? {} : { headless: true }),
  };
}

function endpointWithDefaults(endpoint: NonNullable<EndpointSliceInput['endpoints']>[number]): EndpointObject {
  const { forZones, forNodes } = endpoint.hints ?? {};
  return {
    addresses: addresses(endpoint.addresses ?? []),
    ready: endpoint.conditions?.ready ?? true,
    serving: endpoint.conditions?.serving ?? true,
    terminating: endpoint.conditions?.terminating ?? false,
    ...(endpoint.nodeName ? { nodeName: endpoint.nodeName } : {}),
    ...(endpoint.zone ? { zone: endpoint.zone } : {}),
    ...(forZones && forZones.length > 0 ? { zoneHints: forZones.map(({ name }) => name) } : {}),
    ...(forNodes && forNodes.length > 0 ? { nodeHints: forNodes.map(({ name }) => name) } : {}),
  };
}

/** Canonical addresses; what is none (`None`, a host name) is left out. */
function addresses(texts: readonly string[]): string[] {
  return texts.map(canonicalIp).filter((ip) => ip !== undefined);
}

function protocolOf(protocol: 'TCP' | 'UDP' | 'SCTP' | '' | null | undefined): ServiceProtocol {
  if (protocol === 'UDP') return 'udp';
  return protocol === 'SCTP' ? 'sctp' : 'tcp';
}

function policyOf(policy: 'Cluster' | 'Local' | '' | null | undefined): TrafficPolicy {
  return policy === 'Local' ? 'Local' : 'Cluster';
}
