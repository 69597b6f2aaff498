import type { Span } from '../../ruleset/common/position.ts';
import type { NftDocument, NftRule, NftTable } from '../../ruleset/nftables/document.ts';
import type { NftExpression, NftVerdict } from '../../ruleset/nftables/expression.ts';
import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import { endpointKey } from './affinity.ts';

/** A rule by the name of its chain. */
export interface NamedPlace {
  readonly chain: string;
  readonly position: number;
}

interface ListedRule extends NamedPlace {
  readonly rule: NftRule;
}

/**
 * Where the rules of a table can lead, whatever the packet. A large node has 200,000 rules, so the text is searched for
 * names and addresses, and only the rules found are read.
 */
export class Leads {
  readonly #table: NftTable;
  readonly #document: NftDocument;
  #rules: readonly ListedRule[] | undefined;

  constructor(table: NftTable, document: NftDocument) {
    this.#table = table;
    this.#document = document;
  }

  /** The rules that can lead to a chain. */
  callers(chain: string): readonly NamedPlace[] {
    return this.#search(chain, (statement, maps) => chainsOf(statement, maps).includes(chain));
  }

  /** The rules that can translate to an endpoint. */
  translations(address: string, port: number): readonly NamedPlace[] {
    const endpoint = endpointKey(address, port);
    return this.#search(address, (statement, maps) => endpointsOf(statement, maps).includes(endpoint));
  }

  /** The rules with a word, or with a map that has it, for which a statement is as wanted. */
  #search(word: string, isWanted: (statement: NftStatement, maps: MapValues) => boolean): readonly NamedPlace[] {
    const offsets = offsetsOf(this.#document.text, word);
    const maps = new Map(
      this.#table.sets
        .filter(({ span }) => offsets.some((offset) => isWithin(offset, span)))
        .map((set) => [set.name, set.elements().flatMap((element) => element.data ?? [])]),
    );
    const users = [...maps.keys()].flatMap((name) => offsetsOf(this.#document.text, `@${name}`));
    const rules = new Set([...offsets, ...users].map((offset) => this.#ruleAt(offset)));
    return [...rules].flatMap((found) =>
      found?.rule.statements().some((statement) => isWanted(statement, maps)) === true ? [found] : [],
    );
  }

  #ruleAt(offset: number): ListedRule | undefined {
    this.#rules ??= this.#table.chains
      .flatMap(({ name, rules }) => rules.map((rule, position) => ({ chain: name, position, rule })))
      .sort((a, b) => a.rule.span.start - b.rule.span.start);
    let [low, high] = [0, this.#rules.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#rules[middle]?.rule.span.start ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const found = this.#rules[low];
    return found !== undefined && isWithin(offset, found.rule.span) ? found : undefined;
  }
}

/** What the elements of named maps give. */
type MapValues = ReadonlyMap<string, readonly NftExpression[]>;

function chainsOf(statement: NftStatement, maps: MapValues): string[] {
  if (statement.kind === 'verdict') return chainOf(statement.verdict);
  if (statement.kind !== 'verdictMap') return [];
  return valuesOf(statement.data, maps).flatMap((each) => (each.kind === 'verdict' ? chainOf(each.verdict) : []));
}

function endpointsOf(statement: NftStatement, maps: MapValues): string[] {
  if (statement.kind !== 'nat' || statement.type !== 'dnat' || statement.address === undefined) return [];
  const { address, port } = statement;
  const targets = address.kind === 'map' ? valuesOf(address.data, maps) : [address];
  return targets.flatMap((target) => {
    const [own, ownPort] = target.kind === 'concatenation' ? target.items : [target, port];
    const isEndpoint = own?.kind === 'value' && ownPort?.kind === 'value';
    return isEndpoint && typeof ownPort.value === 'number' ? [endpointKey(String(own.value), ownPort.value)] : [];
  });
}

/** What the elements of a map, with or without a name, give. */
function valuesOf(data: NftExpression, maps: MapValues): readonly NftExpression[] {
  if (data.kind === 'set') return data.elements.flatMap((element) => element.data ?? []);
  return data.kind === 'namedSet' ? (maps.get(data.name) ?? []) : [];
}

function chainOf(verdict: NftVerdict): string[] {
  return verdict.kind === 'jump' || verdict.kind === 'goto' ? [verdict.target] : [];
}

function offsetsOf(text: string, word: string): number[] {
  const offsets: number[] = [];
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + word.length)) offsets.push(at);
  return offsets;
}

function isWithin(offset: number, { start, end }: Span): boolean {
  return offset >= start && offset < end;
}
