import type { IpFamily } from '../../model/address.ts';
import type { NftablesChain, NftablesTable } from '../../model/serviceRules.ts';
import type { PlanPhase, PlanStep } from '../planStep.ts';
import { NftScript } from './nftScript.ts';
import type { TableDifference } from './tableDifference.ts';

/**
 * Rules of one transaction. The kernel looks for a set through all sets of the table and all that the transaction has
 * made so far: with 5,000 Services, transactions of 500 to 1,000 rules took it 2.0 s in all, one of 5,000 took 2.7 to
 * 4.1 s, and with 10,000 Services one took more than twice as long.
 */
const transactionRules = 1000;

/** Milliseconds for which chains may be said to be in use after the last element that led to them was deleted. */
const busyForMs = 10_000;

/**
 * Steps that change a table without a moment in which packets find half of it:
 *
 * - A small change is one transaction, which the kernel takes as a whole.
 * - A large one first makes new chains, to which nothing leads yet, then refills chains one by one, and at last hands
 *   over in one transaction: elements of maps, and the chains that the kernel calls.
 * - What nothing leads to any more is deleted afterwards, since kernels before 6.2 count a map's reference to a chain
 *   until a moment after the element was deleted (pkg/proxy/nftables/proxier.go, `staleChains`).
 */
export function tableSteps(
  current: NftablesTable | undefined,
  desired: NftablesTable,
  difference: TableDifference,
  family: IpFamily,
): readonly PlanStep[] {
  return new StepWriter(current, desired, difference, family).write();
}

/** One run of nft, which is one transaction. */
export function nftStep(phase: PlanPhase, script: NftScript, family: IpFamily): PlanStep {
  return { phase, part: 'nftables', family, argv: ['nft', '-f', '-'], stdin: script.text };
}

const noChain: NftablesChain = { hook: undefined, comment: undefined, rules: [] };

class StepWriter {
  readonly #current: NftablesTable | undefined;
  readonly #desired: NftablesTable;
  readonly #difference: TableDifference;
  readonly #family: IpFamily;
  readonly #steps: PlanStep[] = [];
  /** New chains that are only jumped to. */
  readonly #made: readonly string[];
  /** New chains that the kernel calls. */
  readonly #madeBase: readonly string[];
  /** Chains that nothing should lead to. */
  readonly #gone: readonly string[];
  /** Chains that the kernel should not call any more. */
  readonly #goneBase: readonly string[];

  constructor(
    current: NftablesTable | undefined,
    desired: NftablesTable,
    difference: TableDifference,
    family: IpFamily,
  ) {
    this.#current = current;
    this.#desired = desired;
    this.#difference = difference;
    this.#family = family;
    const { made, gone } = difference.chains;
    const isBaseAfter = (name: string): boolean => this.#chain(name).hook !== undefined;
    const isBaseBefore = (name: string): boolean => current?.chains.get(name)?.hook !== undefined;
    this.#made = made.filter((name) => !isBaseAfter(name));
    this.#madeBase = made.filter(isBaseAfter);
    this.#gone = gone.filter((name) => !isBaseBefore(name));
    this.#goneBase = gone.filter(isBaseBefore);
  }

