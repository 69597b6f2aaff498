import type { IpFamily } from '../model/address.ts';
import type { IptablesBackend, Snapshot, SnapshotPart } from '../model/snapshot.ts';
import type { IpsetDump } from '../ruleset/ipset/document.ts';
import type { IptablesDump, TableIndex } from '../ruleset/iptables/document.ts';
import type { IpvsadmList, IpvsadmSave } from '../ruleset/ipvs/document.ts';
import type { NftDocument } from '../ruleset/nftables/document.ts';
import type { LocalAddress } from './addresses.ts';
import type { ChainRoles } from './iptables/chainRole.ts';
import type { Locator } from './locator.ts';

/** One part of a snapshot after its parser. */
export interface ParsedPart<Document> {
  readonly part: SnapshotPart;
  readonly document: Document;
  readonly locator: Locator;
}

/** The iptables tables of one family in one backend that stand in one part. */
export interface IptablesRuleset {
  readonly part: SnapshotPart;
  readonly dump: IptablesDump;
  readonly locator: Locator;
  readonly backend: IptablesBackend;
  readonly family: IpFamily;
  /** By name: `nat`, `filter`, ... */
  readonly tables: ReadonlyMap<string, TableIndex>;
  readonly roles: ChainRoles;
}

/** All parts of a snapshot that hold rules, parsed. */
export interface ParsedSnapshot {
  readonly snapshot: Snapshot;
  readonly iptables: readonly ParsedPart<IptablesDump>[];
  /** The same, one entry for each family and backend that a part holds. */
  readonly rulesets: readonly IptablesRuleset[];
  readonly ipsets: readonly ParsedPart<IpsetDump>[];
  readonly ipvs: readonly ParsedPart<IpvsadmSave>[];
  readonly ipvsStats: readonly ParsedPart<IpvsadmList>[];
  readonly nftables: readonly ParsedPart<NftDocument>[];
  /** Undefined when the snapshot has no part with addresses. */
  readonly addresses: readonly LocalAddress[] | undefined;
}
