/** Where something stands in a snapshot: a stretch of one line of one part. All numbers count from 0. */
export interface SourceLocation {
  /** {@link SnapshotPart.id} */
  readonly part: string;
  readonly line: number;
  /** UTF-16 units from the start of the line. */
  readonly column: number;
  /** UTF-16 units; 0 means to the end of the line. */
  readonly length: number;
}
