import type { SourceLocation } from '../model/location.ts';
import type { RuleSet } from '../model/nodeModel.ts';
import { excerptDocument } from './documents/excerptDocument.ts';
import type { Siblings } from './outlineNode.ts';
import { isAt, isInBlock, type Place } from './place.ts';
import type { SnapshotText } from './snapshotText.ts';
import { searchable } from './words.ts';

/** Adds the heading of the sets, when there are any. */
export function addSets(siblings: Siblings, sets: readonly RuleSet[], text: SnapshotText): void {
  if (sets.length === 0) return;
  siblings.add('sets', {
    facts: () => ({ kind: 'sets', count: sets.length }),
    childCount: () => sets.length,
    children: (below) => {
      for (const set of sets) addSet(below, set, text);
    },
    holds: (place) => sets.some((set) => setHolds(set, place)),
  });
}

/** Whether a line makes a set or is one of its entries. */
export function setHolds({ location, table, name, entryLocations }: RuleSet, place: Place): boolean {
  if (place.block) return isInBlock(place, location, table ?? '', name);
  return isAt(place, location) || (location.part === place.part && entryLocations.some((entry) => isAt(place, entry)));
}

/** Adds a set with its entries below. */
export function addSet(siblings: Siblings, set: RuleSet, text: SnapshotText): void {
  const { part, kind, family, table, name, type, entries, owner, location } = set;
  const document = (target?: SourceLocation) =>
    excerptDocument(
      name,
      [
        {
          kind: kind === 'ipset' ? 'lines' : 'map',
          family,
          table,
          name,
          declaration: location,
          entries: set.entryLocations,
        },
      ],
      text,
      target,
    );
  let below: string | undefined;
  siblings.add(`${part}:${family ?? ''}:${table ?? ''}:${name}`, {
    facts: () => ({
      kind: 'set',
      set: kind,
      ...(family !== undefined && { family }),
      ...(table !== undefined && { table }),
      name,
      type,
      entries,
      owner,
    }),
    location,
    childCount: () => entries,
    children: (ofSet) => {
      set.entryLocations.forEach((entry, index) => {
        ofSet.add(`${index}`, {
          facts: () => ({ kind: 'setEntry', text: entryText(text.at(entry), name) }),
          location: entry,
          childCount: () => 0,
          searchText: () => entryText(text.at(entry), name).toLowerCase(),
          holds: (place) => isAt(place, entry),
          document: () => document(entry),
        });
      });
    },
    searchText: () => searchable(name),
    searchTextBelow: () => {
      below ??= set.entryLocations
        .map((entry) => entryText(text.at(entry), name))
        .join('\n')
        .toLowerCase();
      return below;
    },
    endpointCount: () => entries,
    holds: (place) => setHolds(set, place),
    document: () => document(location),
  });
}

/** An entry without what every line of its set begins with (`add NAME `). */
function entryText(text: string, set: string): string {
  const prefix = `add ${set} `;
  const line = text.trim();
  return line.startsWith(prefix) ? line.slice(prefix.length) : line;
}
