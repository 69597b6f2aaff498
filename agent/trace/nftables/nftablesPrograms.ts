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
  const tables: TableChains[] = [];
  const affinity: (() => ReadonlyMap<string, readonly string[]>)[] = [];
  for (const { part, document, locator } of documents) {
    if (part.status === 'partial') missing.push(incomplete(part.id));
    if (hash.test(document.text)) missing.push(sharesAssumed(part.id));
    for (const table of document.ruleset.tables) {
      const label = `${table.family} ${table.name}`;
      if (managedByIptables.has(label) || table.flags.includes('dormant')) continue;
      missing.push(...earlyChains(table));
      if (familiesOf[table.family].length === 0) continue;
      const context = TableContext.of(table, document.form === 'text' ? document.text : undefined);
      const chains = new TableChains(context, document, locator);
      const early = new TableChains(context.beforeTracking(), document, locator);
      baseChains.push(...baseChainsOf(context, (hook) => (isBeforeTracking(hook) ? early : chains)));
      tables.push(chains);
      affinity.push(once(() => affinityListsOf(document, table)));
    }
  }
  return {
    baseChains,
    missing,
    affinityLists: ({ address, port }) =>
      affinity.flatMap((lists) => lists().get(endpointKey(address.text, port)) ?? []),
    rulesTo: ({ address, port }) =>
      tables.flatMap((table) => table.places(table.leads.translations(address.text, port))),
  };
}

/** NF_IP_PRI_CONNTRACK: chains of lower priority see packets without their connection. */
const trackingPriority = -200;

function isBeforeTracking({ hook, priority }: NftHook): boolean {
  return (hook === 'prerouting' || hook === 'output') && (priority ?? 0) < trackingPriority;
}

function baseChainsOf({ table, label }: TableContext, chainsAt: (hook: NftHook) => TableChains): readonly BaseChain[] {
  return table.chains.flatMap((chain) => {
    const hook = chain.hook && hookOf(chain.hook);
    const program = chain.hook && chainsAt(chain.hook).chain(chain.name);
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

const hash = /\b(?:jhash|symhash)\b/;

function sharesAssumed(part: string): TraceFact {
  const message = `Rules in ${part} choose by a hash of the packet, which is not computed: all choices count as equally likely.`;
  return { code: 'hash-shares-assumed', message, args: { part } };
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
