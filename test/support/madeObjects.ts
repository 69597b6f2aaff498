import type { EndpointSliceObject, KubernetesObjects, ServiceObject } from '../../agent/objects/kubernetesObjects.ts';

/** What a made-up Service is beside a cluster IP with port 80 of TCP. */
export interface MadeService {
  readonly nodePort?: number;
  readonly externalIPs?: readonly string[];
  readonly loadBalancerIPs?: readonly string[];
  readonly sourceRanges?: readonly string[];
  readonly affinitySeconds?: number;
  readonly internal?: 'Cluster' | 'Local';
  readonly external?: 'Cluster' | 'Local';
  readonly healthCheckNodePort?: number;
  /** Address and node of each; they listen on 8080. */
  readonly endpoints: readonly (readonly [ip: string, nodeName: string])[];
}

/** A Service and its EndpointSlice; the cluster IP comes with {@link objectsOf}. */
export function service(name: string, made: MadeService): { readonly name: string; readonly made: MadeService } {
  return { name, made };
}

/** Services with the cluster IPs 10.96.0.1, 10.96.0.2, ... */
export function objectsOf(...services: readonly ReturnType<typeof service>[]): KubernetesObjects {
  return {
    services: services.map(({ name, made }, index) => serviceObject(name, made, index + 1)),
    endpointSlices: services.map(({ name, made }) => sliceObject(name, made)),
  };
}

function serviceObject(name: string, made: MadeService, number: number): ServiceObject {
  const { nodePort, loadBalancerIPs = [], affinitySeconds, healthCheckNodePort } = made;
  return {
    namespace: 'default',
    name,
    type: loadBalancerIPs.length > 0 ? 'LoadBalancer' : nodePort === undefined ? 'ClusterIP' : 'NodePort',
    clusterIPs: [`10.96.${number >> 8}.${number & 255}`],
    externalIPs: made.externalIPs ?? [],
    loadBalancerIPs,
    loadBalancerSourceRanges: made.sourceRanges ?? [],
    ports: [{ name: '', protocol: 'tcp', port: 80, ...(nodePort === undefined ? {} : { nodePort }) }],
    ...(affinitySeconds === undefined ? {} : { affinitySeconds }),
    internalTrafficPolicy: made.internal ?? 'Cluster',
    externalTrafficPolicy: made.external ?? 'Cluster',
    ...(healthCheckNodePort === undefined ? {} : { healthCheckNodePort }),
  };
}

function sliceObject(name: string, { endpoints }: MadeService): EndpointSliceObject {
  return {
    namespace: 'default',
    name: `${name}-1`,
    serviceName: name,
    addressType: 'IPv4',
    ports: [{ name: '', protocol: 'tcp', port: 8080 }],
    endpoints: endpoints.map(([ip, nodeName]) => ({
      addresses: [ip],
      ready: true,
      serving: true,
      terminating: false,
      nodeName,
    })),
  };
}
