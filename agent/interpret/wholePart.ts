import type { PartKind, SnapshotPart } from '../model/snapshot.ts';

/** What is printed line by line, without a mark at its end. */
const linesOnly: ReadonlySet<PartKind> = new Set(['ipset-save', 'ipvsadm-save', 'ipvsadm-stats', 'addresses']);

/** Whether a part that was read ends within a line, as no tool ends: of a saved file the rest may have been cut off. */
export function mayBeCutOff({ kind, text }: SnapshotPart): boolean {
  return linesOnly.has(kind) && text !== '' && !text.endsWith('\n');
}

/** Whether all of a part is there; of any other, nothing can be said to be missing in it. */
export function isWholePart(part: SnapshotPart): boolean {
  return part.status === 'complete' && !mayBeCutOff(part);
}
