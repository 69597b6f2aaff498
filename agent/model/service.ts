import type { IpFamily, ServiceProtocol } from './address.ts';
import type { SourceLocation } from './location.ts';

/** How kube-proxy programs Services (`--proxy-mode`). `userspace` was removed in Kubernetes 1.26 but its chains linger. */
export type ProxyMode = 'iptables' | 'ipvs' | 'nftables' | 'userspace';

/** By which kind of address a packet reaches a Service. */
export type FrontendKind = 'clusterIP' | 'nodePort' | 'externalIP' | 'loadBalancerIP';

/** What the rules do with a new connection to a frontend: hand it to endpoints, or refuse it. */
export type FrontendVerdict = 'endpoints' | 'reject' | 'drop';

/** Packets and bytes that a rule, set entry or virtual server has seen. */
export interface Counters {
  readonly packets: number;
  readonly bytes: number;
}

/** One address under which a Service port is reached on this node. */
export interface Frontend {
  readonly kind: FrontendKind;
  /**
   * Set when neither the rules nor objects tell the kind of address, so that `kind` is only the likeliest: rules that
   * refuse, and those of the nftables mode, do not tell external IPs from those of load balancers.
   */
  readonly kindAssumed?: true;
  readonly family: IpFamily;
  /** Absent for node ports that are open on every local address. */
  readonly ip?: string;
  readonly port: number;
  readonly verdict: FrontendVerdict;
  /** Whether traffic to it is kept to endpoints on this node (internal or external traffic policy `Local`). */
  readonly localOnly: boolean;
  /** The CIDRs that may use it (`spec.loadBalancerSourceRanges`); absent when everybody may. */
  readonly sourceRanges?: readonly string[];
  /** Where the rule, set entry, map element or virtual server stands that matches it. */
  readonly location?: SourceLocation;
  readonly counters?: Counters;
}

/** One backend of a Service port. */
export interface Endpoint {
  readonly ip: string;
  readonly port: number;
  readonly family: IpFamily;
  /**
   * Part of the new connections that it gets when cluster-wide endpoints are used, 0 to 1: the product of the
   * statistic probabilities, the weight's part, or its part of `numgen`. 0 when only local traffic reaches it. Of a
   * Service that has no rules for cluster-wide traffic it is the same as {@link localShare}.
   */
  readonly share: number;
  /** The same for traffic that is kept to this node; absent when it takes no part in that. */
  readonly localShare?: number;
  /** ipvs weight; absent in the other modes. */
  readonly weight?: number;
  /** Set when the rules themselves (a local chain) or the objects say that it is on this node. */
  readonly local?: boolean;
  /** The chain (KUBE-SEP-*, endpoint-*) that stands for it, when it has one. */
  readonly chain?: string;
  readonly location?: SourceLocation;
  readonly counters?: Counters;
}

/** What a chain is for in a Service's rules. */
export type ChainRole = 'cluster' | 'local' | 'external' | 'firewall' | 'endpoint';

/** A chain that belongs to one Service port. */
export interface ServiceChain {
  readonly role: ChainRole;
  readonly family: IpFamily;
  readonly table: string;
  readonly name: string;
  /** Number of rules. */
  readonly rules: number;
  /** Where the chain is declared. */
  readonly location: SourceLocation;
  /** Where its rules stand, in order. */
  readonly ruleLocations: readonly SourceLocation[];
  /** The chains (or addresses, for nftables `dnat`) that its rules hand packets to, in order. */
  readonly next: readonly string[];
}

/** An ipvs virtual server that belongs to one Service port, or stands alone. */
export interface VirtualServer {
  readonly family: IpFamily;
  /** `fwmark` servers match a firewall mark instead of an address. */
  readonly protocol: ServiceProtocol | 'fwmark';
  /** The mark, for `fwmark`; else absent. */
  readonly mark?: number;
  readonly ip?: string;
  readonly port?: number;
  readonly scheduler: string;
  readonly flags: readonly string[];
  /** Seconds of persistence; absent when off. */
  readonly persistenceSeconds?: number;
  readonly realServers: readonly RealServer[];
  /** Names of the ipsets that hold its address and port. */
  readonly sets: readonly string[];
  /** Whether its address is on the device kube-ipvs0; undefined when the addresses are not known. */
  readonly onKubeIpvs0?: boolean;
  readonly location: SourceLocation;
  readonly counters?: Counters;
}

/** An ipvs destination behind a virtual server. */
export interface RealServer {
  readonly ip: string;
  readonly port: number;
  readonly weight: number;
  readonly forwarding: 'masquerade' | 'route' | 'tunnel';
  /** Its weight's part of all weights, 0 to 1. */
  readonly share: number;
  readonly location: SourceLocation;
  readonly counters?: Counters;
}

/** An nftables map element that leads to a Service port's chain or verdict. */
export interface MapElement {
  readonly family: IpFamily;
  readonly table: string;
  readonly map: string;
  readonly key: string;
  readonly verdict: string;
  readonly location: SourceLocation;
}

/** One port of one Service as the rules program it. Both families of a dual-stack Service are one. */
export interface ServicePort {
  readonly namespace: string;
  /** Empty when no name is known: an ipvs virtual server without objects. */
  readonly name: string;
  readonly port: { readonly name: string; readonly protocol: ServiceProtocol; readonly port: number };
  readonly frontends: readonly Frontend[];
  readonly endpoints: readonly Endpoint[];
  /** Seconds of ClientIP affinity; absent when off. */
  readonly affinitySeconds?: number | undefined;
  readonly chains: readonly ServiceChain[];
  readonly virtualServers: readonly VirtualServer[];
  readonly maps: readonly MapElement[];
}
