import { type Columns, NONE, STANDS } from './columns.ts';
import type { ChainIndex, RuleIndex } from './document.ts';
import type { Uint32Column } from './growable.ts';
import type { NameIndex } from './nameTable.ts';

/** Groups of numbers, one after the other in one array. */
interface Groups {
  readonly starts: Uint32Array;
  readonly members: Uint32Array;
}

/** Tells which names are chains, and which rules stand in each chain or jump to it. */
export class ChainIndexer {
  readonly #columns: Columns;
  /** Per name its chain + 1; 0 when it is a target only. */
  readonly #chainOfName: Uint32Array;
  readonly #nameOfChain: Uint32Array;
  readonly #firstRuleOfName: Uint32Array;
  #rules: Groups | undefined;
  #references: Groups | undefined;

  constructor(columns: Columns) {
    this.#columns = columns;
    const { names, declaredLines, ruleChains } = columns;
    this.#firstRuleOfName = new Uint32Array(names.size).fill(NONE);
    for (let rule = ruleChains.length - 1; rule >= 0; rule--) {
      const name = ruleChains.at(rule);
      if (name !== NONE) this.#firstRuleOfName[name] = rule;
    }
    this.#chainOfName = new Uint32Array(names.size);
    const chains = new Uint32Array(names.size);
    let count = 0;
    for (let name = 0; name < names.size; name++) {
      if (this.#firstRuleOfName[name] === NONE && declaredLines.at(name) === NONE) continue;
      chains[count++] = name;
      this.#chainOfName[name] = count;
    }
    this.#nameOfChain = chains.subarray(0, count);
  }

  get count(): number {
    return this.#nameOfChain.length;
  }

  nameOf(chain: ChainIndex): NameIndex {
    return this.#nameOfChain[chain] ?? NONE;
  }

  /** The chain of that name, or -1. */
  chainOf(name: NameIndex): ChainIndex {
    return (this.#chainOfName[name] ?? 0) - 1;
  }

  /** The rules that stand in a chain. */
  rules(chain: ChainIndex): Uint32Array {
    const { ruleChains, ruleFlags } = this.#columns;
    this.#rules ??= this.#group(ruleChains, (rule) => (ruleFlags.at(rule) & STANDS) !== 0);
    return members(this.#rules, chain);
  }

  /** The rules that jump to a chain. */
  references(chain: ChainIndex): Uint32Array {
    this.#references ??= this.#group(this.#columns.ruleTargets, () => true);
    return members(this.#references, chain);
  }

  /** The first rule that names the chain in its command; of use for a chain that nothing declares. */
  firstRule(chain: ChainIndex): RuleIndex {
    return this.#firstRuleOfName[this.nameOf(chain)] ?? NONE;
  }

  /** Groups rules by the chain in a column: a counting sort, so that each group keeps the order of the text. */
  #group(column: Uint32Column, belongs: (rule: RuleIndex) => boolean): Groups {
    const starts = new Uint32Array(this.count + 1);
    const ruleCount = column.length;
    for (let rule = 0; rule < ruleCount; rule++) {
      const chain = this.chainOf(column.at(rule));
      if (chain !== -1 && belongs(rule)) starts[chain + 1] = (starts[chain + 1] ?? 0) + 1;
    }
    for (let chain = 0; chain < this.count; chain++)
      starts[chain + 1] = (starts[chain + 1] ?? 0) + (starts[chain] ?? 0);
    const sorted = new Uint32Array(starts[this.count] ?? 0);
    const next = starts.slice();
    for (let rule = 0; rule < ruleCount; rule++) {
      const chain = this.chainOf(column.at(rule));
      if (chain === -1 || !belongs(rule)) continue;
      const place = next[chain] ?? 0;
      sorted[place] = rule;
      next[chain] = place + 1;
    }
    return { starts, members: sorted };
  }
}

function members({ starts, members: all }: Groups, chain: ChainIndex): Uint32Array {
  return all.subarray(starts[chain], starts[chain + 1]);
}
