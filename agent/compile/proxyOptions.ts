import type { IpFamily } from '../model/address.ts';

/** How traffic from this cluster's own pods is told from other traffic (`--detect-local-mode`). */
export type LocalDetector =
  | { readonly kind: 'none' }
  /** CIDRs of either family; each family uses its own, and none at all where it has none. */
  | { readonly kind: 'clusterCidr'; readonly cidrs: readonly string[] }
  | { readonly kind: 'bridgeInterface'; readonly name: string }
  | { readonly kind: 'interfaceNamePrefix'; readonly prefix: string };

/**
 * What kube-proxy's configuration and its node tell it beside the objects. Names and defaults follow
 * `KubeProxyConfiguration` (kubeproxy.config.k8s.io/v1alpha1).
 */
export interface ProxyOptions {
  readonly nodeName: string;
  /** The node's address in each family that is programmed; `0.0.0.0` or `::` where it has none. */
  readonly nodeIps: ReadonlyMap<IpFamily, string>;
  /** The node's label `topology.kubernetes.io/zone`. */
  readonly zone: string | undefined;
  readonly localDetector: LocalDetector;
  /**
   * CIDRs of the addresses that take node ports; `primary` alone means the node's own address. Empty means the mode's
   * default: every address for iptables and ipvs, the node's own address for nftables.
   */
  readonly nodePortAddresses: readonly string[];
  /**
   * The blocks that cluster IPs are allocated from, of both families (networking.k8s.io/v1 `ServiceCIDR`): in nftables
   * mode, packets to addresses in them that no Service has are dropped. Left out when they are not known.
   */
  readonly serviceCidrs?: readonly string[];
  readonly masqueradeAll: boolean;
  /** 0 to 31; kube-proxy's default is 14 (mark 0x4000). */
  readonly masqueradeBit: number;
  /** Whether node ports answer on loopback in iptables mode (`iptables.localhostNodePorts`). */
  readonly localhostNodePorts: boolean;
  readonly ipvs: {
    readonly scheduler: string;
    readonly strictArp: boolean;
    /** Virtual servers in these are nobody's to remove. */
    readonly excludeCidrs: readonly string[];
    /** Seconds; 0 leaves the kernel's. */
    readonly tcpTimeout: number;
    readonly tcpFinTimeout: number;
    readonly udpTimeout: number;
  };
  readonly kernel: KernelFacts;
}

/** What the rules depend on that only the node itself knows. */
export interface KernelFacts {
  /** `uname -r`: `6.1.0-56-amd64`. Left out when it is not known; then it is taken as a current one. */
  readonly release?: string;
  /**
   * Addresses of the node's interfaces with the interfaces' names, without those of `kube-ipvs0`; what node ports are
   * open on. Loopback included.
   */
  readonly addresses: readonly { readonly ip: string; readonly prefixLength: number; readonly interfaceName: string }[];
  /** The nfacct counters that exist or can be made; rules that count into others are left out. */
  readonly nfacctCounters: ReadonlySet<string>;
  /** `net.netfilter.nf_conntrack_tcp_be_liberal`: then no rule drops packets of state INVALID. */
  readonly conntrackTcpLiberal: boolean;
  /** Whether iptables' MASQUERADE takes `--random-fully` (iptables 1.6.2). */
  readonly masqueradeRandomFully: boolean;
}
