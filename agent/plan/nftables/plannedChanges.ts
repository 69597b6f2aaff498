import type { IpFamily } from '../../model/address.ts';
import type { NftablesChain, NftablesSet, NftablesTable } from '../../model/serviceRules.ts';
import type { PlannedChange } from '../planStep.ts';
import { elementText } from './nftScript.ts';
import { sameRule } from './sameMeaning.ts';
import { serviceOfElement, serviceOfName } from './serviceOf.ts';
import { type TableDifference, tableDifference } from './tableDifference.ts';

/** What changes between two tables, for the reader: what goes and what comes of each chain, then of each set. */
export function plannedChanges(
  current: NftablesTable | undefined,
  desired: NftablesTable,
  { chains, sets, elements }: TableDifference,
  family: IpFamily,
): readonly PlannedChange[] {
  const list = new ChangeList(family);
  const chainBefore = (name: string) => current?.chains.get(name);
  const chainAfter = (name: string) => desired.chains.get(name);
  for (const name of chains.made) list.chain('+', name, chainAfter(name));
  for (const name of chains.moved) {
    list.chain('-', name, chainBefore(name));
    list.chain('+', name, chainAfter(name));
  }
  for (const name of chains.refilled) list.rules(name, chainBefore(name)?.rules ?? [], chainAfter(name)?.rules ?? []);
  for (const name of chains.gone) list.chain('-', name, chainBefore(name));
  for (const name of [...sets.remade, ...sets.gone]) list.set('-', name, current?.sets.get(name));
  for (const name of [...sets.made, ...sets.remade]) list.set('+', name, desired.sets.get(name));
  for (const [name, { deleted, added }] of elements) {
    list.elements('-', name, current?.sets.get(name), deleted);
    list.elements('+', name, desired.sets.get(name), added);
  }
  return list.changes;
}

/** What goes with a whole table. */
export function deletedTable(current: NftablesTable, family: IpFamily): readonly PlannedChange[] {
  const empty: NftablesTable = { comment: undefined, chains: new Map(), sets: new Map() };
  const { chains, sets } = tableDifference(current, empty);
  const list = new ChangeList(family);
  for (const name of chains.gone) list.chain('-', name, current.chains.get(name));
  for (const name of sets.gone) {
    const set = current.sets.get(name);
    list.set('-', name, set);
    list.elements('-', name, set, [...(set?.elements.keys() ?? [])]);
  }
  return list.changes;
}

class ChangeList {
  readonly changes: PlannedChange[] = [];
  readonly #family: IpFamily;

  constructor(family: IpFamily) {
    this.#family = family;
  }

  /** A chain with all that is in it. */
  chain(sign: '+' | '-', name: string, chain: NftablesChain | undefined): void {
    if (chain === undefined) return;
    const place = `chain ${name}`;
    const service = serviceOfName(name);
    if (chain.hook !== undefined) this.#add(sign, place, chain.hook, service);
    else if (chain.rules.length === 0) this.#add(sign, place, '', service);
    for (const rule of chain.rules) this.#add(sign, place, rule, service);
  }

  /** What differs between the rules of a chain; all of them where only their order does. */
  rules(name: string, before: readonly string[], after: readonly string[]): void {
    const place = `chain ${name}`;
    const service = serviceOfName(name);
    const gone = without(before, after);
    const come = without(after, before);
    const onlyOrder = gone.length + come.length === 0;
    for (const rule of onlyOrder ? before : gone) this.#add('-', place, rule, service);
    for (const rule of onlyOrder ? after : come) this.#add('+', place, rule, service);
  }

  set(sign: '+' | '-', name: string, set: NftablesSet | undefined): void {
    if (set === undefined) return;
    const { kind, type, flags, timeout } = set;
    const properties = [
      `type ${type}`,
      ...(flags.length === 0 ? [] : [`flags ${flags.join(',')}`]),
      ...(timeout === undefined ? [] : [`timeout ${timeout}`]),
    ];
    this.#add(sign, `${kind} ${name}`, properties.join('; '), serviceOfName(name));
  }

  elements(sign: '+' | '-', name: string, set: NftablesSet | undefined, keys: readonly string[]): void {
    if (set === undefined) return;
    const place = `${set.kind} ${name}`;
    for (const key of keys) {
      const service = serviceOfElement(set.elements.get(key) ?? '', set.elementComments.get(key));
      this.#add(sign, place, elementText(set, key), service);
    }
  }

  #add(sign: '+' | '-', place: string, text: string, service: string | undefined): void {
    this.changes.push({ part: 'nftables', family: this.#family, sign, place, text, service });
  }
}

/** The rules that do not stand among the others, where other words for the same count as the same. */
function without(rules: readonly string[], others: readonly string[]): readonly string[] {
  const texts = new Set(others);
  return rules.filter((rule) => !texts.has(rule) && !others.some((other) => sameRule(rule, other)));
}
