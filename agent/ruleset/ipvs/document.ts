import type { Span } from '../common/position.ts';
import type { RulesetProblem } from '../common/problem.ts';

/** What `ipvsadm -S` prints, or `ipvsadm -R` reads. The text is kept, so that nothing of it can be lost. */
export interface IpvsadmSave {
  readonly text: string;
  /** In order of appearance, each with the real servers that later lines add to it. */
  readonly virtualServers: readonly IpvsVirtualServer[];
  /** Lines that are neither `-A`/`-E` nor `-a`/`-e`: `-D`, `-d`, `-C`, `-Z`, `--set`, in order. */
  readonly commands: readonly IpvsCommand[];
  readonly problems: readonly RulesetProblem[];
}

/** The address of a virtual or real server. `ipvsadm -S` without `-n` prints names; those are kept as they are. */
export interface IpvsAddress {
  /** Without brackets. */
  readonly host: string;
  readonly family: 'inet' | 'inet6';
  /** Missing when the port is written as a name, or not at all (a real server then takes the virtual server's). */
  readonly port?: number;
  /** The port's name, such as `http`, when it is written as one. */
  readonly portName?: string;
  /** True when `host` is a host name. */
  readonly symbolic: boolean;
}

/** What a virtual server listens for: packets to an address and port, or packets with a firewall mark. */
export type IpvsService =
  | { readonly kind: 'address'; readonly protocol: 'tcp' | 'udp' | 'sctp'; readonly address: IpvsAddress }
  | { readonly kind: 'fwmark'; readonly mark: number; readonly family: 'inet' | 'inet6' };

/** An `-A` or `-E` line. */
export interface IpvsVirtualServer {
  readonly span: Span;
  readonly serviceSpan: Span;
  readonly service: IpvsService;
  /** `wlc` when the line names none: that is what ipvsadm assumes. */
  readonly scheduler: string;
  /** `sh-port`, `mh-fallback`, `flag-1` and so on. */
  readonly schedulerFlags: readonly string[];
  /** Seconds; missing without persistence (session affinity). */
  readonly persistenceTimeout?: number;
  /** A dotted mask, or a prefix length for IPv6; missing for single clients. */
  readonly persistenceMask?: string;
  readonly persistenceEngine?: string;
  readonly onePacket: boolean;
  readonly realServers: readonly IpvsRealServer[];
}

export type IpvsForwarding = 'masquerade' | 'direct' | 'tunnel';

/** How packets to a real server are encapsulated, with forwarding `tunnel`. */
export interface IpvsTunnel {
  readonly type: string;
  readonly port?: number;
  readonly checksum?: 'none' | 'full' | 'remote';
}

/** An `-a` or `-e` line. */
export interface IpvsRealServer {
  readonly span: Span;
  readonly addressSpan: Span;
  readonly address: IpvsAddress;
  /** `direct` when the line names none: that is what ipvsadm assumes. */
  readonly forwarding: IpvsForwarding;
  readonly tunnel?: IpvsTunnel;
  /** 0 takes no new connections. */
  readonly weight: number;
  /** Number of connections from which on it takes no new ones; 0 is no limit. */
  readonly upperThreshold: number;
  /** Number of connections below which it takes new ones again. */
  readonly lowerThreshold: number;
}

export interface IpvsCommand {
  /** The long name without dashes: `delete-service`, `clear`; an unknown one as written. */
  readonly name: string;
  readonly words: readonly string[];
  readonly span: Span;
}

/** What `ipvsadm -Ln` prints, in any of its column sets. */
export interface IpvsadmList {
  readonly text: string;
  /** The table size in the first line, when there is one. */
  readonly connectionTableSize?: number;
  /** The titles of the number columns, as printed: `Conns`, `InPkts`, ... or `Weight`, `ActiveConn`, ... */
  readonly columns: readonly string[];
  readonly virtualServers: readonly IpvsListedVirtualServer[];
  readonly problems: readonly RulesetProblem[];
}

/** Traffic since the counters were last zeroed (`--stats`); 64 bit in the kernel. Exact only with `--exact`. */
export interface IpvsCounters {
  readonly connections: bigint;
  readonly inPackets: bigint;
  readonly outPackets: bigint;
  readonly inBytes: bigint;
  readonly outBytes: bigint;
  /** False when one of the numbers was printed rounded, as `12K`. */
  readonly exact: boolean;
}

export interface IpvsListedVirtualServer {
  readonly span: Span;
  readonly service: IpvsService;
  readonly counters?: IpvsCounters;
  /** The words after the address without `--stats`: scheduler, flags, `persistent 360`. */
  readonly flags: readonly string[];
  readonly realServers: readonly IpvsListedRealServer[];
}

export interface IpvsListedRealServer {
  readonly span: Span;
  readonly address: IpvsAddress;
  readonly counters?: IpvsCounters;
  /** The forwarding column of a plain list. `local` is what the kernel shows for an address of the node itself. */
  readonly forwarding?: IpvsForwarding | 'local' | 'bypass';
  readonly weight?: number;
  readonly activeConnections?: number;
  readonly inactiveConnections?: number;
}

/** What `ipvsadm -L --timeout` prints: seconds after which an idle connection is forgotten. */
export interface IpvsTimeouts {
  readonly tcp: number;
  readonly tcpFin: number;
  readonly udp: number;
}
