/** Walks over the lines of a long text without copying them. */
export class ListLines {
  readonly text: string;
  /** Where the line starts, after its indentation. */
  start = 0;
  /** Where the line ends, before its line break. */
  end = 0;
  /** Tabs before the line. */
  depth = 0;
  #next: number;

  /** @param at where a line starts */
  constructor(text: string, at: number) {
    this.text = text;
    this.#next = at;
  }

  /** Goes to the next line that is not empty; false at the end of the text. */
  next(): boolean {
    while (this.#next < this.text.length) {
      let start = this.#next;
      const lineBreak = this.text.indexOf('\n', start);
      this.end = lineBreak === -1 ? this.text.length : lineBreak;
      this.#next = this.end + 1;
      const lineStart = start;
      while (start < this.end && this.text.charCodeAt(start) === tab) start++;
      this.start = start;
      this.depth = start - lineStart;
      if (start < this.end) return true;
    }
    return false;
  }

  startsWith(words: string): boolean {
    return this.text.startsWith(words, this.start);
  }

  /** The line from `skipped` characters after its start on. */
  rest(skipped = 0): string {
    return this.text.slice(this.start + skipped, this.end);
  }

  /** Whether the line closes a block. */
  get closes(): boolean {
    return this.text.charCodeAt(this.start) === closeBrace;
  }

  /** Goes to the line that closes the block of the given depth. */
  skipBlock(depth: number): void {
    while (this.next() && !(this.depth === depth && this.closes));
  }
}

const tab = 9;
const closeBrace = 125;
