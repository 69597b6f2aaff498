import type { SourceLocation } from '../../model/location.ts';
import type { SnapshotText } from '../snapshotText.ts';
import { DocumentBuilder } from './documentBuilder.ts';
import { languageOf } from './excerptDocument.ts';
import type { OutlineDocument } from './outlineDocument.ts';

/** Lines shown before a target that stands far down in a long part. */
const linesBefore = 200;
/** A part with fewer lines is shown from its first one. */
const shortPart = 5_000;

/** The text of a part as it is; of a long one, the lines around the target. */
export function partDocument(part: string, text: SnapshotText, target?: SourceLocation): OutlineDocument {
  const document = new DocumentBuilder(languageOf(text.part(part)?.kind), target);
  // A text that ends with a line end has no line after it.
  const last = text.lineCount(part) - 1;
  const count = text.line(part, last) === '' ? last : last + 1;
  const first = count <= shortPart || target === undefined ? 0 : Math.max(0, target.line - linesBefore);
  if (first > 0) document.comment(`${first} lines before this are left out here.`);
  for (let line = first; line < count; line++) {
    if (!document.add(text.line(part, line), { part, line, column: 0, length: 0 })) {
      document.leaveOut(count - line - 1);
      break;
    }
  }
  return document.build(part);
}
