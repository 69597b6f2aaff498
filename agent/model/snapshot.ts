import type { IpFamily } from './address.ts';

/** What a part of a snapshot holds, and so which parser reads it. */
export type PartKind =
  | 'iptables-save'
  | 'ipset-save'
  | 'ipvsadm-save'
  | 'ipvsadm-stats'
  | 'ipvsadm-timeouts'
  | 'nft-json'
  | 'nft-text'
  | 'addresses'
  | 'routes'
  | 'routing-rules'
  | 'sysctls'
  | 'modules'
  | 'kube-proxy'
  | 'iptables-version'
  /** Services and EndpointSlices, as `kubectl get` writes them, that stood among saved dumps. */
  | 'kubernetes-objects'
  | 'unrecognised';

/** Which kernel interface an iptables binary talks to: `legacy` is ip_tables, `nf_tables` is iptables-nft. */
export type IptablesBackend = 'legacy' | 'nf_tables';

/**
 * How a part was got.
 *
 * - `complete`: everything was read.
 * - `partial`: the tool died midway or its output was cut; `text` holds what came before.
 * - `missing`: there was nothing to read (tool not installed, module not loaded, kernel without support).
 * - `failed`: the tool was there and refused (no permission, lock held, time ran out).
 */
export type PartStatus = 'complete' | 'partial' | 'missing' | 'failed';

/** Why a part is not complete. */
export interface PartReason {
  /** Stable, kebab-case: `tool-not-found`, `permission-denied`, `lock-held`, `timed-out`, `crashed`, `cancelled`, ... */
  readonly code: string;
  /** Complete English sentence. */
  readonly message: string;
  readonly args: Readonly<Record<string, string | number>>;
}

/** One thing read from a node (or one file of a saved dump), verbatim. */
export interface SnapshotPart {
  /**
   * Unique in its snapshot and the same for the same thing in every snapshot of a node. For a live node it looks like
   * a file name: `iptables-save`, `ip6tables-save`, `iptables-legacy-save`, `ipset-save`, `nft.json`; for saved dumps
   * it is the file's path as the user gave it.
   */
  readonly id: string;
  readonly kind: PartKind;
  /** Set where one family's rules stand in the part. */
  readonly family?: IpFamily;
  /** Set for `iptables-save` parts whose backend is known. */
  readonly backend?: IptablesBackend;
  /** How it was got: the argument vector, or the file's path. Empty when nothing was run. */
  readonly source: readonly string[];
  readonly status: PartStatus;
  readonly reason?: PartReason;
  /** Milliseconds that reading took. */
  readonly durationMs: number;
  /** What was read, decoded without loss; empty when there is none. */
  readonly text: string;
}

/** What was read from one node at one time, or loaded from saved dumps. */
export interface Snapshot {
  /** RFC 3339, UTC: when reading began. */
  readonly takenAt: string;
  /** The node's host name, or the name of the folder of saved dumps. */
  readonly nodeName: string;
  /** Whether it was read from this machine's kernel just now or from saved files. */
  readonly origin: 'live' | 'files';
  readonly parts: readonly SnapshotPart[];
}
