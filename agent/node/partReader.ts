import type { SnapshotPart } from '../model/snapshot.ts';
import type { PartIdentity } from './commandPart.ts';

/** One part to read: what it is, and how. */
export interface PartReader {
  readonly identity: PartIdentity;
  /** Never rejects: whatever goes wrong is told by the part. */
  read(signal: AbortSignal | undefined): Promise<SnapshotPart>;
}
