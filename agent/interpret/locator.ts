import type { SourceLocation } from '../model/location.ts';
import { LineIndex, type Span } from '../ruleset/common/position.ts';

/** Turns offsets in one part's text into locations. The line index is made when it is first needed. */
export class Locator {
  readonly part: string;
  readonly #text: string;
  #lines: LineIndex | undefined;

  constructor(part: string, text: string) {
    this.part = part;
    this.#text = text;
  }

  /** A span that goes over several lines is cut at the end of its first. */
  at(span: Span): SourceLocation {
    this.#lines ??= new LineIndex(this.#text);
    const { line, column } = this.#lines.positionAt(span.start);
    const lineEnd = this.#lines.lineStart(line + 1);
    const end = Math.min(span.end, line + 1 < this.#lines.lineCount ? lineEnd - 1 : lineEnd);
    return { part: this.part, line, column, length: Math.max(0, end - span.start) };
  }

  /** A whole line. */
  line(line: number): SourceLocation {
    return { part: this.part, line, column: 0, length: 0 };
  }
}
