import type { IpFamily } from '../../model/address.ts';
import type { BaseChain, Hook, RulePrograms } from '../ruleProgram.ts';

/** What netfilter runs at a hook, in order. */
export type HookEntry =
  | { readonly kind: 'chain'; readonly base: BaseChain }
  /** The packet's connection is looked up. */
  | { readonly kind: 'connection' }
  /** Translations begin: `end` is the number of the entry at which they are applied, after their chains. */
  | { readonly kind: 'translate'; readonly part: 'source' | 'destination'; readonly end: number }
  | { readonly kind: 'translated'; readonly part: 'source' | 'destination' }
  /** A new routing decision if the chain before changed what routes depend on. */
  | { readonly kind: 'reroute' }
  /** ipvs looks whether the packet is for a virtual server. */
  | { readonly kind: 'virtualServers' };

/** linux/netfilter_ipv4.h, `enum nf_ip_hook_priorities`; those of IPv6 are the same. */
const priorities = { connection: -200, destination: -100, source: 100 } as const;

/** Where ipvs schedules: `ip_vs_in_hook` among `ip_vs_ops4` in net/netfilter/ipvs/ip_vs_core.c. */
const virtualServerPriorities: Partial<Record<Hook, number>> = {
  input: priorities.source - 1,
  output: priorities.destination + 2,
};

/** Which part of a connection the nat chains of a hook translate (HOOK2MANIP of net/netfilter/nf_nat_core.c). */
const translatedPart: Partial<Record<Hook, 'source' | 'destination'>> = {
  prerouting: 'destination',
  output: 'destination',
  input: 'source',
  postrouting: 'source',
};

/**
 * The number of a chain's table in the order in which the tables were made; undefined when it is not known, which is as
 * if it were made last: legacy tables come with the first rule of iptables.
 */
export type CreationOrder = (base: BaseChain, family: IpFamily) => number | undefined;

/**
 * The order in which netfilter runs at a hook what rules and the kernel itself have there. All nat chains run where
 * nf_nat itself is hooked (`nf_nat_ipv4_ops` of net/netfilter/nf_nat_proto.c); their own priorities only order them
 * among each other.
 */
export function hookOrder(
  programs: readonly RulePrograms[],
  family: IpFamily,
  hook: Hook,
  creation: CreationOrder,
): readonly HookEntry[] {
  const chains = programs
    .flatMap(({ baseChains }) => baseChains.filter((base) => base.hook === hook && base.families.includes(family)))
    .map((base, index) => ({ base, age: creation(base, family) ?? Number.POSITIVE_INFINITY, index }))
    // Of equal ones, netfilter puts the one that is registered last before the others (`nf_hook_entries_grow`).
    .sort((a, b) => a.base.priority - b.base.priority || compare(b.age, a.age) || b.index - a.index)
    .map(({ base }) => base);
  const ordered: { priority: number; entries: (HookEntry | 'translate')[] }[] = chains
    .filter(({ type }) => type !== 'nat')
    .map((base) => ({
      priority: base.priority,
      entries: [
        { kind: 'chain', base },
        // Elsewhere the type makes no difference (`ipt_mangle_out`, nf_tables' `nft_chain_route.c`).
        ...(base.type === 'route' && hook === 'output' ? [{ kind: 'reroute' } as const] : []),
      ],
    }));
  const insert = (priority: number, entries: (HookEntry | 'translate')[]): void => {
    const after = ordered.findIndex((each) => each.priority >= priority);
    ordered.splice(after === -1 ? ordered.length : after, 0, { priority, entries });
  };
  if (hook === 'prerouting' || hook === 'output') insert(priorities.connection, [{ kind: 'connection' }]);
  const part = translatedPart[hook];
  if (part !== undefined) {
    const own = chains.filter(({ type }) => type === 'nat').map((base) => ({ kind: 'chain', base }) as const);
    insert(priorities[part], ['translate', ...own, { kind: 'translated', part }]);
  }
  const virtualServers = virtualServerPriorities[hook];
  if (virtualServers !== undefined) insert(virtualServers, [{ kind: 'virtualServers' }]);

  const flat = ordered.flatMap(({ entries }) => entries);
  const end = flat.findIndex((entry) => entry !== 'translate' && entry.kind === 'translated');
  return flat.map((entry) => (entry === 'translate' ? { kind: 'translate', part: part ?? 'destination', end } : entry));
}

/** Infinite ones are equal. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
