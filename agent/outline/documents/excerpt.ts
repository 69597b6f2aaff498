import type { SourceLocation } from '../../model/location.ts';

/** Something to show in a document: a chain, a set, a map, or single lines, with where they stand. */
export interface Excerpt {
  /** What its lines belong to; `lines` stand for themselves, as in ipset and ipvsadm dumps. */
  readonly kind: 'chain' | 'map' | 'lines';
  /** The table, for chains and maps. */
  readonly table?: string | undefined;
  /** The family as the model names it. */
  readonly family?: string | undefined;
  /** The name of the chain or map. */
  readonly name?: string | undefined;
  /** Where it is declared; absent for single rules of a chain, or elements of a map, that is not shown whole. */
  readonly declaration?: SourceLocation | undefined;
  /** Where its rules, elements or lines stand, in order. */
  readonly entries: readonly SourceLocation[];
}

/** The part in which an excerpt stands; undefined when it holds nothing. */
export function partOf({ declaration, entries }: Excerpt): string | undefined {
  return (declaration ?? entries[0])?.part;
}
