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
  const service = {
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
  } satisfies ServiceObject;
  if (spec.sessionAffinity !== 'ClientIP') return service;
  return {
    ...service,
    affinitySeconds: spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? defaultAffinitySeconds,
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
  };
}

function endpointWithDefaults(endpoint: NonNullable<EndpointSliceInput['endpoints']>[number]): EndpointObject {
  const ready = endpoint.conditions?.ready ?? true;
  return {
    addresses: addresses(endpoint.addresses ?? []),
    ready,
    serving: endpoint.conditions?.serving ?? true,
    terminating: endpoint.conditions?.terminating ?? false,
    ...(endpoint.nodeName ? { nodeName: endpoint.nodeName } : {}),
    ...(endpoint.zone ? { zone: endpoint.zone } : {}),
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
