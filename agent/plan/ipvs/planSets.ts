import type { IpFamily } from '../../model/address.ts';
import { ipvsReplacementSet, ipvsSetName, ipvsSets } from '../../model/ipvsSets.ts';
import type { IpSet } from '../../model/serviceRules.ts';
import type { PartPlan, PlannedChange, PlanStep } from '../planStep.ts';
import type { IpvsOwners } from './ipvsOwners.ts';

/**
 * Plans `ipset restore` runs: one that makes sets and adds entries, one that takes away. ipset sends what it is given
 * line by line to the kernel, so that within a run the order of the lines matters: see `ipvsSets`.
 */
export function planSets(
  current: ReadonlyMap<string, IpSet>,
  desired: ReadonlyMap<string, IpSet>,
  family: IpFamily,
  owners: IpvsOwners,
): PartPlan {
  const planner = new SetPlanner(family, owners);
  for (const name of fillingOrder([...desired.keys()], family)) {
    const wanted = desired.get(name);
    if (wanted !== undefined) planner.bring(current.get(name), wanted);
  }
  for (const name of fillingOrder([...current.keys()], family).reverse()) {
    const present = current.get(name);
    if (present !== undefined) planner.takeAway(present, desired.get(name));
  }
  return { steps: planner.steps(), changes: planner.changes };
}

/** Names in the order in which their sets are filled; those that are not known come last. */
function fillingOrder(names: readonly string[], family: IpFamily): string[] {
  const place = new Map(ipvsSets.map(({ role }, index) => [ipvsSetName(role, family), index]));
  const placeOf = (name: string): number => place.get(name) ?? place.size;
  return [...names].sort((a, b) => placeOf(a) - placeOf(b));
}

class SetPlanner {
  readonly changes: PlannedChange[] = [];
  readonly #made: string[] = [];
  readonly #broken: string[] = [];
  readonly #family: IpFamily;
  readonly #owners: IpvsOwners;

  constructor(family: IpFamily, owners: IpvsOwners) {
    this.#family = family;
    this.#owners = owners;
  }

  steps(): PlanStep[] {
    const step = (phase: 'make' | 'break', lines: readonly string[]): PlanStep[] =>
      lines.length === 0
        ? []
        : [
            {
              phase,
              part: 'ipsets',
              family: this.#family,
              argv: ['ipset', 'restore', '-exist'],
              stdin: `${lines.join('\n')}\n`,
            },
          ];
    return [...step('make', this.#made), ...step('break', this.#broken)];
  }

  /** Makes the set and adds what is missing in it. */
  bring(present: IpSet | undefined, wanted: IpSet): void {
    const { name, type, options, entries } = wanted;
    const isSame = present?.type === type && present.options === options;
    if (present !== undefined && !isSame) {
      this.#replace(present, wanted);
      return;
    }
    if (present === undefined) {
      this.#made.push(`create ${name} ${type} ${options}`);
      this.#change('+', name, `${type} ${options}`, undefined);
    }
    for (const entry of entries) {
      if (present?.entries.has(entry) === true) continue;
      this.#made.push(`add ${name} ${entry}`);
      this.#changeEntry('+', name, entry);
    }
  }

  /** Takes away the entries that are too many, or the set. */
  takeAway(present: IpSet, wanted: IpSet | undefined): void {
    const { name, type, options, entries } = present;
    for (const entry of entries) {
      if (wanted?.entries.has(entry) === true) continue;
      this.#changeEntry('-', name, entry);
      // What was replaced is as wanted already, and what is destroyed need not be emptied.
      if (wanted?.type === type && wanted.options === options) this.#broken.push(`del ${name} ${entry}`);
    }
    if (wanted !== undefined) return;
    this.#broken.push(`destroy ${name}`);
    this.#change('-', name, `${type} ${options}`, undefined);
  }

  /** Rules go on matching by name: they see the old set until the new one is complete. */
  #replace(present: IpSet, wanted: IpSet): void {
    const { name, type, options, entries } = wanted;
    const replacement = ipvsReplacementSet(this.#family);
    // With -exist, a set that is not there is destroyed without an error.
    this.#made.push(`destroy ${replacement}`, `create ${replacement} ${type} ${options}`);
    for (const entry of entries) {
      this.#made.push(`add ${replacement} ${entry}`);
      if (!present.entries.has(entry)) this.#changeEntry('+', name, entry);
    }
    this.#made.push(`swap ${replacement} ${name}`, `destroy ${replacement}`);
    this.#change('-', name, `${present.type} ${present.options}`, undefined);
    this.#change('+', name, `${type} ${options}`, undefined);
  }

  #changeEntry(sign: '+' | '-', name: string, entry: string): void {
    this.#change(sign, name, entry, this.#owners.ofEntry(name, entry));
  }

  #change(sign: '+' | '-', place: string, text: string, service: string | undefined): void {
    this.changes.push({ part: 'ipsets', family: this.#family, sign, place, text, service });
  }
}
