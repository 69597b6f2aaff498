/**
 * Answers "where is the next one of these characters?" for offsets that only grow. Each character of the text is
 * looked at once, by the engine's own search, which is far faster than a loop over the characters.
 */
export class NextOccurrence {
  readonly #text: string;
  readonly #character: string;
  #at = -1;

  constructor(text: string, character: string) {
    this.#text = text;
    this.#character = character;
  }

  /** The first occurrence at or after `offset`; the text's length when there is none. */
  from(offset: number): number {
    if (this.#at < offset) {
      const found = this.#text.indexOf(this.#character, offset);
      this.#at = found === -1 ? this.#text.length : found;
    }
    return this.#at;
  }
}
