import type { Span } from '../../common/position.ts';
import type { NftElement, NftRule, NftSet } from '../document.ts';
import type { NftStatement } from '../statement.ts';
import { convertElement } from './expression.ts';
import { JsonScanner } from './scanner.ts';
import { readStatement } from './statement.ts';
import { parseJson } from './value.ts';

/** A rule that remembers only where its expressions stand. */
export class NftJsonRule implements NftRule {
  readonly handle?: number;
  readonly comment?: string;
  readonly #text: string;
  readonly #start: number;
  readonly #end: number;
  readonly #expressionsAt: number;

  constructor(
    text: string,
    span: Span,
    expressionsAt: number | undefined,
    { handle, comment }: { readonly handle?: number; readonly comment?: string },
  ) {
    this.#text = text;
    this.#start = span.start;
    this.#end = span.end;
    this.#expressionsAt = expressionsAt ?? -1;
    if (handle !== undefined) this.handle = handle;
    if (comment !== undefined) this.comment = comment;
  }

  get span(): Span {
    return { start: this.#start, end: this.#end };
  }

  statements(): readonly NftStatement[] {
    const statements: NftStatement[] = [];
    eachCompleteItem(this.#text, this.#expressionsAt, (span) => {
      statements.push(readStatement(this.#text, span));
    });
    return statements;
  }
}

/** What a set's object says besides its elements. */
export type NftSetHeader = Omit<NftSet, 'elementCount' | 'elements'>;

/** A set or map that remembers only where its elements stand. */
export function lazyJsonSet(
  text: string,
  header: NftSetHeader,
  elementsAt: number | undefined,
  elementCount: number,
): NftSet {
  const elements = (): readonly NftElement[] => {
    const found: NftElement[] = [];
    if (elementsAt !== undefined) {
      eachCompleteItem(text, elementsAt, (span) => {
        found.push(convertElement(parseJson(text.slice(span.start, span.end)), span));
      });
    }
    return found;
  };
  return { ...header, elementCount, elements };
}

function eachCompleteItem(text: string, at: number, visit: (span: Span) => void): void {
  if (at === -1) return;
  const scanner = new JsonScanner(text);
  scanner.eachItem(at, (start) => {
    const end = scanner.skipValue(start);
    if (end !== -1) visit({ start, end });
    return end;
  });
}
