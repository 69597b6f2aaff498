import type { SourceLocation } from '../../model/location.ts';
import type { SnapshotText } from '../snapshotText.ts';
import type { DocumentBuilder } from './documentBuilder.ts';
import type { Excerpt } from './excerpt.ts';

/** nft's words for the families of iptables. */
const families: Readonly<Record<string, string>> = { ipv4: 'ip', ipv6: 'ip6' };

/** Adds chains, sets and maps in the form of `nft list ruleset`, in their tables. */
export function addNftTextExcerpts(document: DocumentBuilder, excerpts: readonly Excerpt[], text: SnapshotText): void {
  const inTables = excerpts.filter(({ kind }) => kind !== 'lines');
  for (const { entries } of excerpts.filter(({ kind }) => kind === 'lines')) {
    for (const entry of entries) document.add(text.at(entry).trim(), entry);
  }
  for (const heading of new Set(inTables.map(tableHeading))) {
    document.add(heading);
    for (const excerpt of inTables) {
      if (tableHeading(excerpt) === heading) addTextBlock(document, excerpt, text);
    }
    document.add('}');
  }
}

function tableHeading({ family = '', table = '' }: Excerpt): string {
  return `table ${families[family] ?? family} ${table} {`;
}

function addTextBlock(document: DocumentBuilder, excerpt: Excerpt, text: SnapshotText): void {
  if (excerpt.declaration) {
    for (const location of blockLines(excerpt.declaration, text)) {
      document.add(text.line(location.part, location.line), location);
    }
    return;
  }
  document.add(`\t${excerpt.kind} ${excerpt.name ?? ''} {`);
  if (excerpt.kind === 'map') {
    document.add('\t\telements = {');
    for (const entry of excerpt.entries) document.add(`\t\t\t${text.at(entry).trim()},`, entry);
    document.add('\t\t}');
  } else {
    for (const entry of excerpt.entries) document.add(`\t\t${text.at(entry).trim()}`, entry);
  }
  document.add('\t}');
}

/** The lines from a declaration to the brace that closes it, which nft prints on a line of its own. */
function* blockLines({ part, line }: SourceLocation, text: SnapshotText): Generator<SourceLocation> {
  const indentation = /^\s*/.exec(text.line(part, line))?.[0] ?? '';
  const count = text.lineCount(part);
  for (let at = line; at < count; at++) {
    yield { part, line: at, column: 0, length: 0 };
    if (at > line && text.line(part, at) === `${indentation}}`) return;
  }
}

/** Adds the objects of `nft -j list ruleset`, one on each line. */
export function addNftJsonExcerpts(document: DocumentBuilder, excerpts: readonly Excerpt[], text: SnapshotText): void {
  for (const { declaration, entries } of excerpts) {
    if (declaration) document.add(text.at(declaration), declaration);
    for (const entry of entries) document.add(text.at(entry), entry);
  }
}
