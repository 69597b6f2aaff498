import type { Span } from '../common/position.ts';
import type { RulesetProblem } from '../common/problem.ts';
import type { IpsetDefinition, IpsetEntry, IpsetSet } from './document.ts';
import { parseIpsetElement } from './element.ts';
import { integerOption, parseIpsetOptions } from './options.ts';
import { splitIpsetLine } from './words.ts';

const initialCapacity = 16;

/** A set that remembers only where its entries stand in the text, and reads them when asked. */
export class IpsetSetRecord implements IpsetSet {
  readonly name: string;
  definition?: IpsetDefinition;
  readonly #text: string;
  /** For each entry the offset of its line, and of the element behind the set's name. */
  #places = new Uint32Array(2 * initialCapacity);
  #count = 0;

  constructor(text: string, name: string) {
    this.#text = text;
    this.name = name;
  }

  get entryCount(): number {
    return this.#count;
  }

  entry(index: number): IpsetEntry | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.#count) return undefined;
    return this.#read(index, ignoreProblem);
  }

  *entries(): IterableIterator<IpsetEntry> {
    for (let index = 0; index < this.#count; index++) {
      const entry = this.#read(index, ignoreProblem);
      if (entry) yield entry;
    }
  }

  /** Remembers an entry; the caller made sure that a word begins at `elementStart`. */
  addEntry(lineStart: number, elementStart: number): void {
    if (2 * this.#count === this.#places.length) {
      const grown = new Uint32Array(2 * this.#places.length);
      grown.set(this.#places);
      this.#places = grown;
    }
    this.#places[2 * this.#count] = lineStart;
    this.#places[2 * this.#count + 1] = elementStart;
    this.#count++;
  }

  /** Reads every entry once and reports what is wrong with them. */
  check(report: (problem: RulesetProblem) => void): void {
    for (let index = 0; index < this.#count; index++) this.#read(index, report);
  }

  #read(index: number, report: (problem: RulesetProblem) => void): IpsetEntry | undefined {
    const lineStart = this.#places[2 * index] ?? 0;
    const end = lineEnd(this.#text, lineStart);
    const [element, ...optionWords] = splitIpsetLine(this.#text, this.#places[2 * index + 1] ?? 0, end);
    if (!element) return undefined;
    const unclosed = element.unclosed ? element : optionWords.find((word) => word.unclosed);
    if (unclosed) report(unclosedQuote(unclosed));
    const dimensions = this.definition?.dimensions ?? [];
    const parts = dimensions.length === 0 ? [] : parseIpsetElement(dimensions, element.text);
    if (!parts) {
      report({
        code: 'ipset-entry-mismatch',
        severity: 'error',
        message: `"${element.text}" is no entry for a set of type ${this.definition?.type}.`,
        args: { entry: element.text, type: this.definition?.type ?? '' },
        span: { start: element.start, end: element.end },
      });
    }
    const options = optionWords.length === 0 ? [] : parseIpsetOptions('add', optionWords, report);
    const timeout = integerOption(options, 'timeout');
    const packets = integerOption(options, 'packets');
    const bytes = integerOption(options, 'bytes');
    const comment = options.find((option) => option.name === 'comment')?.value;
    return {
      span: { start: lineStart, end },
      elementSpan: { start: element.start, end: element.end },
      element: element.text,
      parts: parts ?? [],
      ...(timeout === undefined ? {} : { timeout: Number(timeout) }),
      ...(packets === undefined ? {} : { packets }),
      ...(bytes === undefined ? {} : { bytes }),
      ...(comment === undefined ? {} : { comment }),
      nomatch: options.some((option) => option.name === 'nomatch'),
      options,
    };
  }
}

/** The problem of a word whose double quote is not closed on its line. */
export function unclosedQuote({ start, end }: Span): RulesetProblem {
  const message = 'A double quote is not closed on its line.';
  return { code: 'ipset-unclosed-quote', severity: 'error', message, args: {}, span: { start, end } };
}

/** The offset of the end of the line that begins at `start`, without its line end. */
export function lineEnd(text: string, start: number): number {
  const newline = text.indexOf('\n', start);
  const end = newline === -1 ? text.length : newline;
  return end > start && text.charCodeAt(end - 1) === 0x0d ? end - 1 : end;
}

function ignoreProblem(): void {
  // Problems were reported when the dump was parsed; reading an entry again must not repeat them.
}
