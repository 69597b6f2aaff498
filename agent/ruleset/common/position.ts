/** A half-open range of UTF-16 offsets in a dump's text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place in a text, both numbers counted from 0; `column` in UTF-16 units, as the Language Server Protocol counts. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Translates offsets to lines and back. Lines end with `\n`; a `\r` before it belongs to the line. */
export class LineIndex {
  readonly #starts: Uint32Array;
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    let count = 1;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
    const starts = new Uint32Array(count);
    let line = 1;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts[line++] = at + 1;
    this.#starts = starts;
  }

  /** Number of lines; a text that ends with `\n` has an empty last line. */
  get lineCount(): number {
    return this.#starts.length;
  }

  /** The position of `offset`; an offset outside the text is clamped to it. */
  positionAt(offset: number): Position {
    const clamped = Math.max(0, Math.min(offset, this.#length));
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#starts[middle] ?? 0) <= clamped) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: clamped - (this.#starts[low] ?? 0) };
  }

  /** The offset of the start of `line`, or the text's length when there is no such line. */
  lineStart(line: number): number {
    return this.#starts[line] ?? this.#length;
  }
}
