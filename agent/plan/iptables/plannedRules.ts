import type { IpFamily } from '../../model/address.ts';
import type { PlannedChange } from '../planStep.ts';
import { declaration } from './chainEdit.ts';
import { serviceInComment, servicesOfChains } from './ruleService.ts';
import type { TableDelta } from './tableDelta.ts';
import type { TablePair } from './wantedTables.ts';

/** What a plan changes, rule by rule: first what is new, by table and chain, then what goes. */
export function plannedRules(
  pairs: readonly TablePair[],
  deltas: readonly TableDelta[],
  family: IpFamily,
): readonly PlannedChange[] {
  const changes: PlannedChange[] = [];
  for (const delta of deltas) {
    const pair = pairs.find(({ table }) => table === delta.table);
    if (pair !== undefined) new RuleList(changes, pair, family).add(delta);
  }
  return changes;
}

class RuleList {
  readonly #changes: PlannedChange[];
  readonly #pair: TablePair;
  readonly #family: IpFamily;

  constructor(changes: PlannedChange[], pair: TablePair, family: IpFamily) {
    this.#changes = changes;
    this.#pair = pair;
    this.#family = family;
  }

  add({ made, edited, gone, hooks }: TableDelta): void {
    const after = servicesOfChains(this.#pair.after);
    const before = servicesOfChains(this.#pair.before);
    for (const [chain, rules] of made) this.#addChain('+', chain, rules, after);
    for (const { chain, before: standing, after: wanted, gaps } of edited) {
      for (const { at, removed, from, added } of gaps) {
        this.#addRules('-', chain, standing.slice(at, at + removed), before);
        this.#addRules('+', chain, wanted.slice(from, from + added), after);
      }
    }
    for (const { builtIn, removed, added, moved } of hooks) {
      this.#addRules('-', builtIn, [...removed, ...moved], before);
      this.#addRules('+', builtIn, added, after);
    }
    for (const [chain, rules] of gone) this.#addChain('-', chain, rules, before);
  }

  #addChain(sign: '+' | '-', chain: string, rules: readonly string[], services: ReadonlyMap<string, string>): void {
    this.#push(sign, chain, declaration(chain), services.get(chain));
    this.#addRules(sign, chain, rules, services);
  }

  #addRules(sign: '+' | '-', chain: string, rules: readonly string[], services: ReadonlyMap<string, string>): void {
    const service = services.get(chain);
    for (const rule of rules) this.#push(sign, chain, rule, service ?? serviceInComment(rule));
  }

  #push(sign: '+' | '-', chain: string, text: string, service: string | undefined): void {
    const place = `${this.#pair.table} ${chain}`;
    this.#changes.push({ part: 'iptables', family: this.#family, sign, place, text, service });
  }
}
