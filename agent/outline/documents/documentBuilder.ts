import type { SourceLocation } from '../../model/location.ts';
import type { DocumentLanguage, LineOrigin, OutlineDocument } from './outlineDocument.ts';

/** Characters: an editor opens this at once, and a message with it does not hold up others. */
const maxLength = 1_000_000;

const heading: LineOrigin = { part: '', line: -1 };

/** Puts a document together line by line, and cuts it where it gets too long to be read anyway. */
export class DocumentBuilder {
  readonly #language: DocumentLanguage;
  readonly #texts: string[] = [];
  readonly #origins: LineOrigin[] = [];
  readonly #target: SourceLocation | undefined;
  #targetLine: number | undefined;
  #length = 0;
  #left = 0;

  constructor(language: DocumentLanguage, target: SourceLocation | undefined) {
    this.#language = language;
    this.#target = target;
  }

  get language(): DocumentLanguage {
    return this.#language;
  }

  /**
   * Adds one line; `origin` is where it stands in the snapshot, absent for a line that is not there.
   *
   * @returns whether there was room for it
   */
  add(text: string, origin?: SourceLocation): boolean {
    if (this.#left > 0 || this.#length + text.length > maxLength) {
      this.#left++;
      return false;
    }
    this.#length += text.length + 1;
    if (origin && this.#isTarget(origin)) this.#targetLine ??= this.#texts.length;
    this.#texts.push(text);
    this.#origins.push(origin ? { part: origin.part, line: origin.line } : heading);
    return true;
  }

  /** Counts lines that are not even looked at. */
  leaveOut(lines: number): void {
    this.#left += lines;
  }

  /** Adds a comment, in languages that have one. */
  comment(text: string): void {
    if (this.#language !== 'json') this.add(`# ${text}`);
  }

  build(title: string): OutlineDocument {
    if (this.#left > 0 && this.#language !== 'json') {
      this.#texts.push(`# ${this.#left} more lines are left out here.`);
      this.#origins.push(heading);
    }
    return {
      language: this.#language,
      title,
      text: this.#texts.map((line) => `${line}\n`).join(''),
      lines: this.#origins,
      linesLeftOut: this.#left,
      target: this.#target,
      targetLine: this.#targetLine ?? 0,
    };
  }

  /** In nft's JSON everything stands on one line, so that only the column tells. */
  #isTarget({ part, line, column }: SourceLocation): boolean {
    const target = this.#target;
    if (target?.part !== part || target.line !== line) return false;
    return this.#language !== 'json' || target.column === column;
  }
}
