import type { SourceLocation } from '../../model/location.ts';
import type { PartKind } from '../../model/snapshot.ts';
import type { SnapshotText } from '../snapshotText.ts';
import { DocumentBuilder } from './documentBuilder.ts';
import { type Excerpt, partOf } from './excerpt.ts';
import { addIptablesExcerpts } from './iptablesExcerpts.ts';
import { addNftJsonExcerpts, addNftTextExcerpts } from './nftExcerpts.ts';
import type { DocumentLanguage, OutlineDocument } from './outlineDocument.ts';

/** The language that the lines of a part are written in. */
export function languageOf(kind: PartKind | undefined): DocumentLanguage {
  switch (kind) {
    case 'iptables-save':
      return 'iptables';
    case 'ipset-save':
      return 'ipset';
    case 'ipvsadm-save':
      return 'ipvsadm';
    case 'nft-text':
      return 'nft';
    case 'nft-json':
      return 'json';
    default:
      return 'plaintext';
  }
}

/**
 * Makes one document of excerpts from any parts. The part of the first one decides the language; what stands in parts
 * of other languages follows as comments.
 */
export function excerptDocument(
  title: string,
  excerpts: readonly Excerpt[],
  text: SnapshotText,
  target?: SourceLocation,
): OutlineDocument {
  const byPart = new Map<string, Excerpt[]>();
  for (const excerpt of excerpts) {
    const part = partOf(excerpt);
    if (part === undefined) continue;
    const known = byPart.get(part);
    if (known) known.push(excerpt);
    else byPart.set(part, [excerpt]);
  }
  const [first] = byPart.keys();
  const document = new DocumentBuilder(languageOf(first === undefined ? undefined : text.part(first)?.kind), target);
  for (const [part, ofPart] of byPart) addExcerpts(document, part, ofPart, text);
  return document.build(title);
}

function addExcerpts(document: DocumentBuilder, part: string, excerpts: readonly Excerpt[], text: SnapshotText): void {
  const kind = text.part(part)?.kind;
  document.comment(part);
  if (languageOf(kind) !== document.language) {
    for (const location of excerpts.flatMap(locationsOf)) document.add(`# ${text.at(location)}`, location);
    return;
  }
  switch (kind) {
    case 'iptables-save':
      addIptablesExcerpts(document, excerpts, text);
      break;
    case 'nft-text':
      addNftTextExcerpts(document, excerpts, text);
      break;
    case 'nft-json':
      addNftJsonExcerpts(document, excerpts, text);
      break;
    default:
      for (const location of excerpts.flatMap(locationsOf)) {
        document.add(text.line(part, location.line), location);
      }
  }
}

function locationsOf({ declaration, entries }: Excerpt): readonly SourceLocation[] {
  return declaration ? [declaration, ...entries] : entries;
}
