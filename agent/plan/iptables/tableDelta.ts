import type { ServiceTable } from '../../model/serviceRules.ts';
import { type ChainEdit, editChain } from './chainEdit.ts';
import { editHooks, type HookEdit } from './hookEdit.ts';
import type { TablePair } from './wantedTables.ts';

/** What has to change in a table. */
export interface TableDelta {
  readonly table: ServiceTable;
  /** Chains that are not there yet, with their rules. */
  readonly made: ReadonlyMap<string, readonly string[]>;
  /** Chains that are there and shall hold other rules. */
  readonly edited: readonly ChainEdit[];
  /** Chains that nobody needs any more, with the rules that they hold. */
  readonly gone: ReadonlyMap<string, readonly string[]>;
  readonly hooks: readonly HookEdit[];
}

/** @returns undefined when nothing has to change. */
export function tableDelta({ table, before, after }: TablePair): TableDelta | undefined {
  const hooks = editedHooks(before.hooks, after.hooks);
  const { made, edited, gone } = chainsDelta(before.chains, after.chains);
  const isNothing = made.size === 0 && edited.length === 0 && gone.size === 0 && hooks.length === 0;
  return isNothing ? undefined : { table, made, edited, gone, hooks };
}

type Chains = ReadonlyMap<string, readonly string[]>;

function chainsDelta(before: Chains, after: Chains): Pick<TableDelta, 'made' | 'edited' | 'gone'> {
  // Of 100,000 chains, no copies where none are needed.
  if (before.size === 0 || after.size === 0) return { made: after, edited: [], gone: before };
  const made = new Map<string, readonly string[]>();
  const edited: ChainEdit[] = [];
  for (const [chain, rules] of after) {
    const standing = before.get(chain);
    if (standing === undefined) {
      made.set(chain, rules);
    } else {
      const edit = editChain(chain, standing, rules);
      if (edit !== undefined) edited.push(edit);
    }
  }
  const gone = new Map<string, readonly string[]>();
  for (const [chain, rules] of before) if (!after.has(chain)) gone.set(chain, rules);
  return { made, edited, gone };
}

function editedHooks(before: Chains, after: Chains): readonly HookEdit[] {
  const edits: HookEdit[] = [];
  for (const builtIn of new Set([...after.keys(), ...before.keys()])) {
    const edit = editHooks(builtIn, before.get(builtIn) ?? [], after.get(builtIn) ?? []);
    if (edit !== undefined) edits.push(edit);
  }
  return edits;
}
