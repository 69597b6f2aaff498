import type { IpFamily } from '../../model/address.ts';
import type { NftChain, NftDocument, NftSet, NftTable } from '../../ruleset/nftables/document.ts';
import type { Locator } from '../locator.ts';
import type { ParsedPart } from '../parsedSnapshot.ts';

/** kube-proxy's table of one family, with its chains and sets by name. */
export interface ProxyTable {
  readonly table: NftTable;
  readonly family: IpFamily;
  /** The dump in which it stands. */
  readonly text: string;
  readonly locator: Locator;
  /** Whether all of the dump was there and understood; else nothing can be said to be missing in it. */
  readonly isWhole: boolean;
  readonly chains: ReadonlyMap<string, NftChain>;
  /** Sets and maps. */
  readonly sets: ReadonlyMap<string, NftSet>;
}

/** Finds the tables that kube-proxy's nftables mode makes: `ip kube-proxy` and `ip6 kube-proxy`. */
export function findProxyTables(parts: readonly ParsedPart<NftDocument>[]): ProxyTable[] {
  return parts.flatMap(({ part, document, locator }) =>
    document.ruleset.tables.filter(isProxyTable).map((table) => ({
      table,
      family: table.family === 'ip6' ? ('ipv6' as const) : ('ipv4' as const),
      text: document.text,
      isWhole: part.status === 'complete' && document.problems.every(({ severity }) => severity !== 'error'),
      locator,
      chains: new Map(table.chains.map((chain) => [chain.name, chain])),
      sets: new Map(table.sets.map((set) => [set.name, set])),
    })),
  );
}

/** Whether kube-proxy made the table. */
export function isProxyTable({ family, name }: NftTable): boolean {
  return name === 'kube-proxy' && (family === 'ip' || family === 'ip6');
}