  write(): readonly PlanStep[] {
    const { refilled } = this.#difference.chains;
    const ruleCount = [...this.#made, ...refilled].reduce((sum, name) => sum + this.#chain(name).rules.length, 0);
    const isSmall = this.#current !== undefined && ruleCount + this.#gone.length <= transactionRules;
    const turn = new NftScript(this.#family);
    if (isSmall) {
      this.#make(turn);
      this.#fill(turn, this.#made);
      this.#turn(turn, refilled, this.#gone);
      this.#push('turn', turn);
      this.#delete();
      return this.#steps;
    }
    this.#step('make', (script) => this.#make(script));
    for (const names of this.#portions(this.#made)) this.#step('make', (script) => this.#fill(script, names));
    // Sets and chains that are made anew have to be free of rules at that moment.
    const { sets, chains } = this.#difference;
    const isTorn = sets.remade.length + chains.moved.length > 0;
    if (!isTorn)
      for (const names of this.#portions(refilled)) this.#step('turn', (script) => this.#fill(script, names));
    this.#turn(turn, isTorn ? refilled : [], isTorn ? this.#gone : []);
    this.#push('turn', turn);
    if (!isTorn) for (const names of this.#portions(this.#gone)) this.#step('break', (script) => flush(script, names));
    this.#delete();
    return this.#steps;
  }

  #chain(name: string): NftablesChain {
    return this.#desired.chains.get(name) ?? noChain;
  }

  #push(phase: PlanPhase, script: NftScript, extra: Partial<PlanStep> = {}): void {
    if (script.text !== '') this.#steps.push({ ...nftStep(phase, script, this.#family), ...extra });
  }

  #step(phase: PlanPhase, write: (script: NftScript) => void, extra: Partial<PlanStep> = {}): void {
    const script = new NftScript(this.#family);
    write(script);
    this.#push(phase, script, extra);
  }

  /** Chains in such groups that each fits into a transaction. */
  *#portions(names: readonly string[]): Generator<readonly string[]> {
    let portion: string[] = [];
    let rules = 0;
    for (const name of names) {
      portion.push(name);
      rules += Math.max(1, this.#chain(name).rules.length);
      if (rules < transactionRules) continue;
      yield portion;
      portion = [];
      rules = 0;
    }
    if (portion.length > 0) yield portion;
  }

  /** New sets and chains, empty, so that rules can name them in any order. */
  #make(script: NftScript): void {
    if (this.#current === undefined) script.addTable(this.#desired.comment);
    for (const name of this.#difference.sets.made) this.#addSet(script, name);
    for (const name of this.#made) script.addChain(name, this.#chain(name));
  }

  #addSet(script: NftScript, name: string): void {
    const set = this.#desired.sets.get(name);
    if (set !== undefined) script.addSet(name, set);
  }

  #fill(script: NftScript, names: readonly string[]): void {
    flush(script, names);
    for (const name of names) script.addRules(name, this.#chain(name));
  }

  /** What packets notice. */
  #turn(script: NftScript, refilled: readonly string[], flushed: readonly string[]): void {
    const { chains, sets, elements } = this.#difference;
    for (const [name, { deleted }] of elements) script.deleteElements(name, deleted);
    flush(script, [...flushed, ...refilled, ...chains.moved, ...this.#goneBase]);
    for (const name of [...chains.moved, ...this.#goneBase]) script.deleteChain(name);
    for (const name of sets.remade) this.#deleteSet(script, name);
    for (const name of sets.remade) this.#addSet(script, name);
    const added = [...chains.moved, ...this.#madeBase];
    for (const name of added) script.addChain(name, this.#chain(name));
    for (const name of [...refilled, ...added]) script.addRules(name, this.#chain(name));
    for (const [name, { added: keys }] of elements) {
      const set = this.#desired.sets.get(name);
      if (set !== undefined) script.addElements(name, set, keys);
    }
  }

  #deleteSet(script: NftScript, name: string): void {
    const set = this.#current?.sets.get(name);
    if (set !== undefined) script.deleteSet(name, set);
  }

  /** Sets and chains that nothing names any more. */
  #delete(): void {
    const { gone } = this.#difference.sets;
    const [first = [], ...others] = this.#portions(this.#gone);
    const deleteChains = (script: NftScript, names: readonly string[]): void => {
      for (const name of names) script.deleteChain(name);
    };
    this.#step(
      'break',
      (script) => {
        for (const name of gone) this.#deleteSet(script, name);
        deleteChains(script, first);
      },
      { busyForMs },
    );
    for (const names of others) this.#step('break', (script) => deleteChains(script, names), { busyForMs });
  }
}

function flush(script: NftScript, names: readonly string[]): void {
  for (const name of names) script.flushChain(name);
}
