import type { NftSet, NftTable } from '../../ruleset/nftables/document.ts';
import type { NftExpression } from '../../ruleset/nftables/expression.ts';
import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import type { TracedPacket } from '../packet.ts';
import { LookupSet } from './lookupSet.ts';
import { statementText } from './statementText.ts';
import type { Evaluator } from './value.ts';

/** What rules of a table refer to. */
export class TableContext {
  readonly table: NftTable;
  /** `ip kube-proxy`. */
  readonly label: string;
  readonly #text: string | undefined;
  readonly #isBeforeTracking: boolean;
  readonly #declared: ReadonlyMap<string, NftSet>;
  readonly #lookups: Map<string, LookupSet>;
  readonly #selectors = new Map<string, Evaluator>();

  /** @param text the document's text, if rules stand there as people read them */
  static of(table: NftTable, text: string | undefined): TableContext {
    const declared = new Map(table.sets.map((set) => [set.name, set]));
    return new TableContext(table, text, false, declared, new Map());
  }

  private constructor(
    table: NftTable,
    text: string | undefined,
    isBeforeTracking: boolean,
    declared: ReadonlyMap<string, NftSet>,
    lookups: Map<string, LookupSet>,
  ) {
    this.table = table;
    this.label = `${table.family} ${table.name}`;
    this.#text = text;
    this.#isBeforeTracking = isBeforeTracking;
    this.#declared = declared;
    this.#lookups = lookups;
  }

  /** The same for chains that see packets before connection tracking does. */
  beforeTracking(): TableContext {
    return new TableContext(this.table, this.#text, true, this.#declared, this.#lookups);
  }

  /** A selector that many rules share: `ip daddr`. */
  selector(text: string, compile: () => Evaluator): Evaluator {
    let evaluator = this.#selectors.get(text);
    if (!evaluator) {
      evaluator = compile();
      this.#selectors.set(text, evaluator);
    }
    return evaluator;
  }

  /**
   * @param keyTypes the types of what is looked up
   * @returns undefined when the table has no such set
   */
  lookup(data: NftExpression, keyTypes: readonly string[]): LookupSet | undefined {
    if (data.kind === 'set') return LookupSet.anonymous(data.elements, keyTypes);
    if (data.kind !== 'namedSet') return undefined;
    const known = this.#lookups.get(data.name);
    if (known) return known;
    const set = this.#declared.get(data.name);
    const lookup = set && LookupSet.named(set, this.label, keyTypes);
    if (lookup) this.#lookups.set(data.name, lookup);
    return lookup;
  }

  /** A statement as it stands in the dump. */
  sourceOf(statement: NftStatement): string {
    return this.#text === undefined
      ? statementText(statement)
      : this.#text.slice(statement.span.start, statement.span.end);
  }

  /** Whether the packet's connection is known already. What the node sends to itself was tracked when it was sent. */
  isTracked({ inDevice }: TracedPacket): boolean {
    return !this.#isBeforeTracking || inDevice === 'lo';
  }
}
