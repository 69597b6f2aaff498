import type { NftSet, NftTable } from '../../ruleset/nftables/document.ts';
import type { NftExpression } from '../../ruleset/nftables/expression.ts';
import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import type { TracedPacket } from '../packet.ts';
import type { Hook } from '../ruleProgram.ts';
import { LookupSet } from './lookupSet.ts';
import { statementText } from './statementText.ts';

/** NF_IP_PRI_CONNTRACK: chains before that see packets without their connection. */
const connectionTrackingPriority = -200;

/** What rules of a table refer to. */
export class TableContext {
  readonly table: NftTable;
  /** `ip kube-proxy`. */
  readonly label: string;
  readonly #text: string | undefined;
  readonly #declared = new Map<string, NftSet>();
  readonly #lookups = new Map<string, LookupSet>();
  readonly #trackedAt = new Map<Hook, boolean | undefined>();

  /** @param text the document's text, if rules stand there as people read them */
  constructor(table: NftTable, text: string | undefined) {
    this.table = table;
    this.label = `${table.family} ${table.name}`;
    this.#text = text;
    for (const set of table.sets) this.#declared.set(set.name, set);
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

  /** Whether the packet's connection is known already where the table's chains are; undefined where that differs. */
  isTracked(hook: Hook, packet: TracedPacket): boolean | undefined {
    if (hook !== 'prerouting' && hook !== 'output') return true;
    // What the node sends to itself was tracked when it was sent.
    if (hook === 'prerouting' && packet.inDevice === 'lo') return true;
    if (!this.#trackedAt.has(hook)) this.#trackedAt.set(hook, this.#areTrackedAt(hook));
    return this.#trackedAt.get(hook);
  }

  #areTrackedAt(hook: Hook): boolean | undefined {
    const found = this.table.chains.flatMap((chain) => (chain.hook?.hook === hook ? [chain.hook.priority ?? 0] : []));
    const late = found.filter((priority) => priority >= connectionTrackingPriority).length;
    if (late === found.length) return true;
    return late === 0 ? false : undefined;
  }
}
