import type { Snapshot } from '../model/snapshot.ts';
import { partDocument } from './documents/partDocument.ts';
import type { Siblings } from './outlineNode.ts';
import type { SnapshotText } from './snapshotText.ts';
import { searchable } from './words.ts';

/** Adds the heading of the parts that the snapshot was read as. */
export function addParts(siblings: Siblings, snapshot: Snapshot, text: SnapshotText): void {
  siblings.add('parts', {
    facts: () => ({ kind: 'parts', count: snapshot.parts.length }),
    childCount: () => snapshot.parts.length,
    children: (below) => {
      for (const part of snapshot.parts) {
        const { id, status, source, durationMs, reason } = part;
        below.add(id, {
          facts: () => ({
            kind: 'part',
            name: id,
            status,
            source: [...source],
            durationMs,
            characters: part.text.length,
            ...(reason && { reason: { ...reason, args: { ...reason.args } } }),
          }),
          childCount: () => 0,
          searchText: () => searchable(id, ...source),
          document: () => partDocument(id, text),
        });
      }
    },
  });
}
