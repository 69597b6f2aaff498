import type { NftElement } from '../../ruleset/nftables/document.ts';
import { type PartMatcher, partMatches } from './partMatcher.ts';
import { isScalar, type Part, type Scalar } from './value.ts';

/** An element with what each part of its key admits. */
export interface IndexedElement {
  readonly element: NftElement;
  readonly matchers: readonly PartMatcher[];
}

/** `missing`: certainly none; `unknown`: some may be. */
export type Found = IndexedElement | 'missing' | 'unknown';

/**
 * The elements of a set or map. Those of which the same parts are exact stand together in a hash table, by these parts;
 * those with the same exact parts are sorted by their first range.
 */
export class ElementIndex {
  readonly #elements: readonly IndexedElement[];
  readonly #catchAll: IndexedElement | undefined;
  /** Elements that are not understood. */
  readonly #doubtful: readonly IndexedElement[];
  /** By which parts of the key are known. */
  readonly #groups = new Map<string, readonly Group[]>();

  constructor(elements: readonly IndexedElement[]) {
    const understood: IndexedElement[] = [];
    const doubtful: IndexedElement[] = [];
    let catchAll: IndexedElement | undefined;
    for (const each of elements) {
      if (isCatchAll(each.element)) catchAll = each;
      else (each.matchers.some(({ kind }) => kind === 'unknown') ? doubtful : understood).push(each);
    }
    this.#elements = understood;
    this.#doubtful = doubtful;
    this.#catchAll = catchAll;
  }

  find(key: readonly Part[]): Found {
    const known = key.map(isScalar);
    const isKnown = !known.includes(false);
    for (const group of this.#groupsFor(known)) {
      const found = group.find(key);
      if (found) return isKnown ? found : 'unknown';
    }
    if (this.#doubtful.some(({ matchers }) => mayMatch(matchers, key))) return 'unknown';
    return this.#catchAll ?? 'missing';
  }

  #groupsFor(known: readonly boolean[]): readonly Group[] {
    const mask = known.map((each) => (each ? '1' : '0')).join('');
    let groups = this.#groups.get(mask);
    if (!groups) {
      groups = makeGroups(this.#elements, known);
      this.#groups.set(mask, groups);
    }
    return groups;
  }
}

function isCatchAll({ key }: NftElement): boolean {
  return key.kind === 'value' && key.value === '*';
}

function mayMatch(matchers: readonly PartMatcher[], key: readonly Part[]): boolean {
  return matchers.every((matcher, at) => partMatches(matcher, key[at]) !== false);
}

function makeGroups(elements: readonly IndexedElement[], known: readonly boolean[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const each of elements) {
    const positions: number[] = [];
    for (const [at, matcher] of each.matchers.entries()) {
      if (matcher.kind === 'exact' && known[at]) positions.push(at);
    }
    const name = positions.join();
    let group = groups.get(name);
    if (!group) {
      group = new Group(positions);
      groups.set(name, group);
    }
    group.add(each);
  }
  // An exact element counts before a range.
  return [...groups.values()].sort((first, second) => second.exactCount - first.exactCount);
}

/** Elements whose parts are exact at the same positions. */
class Group {
  readonly #positions: readonly number[];
  readonly #buckets = new Map<Scalar, Bucket>();

  constructor(positions: readonly number[]) {
    this.#positions = positions;
  }

  get exactCount(): number {
    return this.#positions.length;
  }

  add(each: IndexedElement): void {
    const key = this.#keyOf((at) => {
      const matcher = each.matchers[at];
      return matcher?.kind === 'exact' ? matcher.value : '';
    });
    const bucket = this.#buckets.get(key);
    if (bucket) bucket.add(each);
    else this.#buckets.set(key, new Bucket(each));
  }

  find(key: readonly Part[]): IndexedElement | undefined {
    const exact = this.#keyOf((at) => {
      const part = key[at];
      return isScalar(part) ? part : '';
    });
    return this.#buckets.get(exact)?.find(key);
  }

  #keyOf(partAt: (at: number) => Scalar): Scalar {
    const [only, ...others] = this.#positions;
    if (only === undefined) return '';
    if (others.length === 0) return partAt(only);
    let key = String(partAt(only));
    // No name of a device has a slash.
    for (const at of others) key += `/${partAt(at)}`;
    return key;
  }
}

interface SortedRanges {
  readonly position: number;
  readonly elements: readonly IndexedElement[];
  readonly starts: readonly (number | bigint)[];
  /** The greatest end among this range and those before it. */
  readonly ends: readonly (number | bigint)[];
}

/** Elements whose exact parts are the same. */
class Bucket {
  readonly #first: IndexedElement;
  #others: IndexedElement[] | undefined;
  #sorted: SortedRanges | undefined;

  constructor(first: IndexedElement) {
    this.#first = first;
  }

  add(each: IndexedElement): void {
    if (this.#others) this.#others.push(each);
    else this.#others = [each];
    this.#sorted = undefined;
  }

  find(key: readonly Part[]): IndexedElement | undefined {
    if (!this.#others) return mayMatch(this.#first.matchers, key) ? this.#first : undefined;
    this.#sorted ??= sortRanges([this.#first, ...this.#others]);
    const { position, elements, starts, ends } = this.#sorted;
    const part = key[position];
    if (position === -1 || typeof part === 'string' || !isScalar(part)) {
      return elements.find(({ matchers }) => mayMatch(matchers, key));
    }
    for (let at = lastAtMost(starts, part); at >= 0; at--) {
      const end = ends[at];
      if (end === undefined || end < part) return undefined;
      const each = elements[at];
      if (each && mayMatch(each.matchers, key)) return each;
    }
    return undefined;
  }
}

/** Sorted by the first part of which all have a range; as they stand where there is none. */
function sortRanges(elements: readonly IndexedElement[]): SortedRanges {
  const width = elements[0]?.matchers.length ?? 0;
  for (let position = 0; position < width; position++) {
    const ranges: { readonly each: IndexedElement; readonly from: number | bigint; readonly to: number | bigint }[] =
      [];
    for (const each of elements) {
      const matcher = each.matchers[position];
      if (matcher?.kind !== 'range') break;
      ranges.push({ each, from: matcher.from, to: matcher.to });
    }
    if (ranges.length !== elements.length) continue;
    ranges.sort((first, second) => (first.from < second.from ? -1 : first.from > second.from ? 1 : 0));
    const ends: (number | bigint)[] = [];
    for (const { to } of ranges) {
      const before = ends.at(-1);
      ends.push(before !== undefined && before > to ? before : to);
    }
    return { position, elements: ranges.map(({ each }) => each), starts: ranges.map(({ from }) => from), ends };
  }
  return { position: -1, elements, starts: [], ends: [] };
}

function lastAtMost(sorted: readonly (number | bigint)[], value: number | bigint): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const start = sorted[middle];
    if (start !== undefined && start <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
