import type { IptablesRules, IptablesTable, ServiceTable } from '../../model/serviceRules.ts';
import { serviceTables, sharedWithKubelet } from './ownChains.ts';

const noTable: IptablesTable = { chains: new Map(), hooks: new Map() };

/** A table as it stands and as it shall stand, or nothing in the place of one that is not there. */
export interface TablePair {
  readonly table: ServiceTable;
  readonly before: IptablesTable;
  readonly after: IptablesTable;
}

/**
 * What is desired, with what cannot go because others use it too: kubelet's KUBE-FIREWALL, and chains to which rules of
 * others lead, which are emptied instead.
 */
export function wantedTables(current: IptablesRules, desired: IptablesRules): readonly TablePair[] {
  return serviceTables.map((table) => {
    const before = current.tables.get(table) ?? noTable;
    const wanted = desired.tables.get(table) ?? noTable;
    const shared = table === 'filter' && current.hasKubelet === true ? withShared(before, wanted) : wanted;
    return { table, before, after: withHeld(before, shared) };
  });
}

function withHeld({ chains: before, heldByOthers }: IptablesTable, after: IptablesTable): IptablesTable {
  const held = [...(heldByOthers ?? [])].filter((chain) => before.has(chain) && !after.chains.has(chain));
  if (held.length === 0) return after;
  return { ...after, chains: new Map([...after.chains, ...held.map((chain) => [chain, []] as const)]) };
}

/** kube-proxy sees to it that the chain is there, and writes into it only what kubelet does too. */
function withShared(before: IptablesTable, after: IptablesTable): IptablesTable {
  const { chain, hook } = sharedWithKubelet;
  const rules = before.chains.get(chain);
  if (rules === undefined) return after;
  const wanted = after.chains.get(chain) ?? [];
  const chains = new Map(after.chains).set(chain, wanted.length === 0 ? rules : wanted);
  const hooks = new Map(after.hooks);
  for (const [builtIn, standing] of before.hooks) {
    const own = hooks.get(builtIn) ?? [];
    if (standing.includes(hook) && !own.includes(hook)) hooks.set(builtIn, [hook, ...own]);
  }
  return { chains, hooks };
}
