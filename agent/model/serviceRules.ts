import type { IpFamily, ServiceProtocol } from './address.ts';
import type { IptablesBackend } from './snapshot.ts';

/** The tables of iptables that kube-proxy writes in. */
export type ServiceTable = 'filter' | 'mangle' | 'nat';

/** The modes that rules are made for. */
export type ServiceMode = 'iptables' | 'ipvs' | 'nftables';

/**
 * The part of a kernel's state that programs Services: what kube-proxy makes and owns, and nothing else. The same type
 * says what should stand (made by `agent/compile`) and what stands (read from a snapshot by `agent/plan`), so that a
 * plan is the difference of two of them.
 */
export interface ServiceRules {
  readonly families: ReadonlyMap<IpFamily, FamilyRules>;
  /** Kernel settings by path under `/proc/sys`, such as `net/ipv4/vs/conntrack`. Of a snapshot: those that were read. */
  readonly sysctls: ReadonlyMap<string, string>;
  /**
   * Chains in the backend that the node's rules are not in, which a kube-proxy with other programs left there; families
   * that have none are left out. Undefined of what should stand says nothing about it.
   */
  readonly otherBackend?: ReadonlyMap<IpFamily, IptablesRules>;
}

/** What programs the Services of one address family. Empty maps and sets stand for what there is none of. */
export interface FamilyRules {
  readonly iptables: IptablesRules;
  /** By name. */
  readonly ipsets: ReadonlyMap<string, IpSet>;
  /** By {@link virtualServerKey}. */
  readonly virtualServers: ReadonlyMap<string, VirtualServerRules>;
  /** The device `kube-ipvs0`; undefined when there is none. */
  readonly serviceDevice: ServiceDevice | undefined;
  /** The table `kube-proxy` of this family (`ip` or `ip6`); undefined when there is none. */
  readonly nftables: NftablesTable | undefined;
}

/** Chains of iptables by table. */
export interface IptablesRules {
  /** The backend that they stand in, or shall stand in; undefined when nothing says. */
  readonly backend: IptablesBackend | undefined;
  readonly tables: ReadonlyMap<ServiceTable, IptablesTable>;
  /**
   * Of a snapshot: whether kubelet's chains stand there too. It shares KUBE-FIREWALL, which then stays when
   * kube-proxy's chains go.
   */
  readonly hasKubelet?: boolean;
}

export interface IptablesTable {
  /**
   * kube-proxy's chains by name, each with its rules in order. A rule is what iptables-save prints after
   * `-A CHAIN `, in the same order of options and the same quoting.
   */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** kube-proxy's rules in the built-in chains, by built-in chain, in order; other rules may stand between them. */
  readonly hooks: ReadonlyMap<string, readonly string[]>;
  /** Of a snapshot: those of the chains to which rules of others lead, so that they can be emptied but not removed. */
  readonly heldByOthers?: ReadonlySet<string>;
}

/** An ipset and its entries. */
export interface IpSet {
  readonly name: string;
  readonly type: string;
  /**
   * The options that matter for what it can hold, as `ipset save` prints them after the type, without `hashsize`,
   * `bucketsize` and `initval`: `family inet maxelem 65536`, `range 0-65535`.
   */
  readonly options: string;
  /** As `ipset save` prints them after the set's name: `10.96.0.10,tcp:80`. */
  readonly entries: ReadonlySet<string>;
}

/** `tcp 10.96.0.10:80`, `udp [fd00::a]:53`: names a virtual server within a kernel. */
export function virtualServerKey(protocol: ServiceProtocol, addressAndPort: string): string {
  return `${protocol} ${addressAndPort}`;
}

/** An ipvs virtual server. */
export interface VirtualServerRules {
  readonly protocol: ServiceProtocol;
  /** `10.96.0.10:80` or `[fd00::a]:53`. */
  readonly address: string;
  readonly scheduler: string;
  /** Seconds of persistence; undefined when off. */
  readonly persistenceSeconds: number | undefined;
  /** Of persistence, as ipvsadm takes it (`255.255.255.255`, `128`); undefined for one address, the default. */
  readonly persistenceMask: string | undefined;
  /** Scheduler flags, sorted: `flag-1`, `sh-port`, ... */
  readonly flags: readonly string[];
  /** Weight by `ADDRESS:PORT`; forwarding is always by masquerade (`-m`). */
  readonly realServers: ReadonlyMap<string, number>;
}

/** A dummy device that carries the addresses of Services, so that the kernel takes their packets as its own. */
export interface ServiceDevice {
  readonly name: string;
  readonly addresses: ReadonlySet<string>;
}

/** An nftables table that belongs to kube-proxy alone. Every text is written as `nft list` prints it (nft 1.0.6). */
export interface NftablesTable {
  readonly comment: string | undefined;
  readonly chains: ReadonlyMap<string, NftablesChain>;
  /** Sets and maps by name. */
  readonly sets: ReadonlyMap<string, NftablesSet>;
}

export interface NftablesChain {
  /** `type nat hook output priority -100; policy accept;`; undefined for a chain that is only jumped to. */
  readonly hook: string | undefined;
  readonly comment: string | undefined;
  readonly rules: readonly string[];
}

export interface NftablesSet {
  readonly kind: 'set' | 'map';
  /** The type with its parts: `ipv4_addr . inet_proto . inet_service : verdict`. */
  readonly type: string;
  readonly flags: readonly string[];
  /** `30s`, `3h`; undefined when elements stay. */
  readonly timeout: string | undefined;
  readonly comment: string | undefined;
  /**
   * Value by key, `10.96.0.10 . tcp . 80` -> `goto service-GX25I5IS-default/app1/tcp/`; '' in a set. Empty for sets
   * whose elements packets add (session affinity): those are the kernel's, not ours.
   */
  readonly elements: ReadonlyMap<string, string>;
  /** Comment by key, of the elements that have one. */
  readonly elementComments: ReadonlyMap<string, string>;
}
