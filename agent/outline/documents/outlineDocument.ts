import type { SourceLocation } from '../../model/location.ts';

export type DocumentLanguage = 'iptables' | 'ipset' | 'ipvsadm' | 'nft' | 'json' | 'plaintext';

/** Where a line of a document came from; `line` is -1 for lines that no part holds. */
export interface LineOrigin {
  readonly part: string;
  readonly line: number;
}

/** An excerpt of a snapshot to read: the rules of a chain, of a Service, a set, ... */
export interface OutlineDocument {
  readonly language: DocumentLanguage;
  /** A name for it: the chain's, the Service's, ... */
  readonly title: string;
  readonly text: string;
  /** One for each line of `text`. */
  readonly lines: readonly LineOrigin[];
  /** Lines that it would have if it were not cut; 0 when it is whole. */
  readonly linesLeftOut: number;
  /** What the document was opened for, in the snapshot. */
  readonly target: SourceLocation | undefined;
  /** The line of `text` where the target stands; 0 when it stands nowhere. */
  readonly targetLine: number;
}
