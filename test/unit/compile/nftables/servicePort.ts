import type { ResolvedEndpoint, ResolvedServicePort } from '../../../../agent/compile/resolvedService.ts';

/** One endpoint on this node and one elsewhere. */
export const endpoints: readonly [local: ResolvedEndpoint, remote: ResolvedEndpoint] = [
  { ip: '10.244.0.2', port: 8080, address: '10.244.0.2:8080', isLocal: true },
  { ip: '10.244.1.3', port: 8080, address: '10.244.1.3:8080', isLocal: false },
];

/** A TCP port of a Service with a cluster IP and two endpoints; what is given counts instead. */
export function servicePort(given: Partial<ResolvedServicePort> = {}): ResolvedServicePort {
  const { namespace = 'shop', serviceName = 'web', portName = 'http' } = given;
  return {
    namespace,
    serviceName,
    portName,
    name: `${namespace}/${serviceName}:${portName}`,
    protocol: 'tcp',
    clusterIp: '10.96.0.10',
    port: 80,
    nodePort: 0,
    externalIps: [],
    loadBalancerIps: [],
    loadBalancerSourceRanges: [],
    healthCheckNodePort: 0,
    affinitySeconds: undefined,
    externalPolicyLocal: false,
    internalPolicyLocal: false,
    externallyAccessible: false,
    usesClusterEndpoints: true,
    usesLocalEndpoints: false,
    clusterEndpoints: endpoints,
    localEndpoints: [],
    allLocallyReachableEndpoints: endpoints,
    endpointsOnNode: endpoints.slice(0, 1),
    endpointCount: 2,
    hasAnyEndpoints: true,
    ...given,
  };
}
