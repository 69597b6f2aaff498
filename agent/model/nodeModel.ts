import type { IpFamily } from './address.ts';
import type { SourceLocation } from './location.ts';
import type { Counters, ProxyMode, ServicePort, VirtualServer } from './service.ts';
import type { IptablesBackend } from './snapshot.ts';

/** Who wrote a chain, table or set, as far as its name tells. */
export type RuleOwner =
  | 'kube-proxy'
  | 'kubelet'
  | 'docker'
  | 'containerd'
  | 'cni-portmap'
  | 'flannel'
  | 'calico'
  | 'cilium'
  | 'weave'
  | 'firewalld'
  | 'ufw'
  | 'libvirt'
  | 'fail2ban'
  | 'unknown';

/** One chain of one table of one family in one backend, whoever wrote it. */
export interface RuleChain {
  readonly part: string;
  readonly backend: IptablesBackend | 'nftables';
  /** nftables families beside the two of iptables: `inet`, `bridge`, `arp`, `netdev`. */
  readonly family: IpFamily | 'inet' | 'bridge' | 'arp' | 'netdev';
  readonly table: string;
  readonly name: string;
  readonly owner: RuleOwner;
  /** The netfilter hook of a base chain in lower case (`prerouting`, ...); absent for others. */
  readonly hook?: string;
  /** Order within the hook; lower runs first. */
  readonly priority?: number;
  readonly policy?: string;
  readonly rules: number;
  /** Where the chain is declared. */
  readonly location: SourceLocation;
  /** Where its rules stand, in order. */
  readonly ruleLocations: readonly SourceLocation[];
  /** Packets that met the policy of a base chain. */
  readonly counters?: Counters;
}

/** A named set: an ipset, an nftables set or map. */
export interface RuleSet {
  readonly part: string;
  readonly kind: 'ipset' | 'set' | 'map';
  readonly family?: string;
  /** The nftables table; absent for ipsets. */
  readonly table?: string;
  readonly name: string;
  readonly type: string;
  readonly entries: number;
  readonly owner: RuleOwner;
  readonly location: SourceLocation;
  /** Where its entries stand, in order. */
  readonly entryLocations: readonly SourceLocation[];
}

/** Something that looks wrong on the node, or that was not understood in what was read. */
export interface ModelProblem {
  /** Stable, kebab-case; the key under which a client looks up its own wording. */
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'information';
  /** Complete English sentence. */
  readonly message: string;
  readonly args: Readonly<Record<string, string | number>>;
  readonly location?: SourceLocation;
}

/** All chains and sets of one owner that belong to no Service. */
export interface ForeignGroup {
  readonly owner: RuleOwner;
  readonly chains: readonly RuleChain[];
  readonly sets: readonly RuleSet[];
  /** Rules in them, and rules of theirs in chains of others. */
  readonly rules: number;
  /** Where those rules stand that are in chains of others, such as the built-in ones. */
  readonly rulesElsewhere: readonly SourceLocation[];
}

/** Which backends hold rules on the node. */
export interface Backends {
  readonly iptables: readonly IptablesBackend[];
  readonly nftables: boolean;
  readonly ipvs: boolean;
}

/** Everything the rules of one snapshot say, the same for all proxy modes. */
export interface NodeModel {
  /** The mode whose rules carry Services; `none` when no kube-proxy rules stand there. */
  readonly mode: ProxyMode | 'none';
  readonly backends: Backends;
  /** Sorted by namespace, name, port name, port, protocol. */
  readonly services: readonly ServicePort[];
  /** All virtual servers, those of Services included. */
  readonly virtualServers: readonly VirtualServer[];
  readonly sets: readonly RuleSet[];
  /** Base chains and the fixed chains of kube-proxy itself (KUBE-SERVICES, KUBE-MARK-MASQ, ...). */
  readonly baseChains: readonly RuleChain[];
  readonly foreign: readonly ForeignGroup[];
  readonly problems: readonly ModelProblem[];
}
