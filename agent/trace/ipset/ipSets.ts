import type { ParsedPart } from '../../interpret/parsedSnapshot.ts';
import { isWholePart } from '../../interpret/wholePart.ts';
import type { IpsetDump, IpsetSet } from '../../ruleset/ipset/document.ts';
import type { IpSets, SetAnswer } from '../ipSets.ts';
import type { TracedPacket } from '../packet.ts';
import { setCutOff, setMissing, setNotModelled } from './setFacts.ts';
import { SetIndex } from './setIndex.ts';
import { type SetShape, shapeOf } from './setShape.ts';

type Directions = readonly ('src' | 'dst')[];

/** A set that was asked before. */
interface KnownSet {
  readonly set: IpsetSet;
  readonly shape: SetShape;
  /** Undefined for a list of sets. */
  readonly index: SetIndex | undefined;
  /** The dump ends within it. */
  readonly isCutOff: boolean;
}

/** The IP sets of a snapshot; each is indexed when it is asked for the first time. */
export function ipSets(documents: readonly ParsedPart<IpsetDump>[]): IpSets {
  return new SnapshotIpSets(documents);
}

class SnapshotIpSets implements IpSets {
  readonly #documents: readonly ParsedPart<IpsetDump>[];
  readonly #known = new Map<string, KnownSet | undefined>();
  #sets: ReadonlyMap<string, { readonly set: IpsetSet; readonly isCutOff: boolean }> | undefined;

  constructor(documents: readonly ParsedPart<IpsetDump>[]) {
    this.#documents = documents;
  }

  /** ip_set_test of net/netfilter/ipset/ip_set_core.c. */
  test(name: string, directions: Directions, packet: TracedPacket): SetAnswer {
    const known = this.#find(name);
    if (known === undefined) return { kind: 'unknown', reason: setMissing(name) };
    const { set, shape, index, isCutOff } = known;
    if (shape.type !== 'list:set' && shape.dimensions.length === 0) {
      return { kind: 'unknown', reason: setNotModelled(name, shape.type) };
    }
    if (directions.length < shape.dimensions.length) return { kind: 'out' };
    if (shape.family !== undefined && shape.family !== packet.family) return { kind: 'out' };
    const answer =
      index === undefined ? this.#testList(set, directions, packet) : answerOf(set, index.find(directions, packet));
    return answer.kind === 'out' && isCutOff ? { kind: 'unknown', reason: setCutOff(name) } : answer;
  }

  /** list_set_ktest of net/netfilter/ipset/ip_set_list_set.c: in one of the sets. A list cannot hold lists. */
  #testList(list: IpsetSet, directions: Directions, packet: TracedPacket): SetAnswer {
    let unknown: SetAnswer | undefined;
    for (const { element } of list.entries()) {
      if (this.#find(element)?.shape.type === 'list:set') continue;
      const answer = this.test(element, directions, packet);
      if (answer.kind === 'in') return { kind: 'in', entry: `${element} ${answer.entry}` };
      if (answer.kind === 'unknown') unknown ??= answer;
    }
    return unknown ?? { kind: 'out' };
  }

  #find(name: string): KnownSet | undefined {
    if (this.#known.has(name)) return this.#known.get(name);
    this.#sets ??= setsByName(this.#documents);
    const found = this.#sets.get(name);
    let known: KnownSet | undefined;
    if (found?.set.definition) {
      const shape = shapeOf(found.set.definition);
      const index = shape.type === 'list:set' ? undefined : new SetIndex(found.set, shape);
      known = { ...found, shape, index };
    }
    this.#known.set(name, known);
    return known;
  }
}

function answerOf(set: IpsetSet, found: ReturnType<SetIndex['find']>): SetAnswer {
  if (found.kind === 'out') return found;
  if (found.kind === 'unknown') return { kind: 'unknown', reason: setNotModelled(set.name, found.what) };
  return { kind: 'in', entry: set.entry(found.entry)?.element ?? '' };
}

function setsByName(
  documents: readonly ParsedPart<IpsetDump>[],
): ReadonlyMap<string, { readonly set: IpsetSet; readonly isCutOff: boolean }> {
  const sets = new Map<string, { readonly set: IpsetSet; readonly isCutOff: boolean }>();
  for (const { part, document } of documents) {
    const last = document.sets.at(-1);
    for (const set of document.sets) {
      const earlier = sets.get(set.name);
      if (earlier?.set.definition !== undefined) continue;
      sets.set(set.name, { set, isCutOff: set === last && !isWholePart(part) });
    }
  }
  return sets;
}
