import type { NftablesChain, NftablesSet, NftablesTable } from '../../model/serviceRules.ts';
import { sameHook, sameRules, sameSetForm } from './sameMeaning.ts';

/** What of a table has to change. Names only; what belongs to them is in the two tables. */
export interface TableDifference {
  readonly chains: {
    readonly made: readonly string[];
    /** There before and after, with other rules; or with rules that use a set that is made anew. */
    readonly refilled: readonly string[];
    /** Hang elsewhere than they should, which only making them anew changes. */
    readonly moved: readonly string[];
    readonly gone: readonly string[];
  };
  readonly sets: {
    readonly made: readonly string[];
    /** Have another type, or another timeout; all their elements go. */
    readonly remade: readonly string[];
    readonly gone: readonly string[];
  };
  /** By set; only sets that are there afterwards, and of which elements change. */
  readonly elements: ReadonlyMap<string, ElementDifference>;
}

/** Keys of elements. One whose value changes is in both. */
export interface ElementDifference {
  readonly deleted: readonly string[];
  readonly added: readonly string[];
}

const nothing: NftablesTable = { comment: undefined, chains: new Map(), sets: new Map() };

/** Comments of chains and sets do not count: nothing looks at them, and they cannot be changed. */
export function tableDifference(current: NftablesTable = nothing, desired: NftablesTable): TableDifference {
  const sets = setDifference(current.sets, desired.sets);
  return {
    sets,
    chains: chainDifference(current, desired, new Set(sets.remade)),
    elements: elementDifferences(current.sets, desired.sets, new Set(sets.remade)),
  };
}

function setDifference(
  current: ReadonlyMap<string, NftablesSet>,
  desired: ReadonlyMap<string, NftablesSet>,
): TableDifference['sets'] {
  const made: string[] = [];
  const remade: string[] = [];
  for (const [name, set] of desired) {
    const there = current.get(name);
    if (there === undefined) made.push(name);
    else if (there !== set && !sameSetForm(there, set)) remade.push(name);
  }
  return { made, remade, gone: missingFrom(desired, current) };
}

function chainDifference(
  current: NftablesTable,
  desired: NftablesTable,
  remadeSets: ReadonlySet<string>,
): TableDifference['chains'] {
  const made: string[] = [];
  const refilled: string[] = [];
  const moved: string[] = [];
  for (const [name, chain] of desired.chains) {
    const there = current.chains.get(name);
    if (there === undefined) made.push(name);
    else if (!sameHook(there.hook, chain.hook)) moved.push(name);
    else if (!sameRules(there.rules, chain.rules) || usesAny(there, remadeSets)) refilled.push(name);
  }
  return { made, refilled, moved, gone: missingFrom(desired.chains, current.chains) };
}

function usesAny({ rules }: NftablesChain, sets: ReadonlySet<string>): boolean {
  if (sets.size === 0) return false;
  return rules.some((rule) => [...rule.matchAll(/@(\S+)/g)].some(([, name = '']) => sets.has(name)));
}

function missingFrom(wanted: ReadonlyMap<string, unknown>, present: ReadonlyMap<string, unknown>): readonly string[] {
  const missing: string[] = [];
  for (const name of present.keys()) if (!wanted.has(name)) missing.push(name);
  return missing;
}

const noElements: Pick<NftablesSet, 'elements' | 'elementComments'> = {
  elements: new Map(),
  elementComments: new Map(),
};

function elementDifferences(
  current: ReadonlyMap<string, NftablesSet>,
  desired: ReadonlyMap<string, NftablesSet>,
  remade: ReadonlySet<string>,
): TableDifference['elements'] {
  const differences = new Map<string, ElementDifference>();
  for (const [name, set] of desired) {
    const there = remade.has(name) ? noElements : (current.get(name) ?? noElements);
    if (there.elements === set.elements && there.elementComments === set.elementComments) continue;
    const difference = elementDifference(there, set);
    if (difference.added.length + difference.deleted.length > 0) differences.set(name, difference);
  }
  return differences;
}

function elementDifference(current: typeof noElements, desired: typeof noElements): ElementDifference {
  const deleted: string[] = [];
  const added: string[] = [];
  const haveComments = current.elementComments.size + desired.elementComments.size > 0;
  for (const [key, value] of desired.elements) {
    const there = current.elements.get(key);
    if (there === value && (!haveComments || current.elementComments.get(key) === desired.elementComments.get(key))) {
      continue;
    }
    if (there !== undefined) deleted.push(key);
    added.push(key);
  }
  for (const key of current.elements.keys()) if (!desired.elements.has(key)) deleted.push(key);
  return { deleted, added };
}

/** Whether nothing has to change. */
export function isSameTable({ chains, sets, elements }: TableDifference): boolean {
  const lists = [chains.made, chains.refilled, chains.moved, chains.gone, sets.made, sets.remade, sets.gone];
  return elements.size === 0 && lists.every((list) => list.length === 0);
}
