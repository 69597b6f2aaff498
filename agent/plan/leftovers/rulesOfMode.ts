import type {
  FamilyRules,
  IptablesRules,
  IptablesTable,
  ServiceRules,
  ServiceTable,
} from '../../model/serviceRules.ts';
import { sharedWithKubelet } from '../iptables/ownChains.ts';
import type { RulesMode } from '../modeOf.ts';
import { fixedChains, type IptablesMode, isHookOfMode } from './modeChains.ts';

/**
 * The part of what stands that a mode uses: what would be left if nothing had ever been there but this mode. Of iptables
 * that is what packets can reach through the mode's own rules in built-in chains. In the mode `userspace`, which nobody
 * makes any more, the chains are left as they are.
 */
export function rulesOfMode(rules: ServiceRules, mode: RulesMode): ServiceRules {
  return {
    families: new Map([...rules.families].map(([family, each]) => [family, familyOfMode(each, mode)])),
    sysctls: rules.sysctls,
    otherBackend: new Map(),
  };
}

function familyOfMode(rules: FamilyRules, mode: RulesMode): FamilyRules {
  const isIpvs = mode === 'ipvs';
  return {
    iptables: mode === 'userspace' ? rules.iptables : iptablesOfMode(rules.iptables, mode),
    ipsets: isIpvs ? rules.ipsets : new Map(),
    virtualServers: isIpvs ? rules.virtualServers : new Map(),
    serviceDevice: isIpvs ? rules.serviceDevice : undefined,
    nftables: mode === 'nftables' ? rules.nftables : undefined,
  };
}

function iptablesOfMode(iptables: IptablesRules, mode: RulesMode): IptablesRules {
  const tables = new Map<ServiceTable, IptablesTable>();
  for (const [name, table] of iptables.tables) {
    const kept = mode === 'iptables' || mode === 'ipvs' ? tableOfMode(name, table, mode) : noTable;
    const used = iptables.hasKubelet === true ? withKubelets(name, table, kept) : kept;
    if (used.chains.size > 0 || used.hooks.size > 0) tables.set(name, { ...table, ...used });
  }
  return { ...iptables, tables };
}

const noTable: IptablesTable = { chains: new Map(), hooks: new Map() };

function tableOfMode(name: ServiceTable, { chains, hooks }: IptablesTable, mode: IptablesMode): IptablesTable {
  const kept = new Map<string, readonly string[]>();
  for (const [chain, rules] of hooks) {
    const own = rules.filter((rule) => isHookOfMode(rule, name, mode));
    if (own.length > 0) kept.set(chain, own);
  }
  const used = new Set([...fixedChains[mode][name], ...[...kept.values()].flatMap((rules) => rules.map(targetOf))]);
  const open = [...used];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const rule of chains.get(next) ?? []) {
      const target = targetOf(rule);
      if (used.has(target) || !chains.has(target)) continue;
      used.add(target);
      open.push(target);
    }
  }
  return { chains: new Map([...chains].filter(([chain]) => used.has(chain))), hooks: kept };
}

/** kubelet may have made this chain as well as kube-proxy, so that it is left where there is a kubelet of that kind. */
function withKubelets(name: ServiceTable, { chains, hooks }: IptablesTable, kept: IptablesTable): IptablesTable {
  const { chain, hook } = sharedWithKubelet;
  const rules = chains.get(chain);
  if (name !== 'filter' || rules === undefined || kept.chains.has(chain)) return kept;
  const keptHooks = new Map(kept.hooks);
  for (const [builtIn, all] of hooks) {
    const own = kept.hooks.get(builtIn) ?? [];
    const both = all.filter((rule) => rule === hook || own.includes(rule));
    if (both.length > 0) keptHooks.set(builtIn, both);
  }
  return { chains: new Map([...kept.chains, [chain, rules]]), hooks: keptHooks };
}

/** The chain that a rule ends with; a word that is no chain when it leads to none. */
function targetOf(rule: string): string {
  return rule.slice(rule.lastIndexOf(' ') + 1);
}
