import type { RuleChain, RuleOwner } from '../../model/nodeModel.ts';
import type { NftChain, NftDocument, NftTable } from '../../ruleset/nftables/document.ts';
import type { Locator } from '../locator.ts';
import { ownerOfName } from '../owners.ts';
import type { IptablesRuleset, ParsedPart } from '../parsedSnapshot.ts';
import { parseChainName } from './chainName.ts';
import { isProxyTable } from './proxyTable.ts';

const iptablesTables = new Set(['raw', 'mangle', 'nat', 'filter', 'security']);

/** The chains of nftables, apart from those of Services. */
export interface SortedNftChains {
  /** Base chains of all, and the fixed chains of kube-proxy. */
  readonly base: readonly RuleChain[];
  /** Chains of others, base chains among them; those of Services when the model does not take them for its Services. */
  readonly foreign: readonly RuleChain[];
}

/**
 * Whether the table holds what iptables-nft wrote and an `iptables-save` part of the snapshot shows already. nft can
 * list such tables only in part.
 */
export function isIptablesTable({ family, name }: NftTable, rulesets: readonly IptablesRuleset[]): boolean {
  if (!iptablesTables.has(name)) return false;
  const ipFamily = family === 'ip' ? 'ipv4' : family === 'ip6' ? 'ipv6' : undefined;
  return rulesets.some(
    (ruleset) => ruleset.backend === 'nf_tables' && ruleset.family === ipFamily && ruleset.tables.has(name),
  );
}

/** @param carriesServices whether kube-proxy's Service chains here belong to Services of the model. */
export function sortNftChains(
  { part, document, locator }: ParsedPart<NftDocument>,
  rulesets: readonly IptablesRuleset[],
  carriesServices: boolean,
): SortedNftChains {
  const base: RuleChain[] = [];
  const foreign: RuleChain[] = [];
  for (const table of document.ruleset.tables) {
    if (isIptablesTable(table, rulesets)) continue;
    const isProxy = isProxyTable(table);
    for (const chain of table.chains) {
      const belongsToService = isProxy && parseChainName(chain.name) !== undefined;
      if (belongsToService && carriesServices) continue;
      const described = describe(part.id, table, chain, locator);
      if (chain.hook !== undefined || (isProxy && !belongsToService)) base.push(described);
      if (!isProxy || belongsToService) foreign.push(described);
    }
  }
  return { base, foreign };
}

function describe(part: string, table: NftTable, chain: NftChain, locator: Locator): RuleChain {
  return {
    part,
    backend: 'nftables',
    family: table.family === 'ip' ? 'ipv4' : table.family === 'ip6' ? 'ipv6' : table.family,
    table: table.name,
    name: chain.name,
    owner: ownerOf(table, chain),
    ...(chain.hook === undefined ? {} : { hook: chain.hook.hook }),
    ...(chain.hook?.priority === undefined ? {} : { priority: chain.hook.priority }),
    ...(chain.hook?.policy === undefined ? {} : { policy: chain.hook.policy }),
    rules: chain.rules.length,
    location: locator.at(chain.span),
    get ruleLocations() {
      return chain.rules.map(({ span }) => locator.at(span));
    },
  };
}

function ownerOf(table: NftTable, chain: NftChain): RuleOwner {
  const owner = ownerOfName(table.name);
  return owner === 'unknown' ? ownerOfName(chain.name) : owner;
}
