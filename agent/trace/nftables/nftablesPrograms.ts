import type { ParsedPart } from '../../interpret/parsedSnapshot.ts';
import type { IpFamily } from '../../model/address.ts';
import type { TraceFact } from '../../model/packetTrace.ts';
import type { NftDocument, NftFamily, NftHook, NftTable } from '../../ruleset/nftables/document.ts';
import type { BaseChain, Hook, RulePrograms } from '../ruleProgram.ts';
import { affinityListsOf, endpointKey } from './affinity.ts';
import { TableChains } from './chain.ts';
import { TableContext } from './tableContext.ts';

const familiesOf: Readonly<Record<NftFamily, readonly IpFamily[]>> = {
  ip: ['ipv4'],
  ip6: ['ipv6'],
  inet: ['ipv4', 'ipv6'],
  arp: [],
  bridge: [],
  netdev: [],
};

/**
 * The rules of nftables.
 * @param managedByIptables tables, such as `ip nat`, that iptables-save tells of too, and that are left out here
 */
export function nftablesPrograms(
  documents: readonly ParsedPart<NftDocument>[],
  managedByIptables: ReadonlySet<string>,
): RulePrograms {
  const baseChains: BaseChain[] = [];
  const missing: TraceFact[] = [];
  const affinity: (() => ReadonlyMap<string, readonly string[]>)[] = [];
  for (const { part, document, locator } of documents) {
    if (part.status === 'partial') missing.push(incomplete(part.id));
    for (const table of document.ruleset.tables) {
      const label = `${table.family} ${table.name}`;
      if (managedByIptables.has(label) || table.flags.includes('dormant')) continue;
      missing.push(...earlyChains(table));
      if (familiesOf[table.family].length === 0) continue;
      const context = new TableContext(table, document.form === 'text' ? document.text : undefined);
      baseChains.push(...baseChainsOf(context, new TableChains(context, document, locator)));
      affinity.push(once(() => affinityListsOf(document, table)));
    }
  }
  return {
    baseChains,
    missing,
    affinityLists: ({ address, port }) =>
      affinity.flatMap((lists) => lists().get(endpointKey(address.text, port)) ?? []),
  };
}

function baseChainsOf({ table, label }: TableContext, chains: TableChains): readonly BaseChain[] {
  return table.chains.flatMap((chain) => {
    const hook = chain.hook && hookOf(chain.hook);
    const program = chains.chain(chain.name);
    if (!chain.hook || !hook || hook === 'ingress' || !program) return [];
    const base: BaseChain = {
      hook,
      priority: chain.hook.priority ?? 0,
      type: typeOf(chain.hook.type),
      families: familiesOf[table.family],
      table: label,
      program,
      policy: chain.hook.policy === 'drop' ? 'drop' : 'accept',
    };
    return [base];
  });
}

function hookOf({ hook }: NftHook): Hook | undefined {
  switch (hook) {
    case 'ingress':
    case 'prerouting':
    case 'input':
    case 'forward':
    case 'output':
    case 'postrouting':
      return hook;
    default:
      return undefined;
  }
}

function typeOf(type: string): BaseChain['type'] {
  return type === 'nat' || type === 'route' ? type : 'filter';
}

/** Chains of devices see packets before, or after, all that is simulated. */
function earlyChains(table: NftTable): readonly TraceFact[] {
  if (table.family !== 'inet' && table.family !== 'netdev') return [];
  return table.chains.flatMap(({ name, hook, rules }) => {
    if ((hook?.hook !== 'ingress' && hook?.hook !== 'egress') || rules.length === 0) return [];
    const label = `${table.family} ${table.name}`;
    const message = `What the chain "${name}" of table "${label}" does at its network devices is not simulated.`;
    return [{ code: 'device-chain-not-simulated', message, args: { table: label, chain: name } }];
  });
}

function incomplete(part: string): TraceFact {
  const message = `Only the beginning of the nftables rules could be read (${part}).`;
  return { code: 'nftables-incomplete', message, args: { part } };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
