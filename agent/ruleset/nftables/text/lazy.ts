import type { Span } from '../../common/position.ts';
import type { NftElement, NftFamily, NftRule, NftSet } from '../document.ts';
import type { NftStatement } from '../statement.ts';
import { parseElement } from './element.ts';
import { lexNft, NftTokenCursor } from './lexer.ts';
import { NftTextScanner } from './scanner.ts';
import { parseRuleStatements } from './statement.ts';

/** A rule that remembers only where it stands. */
export class NftTextRule implements NftRule {
  readonly handle?: number;
  readonly comment?: string;
  readonly #text: string;
  readonly #start: number;
  readonly #end: number;
  readonly #family: NftFamily;

  constructor(text: string, span: Span, family: NftFamily, handle: number | undefined) {
    this.#text = text;
    this.#start = span.start;
    this.#end = span.end;
    this.#family = family;
    if (handle !== undefined) this.handle = handle;
    const comment = trailingComment(text, span);
    if (comment !== undefined) this.comment = comment;
  }

  get span(): Span {
    return { start: this.#start, end: this.#end };
  }

  statements(): readonly NftStatement[] {
    return parseRuleStatements(this.#text, this.span, this.#family);
  }
}

/** A rule's comment is its last statement. */
function trailingComment(text: string, { start, end }: Span): string | undefined {
  if (text.charAt(end - 1) !== '"') return undefined;
  const open = text.lastIndexOf('"', end - 2);
  const keyword = 'comment ';
  const before = open - keyword.length;
  return before >= start && text.startsWith(keyword, before) ? text.slice(open + 1, end - 1) : undefined;
}

/** What a set's block says besides its elements. */
export type NftSetProperties = Omit<NftSet, 'elementCount' | 'elements'>;

/** A set or map that remembers only where its elements stand, between the braces of `elements = { ... }`. */
export function lazyTextSet(text: string, properties: NftSetProperties, elements: Span | undefined): NftSet {
  const scanner = new NftTextScanner(text);
  let elementCount = 0;
  if (elements) {
    scanner.eachPiece(elements.start, elements.end, () => {
      elementCount++;
    });
  }
  const readElements = (): readonly NftElement[] => {
    const found: NftElement[] = [];
    if (!elements) return found;
    scanner.eachPiece(elements.start, elements.end, (start, end) => {
      found.push(parseElement(new NftTokenCursor(text, lexNft(text, start, end)), 0));
    });
    return found;
  };
  return { ...properties, elementCount, elements: readElements };
}
