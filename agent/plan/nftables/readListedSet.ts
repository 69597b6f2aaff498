import type { NftablesSet } from '../../model/serviceRules.ts';
import type { ListLines } from './listLines.ts';

/** Reads a set or map from the line after its name up to the one that closes it. */
export function readListedSet(lines: ListLines, kind: NftablesSet['kind']): NftablesSet {
  let type = '';
  let flags: readonly string[] = [];
  let timeout: string | undefined;
  let comment: string | undefined;
  let elementsStart: number | undefined;
  let elementsEnd = 0;
  while (lines.next() && lines.depth > 0 && !(lines.depth === 1 && lines.closes)) {
    if (lines.startsWith('type ')) type = lines.rest('type '.length);
    else if (lines.startsWith('flags ')) flags = lines.rest('flags '.length).split(',').sort();
    else if (lines.startsWith('timeout ')) timeout = lines.rest('timeout '.length);
    else if (lines.startsWith('comment ')) comment = lines.rest().slice('comment "'.length, -1);
    else if (lines.startsWith(elementsWord)) elementsStart = lines.start + elementsWord.length;
    elementsEnd = lines.end;
  }
  const elements = new Map<string, string>();
  const elementComments = new Map<string, string>();
  // What packets add is the kernel's.
  if (elementsStart !== undefined && !flags.includes('dynamic')) {
    eachElement(lines.text.slice(elementsStart, elementsEnd - 1), (element) => {
      readElement(element, elements, elementComments);
    });
  }
  return { kind, type, flags, timeout, comment, elements, elementComments };
}

const elementsWord = 'elements = {';

/** Calls back for what stands between commas, without the space around it. Commas between quotation marks are text. */
function eachElement(elements: string, visit: (element: string) => void): void {
  let from = 0;
  let comma = -1;
  let quote = elements.indexOf('"');
  do {
    comma = elements.indexOf(',', comma + 1);
    while (quote !== -1 && comma !== -1 && quote < comma) {
      const closing = elements.indexOf('"', quote + 1);
      if (closing > comma) comma = elements.indexOf(',', closing);
      quote = closing === -1 ? -1 : elements.indexOf('"', closing + 1);
    }
    const element = elements.slice(from, comma === -1 ? elements.length : comma).trim();
    if (element !== '') visit(element);
    from = comma + 1;
  } while (comma !== -1);
}

/** `10.96.0.2 . tcp . 80 comment "shop/web" : drop`; the comment may follow the value too. */
function readElement(element: string, elements: Map<string, string>, comments: Map<string, string>): void {
  const comment = element.includes('"') ? /\bcomment "([^"]*)"/.exec(element) : null;
  const plain = comment === null ? element : element.replace(comment[0], '').replace('  ', ' ').trim();
  const colon = plain.indexOf(' : ');
  const key = withoutState(colon === -1 ? plain : plain.slice(0, colon));
  elements.set(key, colon === -1 ? '' : withoutState(plain.slice(colon + ' : '.length)));
  if (comment?.[1] !== undefined) comments.set(key, comment[1]);
}

const state = / (?:timeout \S+|expires \S+|counter packets \d+ bytes \d+)/g;

/** Without what the kernel counts for an element. */
function withoutState(text: string): string {
  return text.includes(' timeout ') || text.includes(' expires ') || text.includes(' counter ')
    ? text.replace(state, '')
    : text;
}
