/** A place where two lists differ: some of one are gone, others are there instead. */
export interface Gap {
  /** Where it begins in the list before, from 0. */
  readonly at: number;
  readonly removed: number;
  /** Where what is new begins in the list after. */
  readonly from: number;
  readonly added: number;
}

/**
 * Where two lists differ, in order. Most are nearly alike; where more than one stretch differs, what stays is the
 * longest sequence that keeps its order (patience sorting, O(n log n)).
 */
export function listDifference(before: readonly string[], after: readonly string[]): readonly Gap[] {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const removed = before.length - end - start;
  const added = after.length - end - start;
  if (removed === 0 && added === 0) return [];
  if (removed === 0 || added === 0) return [{ at: start, removed, from: start, added }];
  return gapsBetween(
    keptPairs(before, after, start, removed, added),
    { before: start + removed, after: start + added },
    start,
  );
}

interface Pair {
  readonly before: number;
  readonly after: number;
}

function gapsBetween(kept: readonly Pair[], end: Pair, start: number): readonly Gap[] {
  const gaps: Gap[] = [];
  let at = start;
  let from = start;
  for (const pair of [...kept, end]) {
    if (pair.before > at || pair.after > from) {
      gaps.push({ at, removed: pair.before - at, from, added: pair.after - from });
    }
    at = pair.before + 1;
    from = pair.after + 1;
  }
  return gaps;
}

/** The longest sequence of equal elements that both stretches have in the same order. */
function keptPairs(
  before: readonly string[],
  after: readonly string[],
  start: number,
  removed: number,
  added: number,
): readonly Pair[] {
  const places = new Map<string, number[]>();
  // From the end, so that `pop` gives the first place that is left.
  for (let index = start + added - 1; index >= start; index--) {
    const element = after[index] ?? '';
    const known = places.get(element);
    if (known === undefined) places.set(element, [index]);
    else known.push(index);
  }
  const pairs: Pair[] = [];
  for (let index = start; index < start + removed; index++) {
    const place = places.get(before[index] ?? '')?.pop();
    if (place !== undefined) pairs.push({ before: index, after: place });
  }
  return longestIncreasing(pairs);
}

function longestIncreasing(pairs: readonly Pair[]): readonly Pair[] {
  /** By length less one, the index of the pair with the smallest place that ends a sequence of that length. */
  const ends: number[] = [];
  const previous: number[] = [];
  for (const [index, { after }] of pairs.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] ?? 0]?.after ?? 0) < after) low = middle + 1;
      else high = middle;
    }
    previous.push(low === 0 ? -1 : (ends[low - 1] ?? -1));
    ends[low] = index;
  }
  const sequence: Pair[] = [];
  for (let index = ends.at(-1) ?? -1; index !== -1; index = previous[index] ?? -1) {
    const pair = pairs[index];
    if (pair !== undefined) sequence.push(pair);
  }
  return sequence.reverse();
}
