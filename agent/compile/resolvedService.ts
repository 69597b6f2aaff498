import type { ServiceProtocol } from '../model/address.ts';

/** One port of one Service in one address family, with the endpoints that this node uses for it. */
export interface ResolvedServicePort {
  readonly namespace: string;
  readonly serviceName: string;
  /** Empty when unnamed. */
  readonly portName: string;
  /** `NAMESPACE/NAME` or `NAMESPACE/NAME:PORT`, as kube-proxy writes it in comments and hashes (`ServicePortName`). */
  readonly name: string;
  readonly protocol: ServiceProtocol;
  readonly clusterIp: string;
  readonly port: number;
  /** 0 when it has none. */
  readonly nodePort: number;
  readonly externalIps: readonly string[];
  /** Ingress addresses with `ipMode: VIP`. */
  readonly loadBalancerIps: readonly string[];
  /** Empty when everybody may; already without ranges of the other family and without `0.0.0.0/0`. */
  readonly loadBalancerSourceRanges: readonly string[];
  /** 0 when it has none. */
  readonly healthCheckNodePort: number;
  /** Seconds of ClientIP affinity; undefined when off. */
  readonly affinitySeconds: number | undefined;
  readonly externalPolicyLocal: boolean;
  readonly internalPolicyLocal: boolean;
  /** Whether a node port, an external IP or a load balancer's address leads to it. */
  readonly externallyAccessible: boolean;
  readonly usesClusterEndpoints: boolean;
  readonly usesLocalEndpoints: boolean;
  /** Endpoints for traffic policy Cluster; empty when it is not used (`CategorizeEndpoints` of pkg/proxy/topology.go). */
  readonly clusterEndpoints: readonly ResolvedEndpoint[];
  /** Endpoints for traffic policy Local. */
  readonly localEndpoints: readonly ResolvedEndpoint[];
  /** The union of both. */
  readonly allLocallyReachableEndpoints: readonly ResolvedEndpoint[];
  /** Every endpoint on this node, usable or not: those whose connections to themselves ipvs mode masquerades. */
  readonly endpointsOnNode: readonly ResolvedEndpoint[];
  /** How many endpoints its slices have, usable or not: many of them make iptables mode leave comments out. */
  readonly endpointCount: number;
  /** Whether any endpoint would be usable from some node: tells "no endpoints" from "none on this node". */
  readonly hasAnyEndpoints: boolean;
}

/** One endpoint of a Service port. */
export interface ResolvedEndpoint {
  readonly ip: string;
  readonly port: number;
  /** `10.0.0.2:8080` or `[fd00::2]:8080`. */
  readonly address: string;
  readonly isLocal: boolean;
}
