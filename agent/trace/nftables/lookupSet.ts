import type { NftElement, NftSet } from '../../ruleset/nftables/document.ts';
import type { NftVerdict } from '../../ruleset/nftables/expression.ts';
import type { Surroundings } from '../ruleProgram.ts';
import { ElementIndex, type Found, type IndexedElement } from './elementIndex.ts';
import { type PartMatcher, partMatchers } from './partMatcher.ts';
import type { Part, Value } from './value.ts';

/** Most sets of session affinity have none. */
const noElements = new ElementIndex([]);

/** A set or map that rules look something up in. Its index is made at the first lookup. */
export class LookupSet {
  /** Undefined for one without name. */
  readonly name: string | undefined;
  readonly #keyTypes: readonly string[];
  readonly #dataTypes: readonly string[];
  readonly #elements: () => readonly NftElement[];
  /** Named as {@link Surroundings.isRemembered} names it; undefined where rules cannot add elements. */
  readonly #affinityList: string | undefined;
  #data: Map<IndexedElement, Value> | undefined;
  #index: ElementIndex | undefined;

  private constructor(
    name: string | undefined,
    keyTypes: readonly string[],
    dataTypes: readonly string[],
    elements: () => readonly NftElement[],
    affinityList: string | undefined,
  ) {
    this.name = name;
    this.#keyTypes = keyTypes;
    this.#dataTypes = dataTypes;
    this.#elements = elements;
    this.#affinityList = affinityList;
  }

  static anonymous(elements: readonly NftElement[], keyTypes: readonly string[]): LookupSet {
    return new LookupSet(undefined, keyTypes, [], () => elements, undefined);
  }

  /**
   * @param table `ip kube-proxy`
   * @param usedTypes the types of what is looked up, for a set whose own are not known
   */
  static named(set: NftSet, table: string, usedTypes: readonly string[]): LookupSet {
    const isKnown = set.keyTypes.length > 0 && !set.keyTypes.includes('unknown');
    // nft 1.0.6 does not print the flag `dynamic` as JSON, but it prints a timeout.
    const isUpdated = set.flags.includes('dynamic') || set.flags.includes('timeout') || set.timeout !== undefined;
    const keyTypes = isKnown ? set.keyTypes : usedTypes;
    const list = isUpdated ? `${table} ${set.name}` : undefined;
    return new LookupSet(set.name, keyTypes, set.dataTypes, () => set.elements(), list);
  }

  find(key: readonly Part[]): Found {
    this.#index ??= this.#makeIndex();
    return this.#index.find(key);
  }

  #makeIndex(): ElementIndex {
    const elements = this.#elements();
    if (elements.length === 0) return noElements;
    return new ElementIndex(
      elements.map((element) => ({ element, matchers: partMatchers(element.key, this.#keyTypes) })),
    );
  }

  /** Whether session affinity put the packet's client here after the rules were read. */
  isRemembered({ isRemembered }: Surroundings): boolean {
    return this.#affinityList !== undefined && isRemembered(this.#affinityList);
  }

  /** What a map has for an element's key. */
  dataOf(found: IndexedElement): Value {
    this.#data ??= new Map();
    let data = this.#data.get(found);
    if (data === undefined) {
      data = found.element.data ? partMatchers(found.element.data, this.#dataTypes).map(constantPart) : [undefined];
      this.#data.set(found, data);
    }
    return data;
  }
}

/** The verdict of a verdict map's element. */
export function verdictOf({ element }: IndexedElement): NftVerdict | undefined {
  return element.data?.kind === 'verdict' ? element.data.verdict : undefined;
}

function constantPart(matcher: PartMatcher): Part {
  return matcher.kind === 'exact' ? matcher.value : undefined;
}
