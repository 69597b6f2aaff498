import type { ServiceProtocol } from '../model/address.ts';

/** The Services and EndpointSlices that the rules of a node are read against, with the API's defaults filled in. */
export interface KubernetesObjects {
  readonly services: readonly ServiceObject[];
  readonly endpointSlices: readonly EndpointSliceObject[];
  /** Canonical blocks of the ServiceCIDRs; absent when there is no such object. */
  readonly serviceCidrs?: readonly string[];
}

/** What a core/v1 Service says that kube-proxy programs. Addresses are canonical text. */
export interface ServiceObject {
  readonly namespace: string;
  readonly name: string;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  /** Empty for headless and ExternalName Services. */
  readonly clusterIPs: readonly string[];
  readonly externalIPs: readonly string[];
  /** Ingress addresses of the load balancer that kube-proxy captures: those with `ipMode: VIP`, which is the default. */
  readonly loadBalancerIPs: readonly string[];
  readonly loadBalancerSourceRanges: readonly string[];
  readonly ports: readonly ServiceObjectPort[];
  /** Seconds of ClientIP affinity; absent when there is none. */
  readonly affinitySeconds?: number;
  readonly internalTrafficPolicy: TrafficPolicy;
  readonly externalTrafficPolicy: TrafficPolicy;
  /** Where a load balancer asks whether this node has endpoints; absent when there is none. */
  readonly healthCheckNodePort?: number;
  /**
   * The label `service.kubernetes.io/service-proxy-name`: the proxy of that name serves it, and kube-proxy passes it
   * over, whatever the name.
   */
  readonly proxyName?: string;
}

export type TrafficPolicy = 'Cluster' | 'Local';

export interface ServiceObjectPort {
  /** Empty when unnamed. */
  readonly name: string;
  readonly protocol: ServiceProtocol;
  readonly port: number;
  readonly nodePort?: number;
}

/** What a discovery.k8s.io/v1 EndpointSlice says. */
export interface EndpointSliceObject {
  readonly namespace: string;
  readonly name: string;
  /** From the label `kubernetes.io/service-name`; empty for slices that belong to no Service. */
  readonly serviceName: string;
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN';
  readonly ports: readonly EndpointSlicePort[];
  readonly endpoints: readonly EndpointObject[];
  /** Whether it has the label `service.kubernetes.io/headless`; kube-proxy does not watch such slices. */
  readonly headless?: true;
}

export interface EndpointSlicePort {
  /** Empty when unnamed, as the API defaults it. */
  readonly name: string;
  readonly protocol: ServiceProtocol;
  /** Absent when the slice means all ports. */
  readonly port?: number;
}

export interface EndpointObject {
  /** Canonical text; kube-proxy uses the first one only. */
  readonly addresses: readonly string[];
  /** Conditions with their defaults: unknown counts as ready, serving and not terminating. */
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly nodeName?: string;
  readonly zone?: string;
  /** Zones whose nodes should use it (`hints.forZones`), which the control plane makes of `trafficDistribution`. */
  readonly zoneHints?: readonly string[];
  /** Nodes that should use it (`hints.forNodes`). */
  readonly nodeHints?: readonly string[];
}
