import { isWhole } from '../../interpret/iptables/rulesets.ts';
import type { IptablesRuleset } from '../../interpret/parsedSnapshot.ts';
import type { BaseChain, Hook, RulePrograms } from '../ruleProgram.ts';
import { TableChains } from './chainProgram.ts';
import { EndpointRules } from './endpointRules.ts';
import { rulesCutOff, socketsAssumed } from './facts.ts';

const hookOfChain: ReadonlyMap<string, Hook> = new Map([
  ['PREROUTING', 'prerouting'],
  ['INPUT', 'input'],
  ['FORWARD', 'forward'],
  ['OUTPUT', 'output'],
  ['POSTROUTING', 'postrouting'],
]);

/**
 * Where each table hooks in (enum nf_ip_hook_priorities of linux/netfilter_ipv4.h, and the `valid_hooks` of
 * net/ipv4/netfilter/iptable_*.c). iptables-nft makes base chains of the same priorities, but for one table.
 */
const priorities: Readonly<Record<string, Partial<Record<Hook, number>>>> = {
  raw: { prerouting: -300, output: -300 },
  mangle: { prerouting: -150, input: -150, forward: -150, output: -150, postrouting: -150 },
  nat: { prerouting: -100, output: -100, input: 100, postrouting: 100 },
  filter: { input: 0, forward: 0, output: 0 },
  security: { input: 50, forward: 50, output: 50 },
};

/** Where iptables-nft hooks its table `security` in (iptables/nft.c, `xtables_ipv4`): after the translation of sources. */
const nftSecurityPriority = 150;

/** The rules of iptables and ip6tables in a snapshot, of both backends. */
export function iptablesPrograms(rulesets: readonly IptablesRuleset[]): RulePrograms {
  const tables = rulesets.flatMap((ruleset) =>
    [...ruleset.tables].map(([name, index]) => new TableChains(ruleset, name, index)),
  );
  const dumps = [...new Set(rulesets.map(({ dump }) => dump))];
  const endpointRules = dumps.map((dump) => ({ dump, rules: new EndpointRules(dump) }));
  return {
    baseChains: tables.flatMap(baseChainsOf),
    affinityLists: (endpoint) => [...new Set(endpointRules.flatMap(({ rules }) => rules.affinityLists(endpoint)))],
    rulesTo: (endpoint) =>
      endpointRules.flatMap(({ dump, rules }) => {
        const ownTables = tables.filter(({ ruleset }) => ruleset.dump === dump);
        return rules.to(endpoint).flatMap((rule) => ownTables.flatMap((table) => table.place(rule) ?? []));
      }),
    missing: [
      ...tables
        .filter(({ ruleset, index }) => !isWhole(ruleset, index))
        .map(({ ruleset, name }) => rulesCutOff(ruleset.part.id, name)),
      ...rulesets.filter(({ dump }) => dump.text.includes(' -m socket ')).map(({ part }) => socketsAssumed(part.id)),
    ],
  };
}

function baseChainsOf(chains: TableChains): BaseChain[] {
  const { name: table, ruleset } = chains;
  return [...hookOfChain].flatMap(([name, hook]): BaseChain[] => {
    const known = priorities[table]?.[hook];
    const isMoved = table === 'security' && ruleset.backend === 'nf_tables';
    const priority = isMoved && known !== undefined ? nftSecurityPriority : known;
    const program = chains.named(name);
    if (priority === undefined || program === undefined) return [];
    const type = table === 'nat' ? 'nat' : table === 'mangle' && hook === 'output' ? 'route' : 'filter';
    const policy = program.policy === 'DROP' ? 'drop' : 'accept';
    return [{ hook, priority, type, families: [ruleset.family], table, program, policy }];
  });
}
