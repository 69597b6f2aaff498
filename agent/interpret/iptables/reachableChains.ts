import type { ChainRole, ServiceChain } from '../../model/service.ts';
import type { ChainIndex } from '../../ruleset/iptables/document.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';
import type { DispatchRule } from './portDraft.ts';

/** A chain of a Service, with what it is for. */
export interface PortChain {
  readonly ruleset: IptablesRuleset;
  readonly chain: ChainIndex;
  readonly role: ChainRole;
}

/** The chains that packets of a Service go through, in the order in which they are met. */
export function reachableChains(dispatches: readonly DispatchRule[]): PortChain[] {
  const found: PortChain[] = [];
  const seen = new Map<IptablesRuleset, Set<ChainIndex>>();
  const visit = (ruleset: IptablesRuleset, chain: ChainIndex): void => {
    const role = ruleset.roles.of(chain);
    if (role === undefined) return;
    const visited = seen.get(ruleset) ?? new Set();
    seen.set(ruleset, visited);
    if (visited.has(chain)) return;
    visited.add(chain);
    found.push({ ruleset, chain, role });
  };
  for (const { ruleset, target } of dispatches) visit(ruleset, target);
  for (let next = 0; next < found.length; next++) {
    const from = found[next];
    if (from === undefined) break;
    for (const rule of from.ruleset.dump.chainRules(from.chain))
      visit(from.ruleset, from.ruleset.dump.targetChain(rule));
  }
  return found;
}

/** The chain as the model shows it. */
export function describeChain({ ruleset, chain, role }: PortChain): ServiceChain {
  const { dump, family, locator } = ruleset;
  const { line, name, table } = dump.chain(chain);
  const rules = [...dump.chainRules(chain)];
  return {
    role,
    family,
    table: dump.tables[table]?.name ?? '',
    name,
    rules: rules.length,
    location: locator.line(line),
    ruleLocations: rules.map((rule) => locator.line(dump.ruleLine(rule))),
    next: nextOf(ruleset, rules),
  };
}

/** Where the rules hand packets to: chains with a role, and the addresses of DNAT. Each once. */
function nextOf({ dump, roles }: IptablesRuleset, rules: readonly number[]): string[] {
  const next = new Set<string>();
  for (const rule of rules) {
    const target = dump.targetChain(rule);
    if (roles.of(target) !== undefined) next.add(dump.chainName(target));
    const address = target === -1 ? dump.optionValue(rule, '--to-destination') : undefined;
    if (address !== undefined) next.add(address);
  }
  return [...next];
}
