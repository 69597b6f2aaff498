import type { SnapshotText } from '../snapshotText.ts';
import type { DocumentBuilder } from './documentBuilder.ts';
import type { Excerpt } from './excerpt.ts';

/**
 * Adds chains and rules in the form of `iptables-save`: for each table its line, the declarations, the rules in the
 * order of the excerpts, COMMIT. The rules of one part come in the order in which packets meet them, not the part's.
 */
export function addIptablesExcerpts(document: DocumentBuilder, excerpts: readonly Excerpt[], text: SnapshotText): void {
  for (const table of new Set(excerpts.map((excerpt) => excerpt.table))) {
    const ofTable = excerpts.filter((excerpt) => excerpt.table === table);
    if (table) document.add(`*${table}`);
    for (const { declaration } of ofTable) {
      if (declaration) document.add(text.line(declaration.part, declaration.line), declaration);
    }
    for (const { entries } of ofTable) {
      for (const entry of entries) document.add(text.line(entry.part, entry.line), entry);
    }
    if (table) document.add('COMMIT');
  }
}
