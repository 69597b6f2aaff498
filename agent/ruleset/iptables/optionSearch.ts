import * as c from './characters.ts';
import type { OptionOnLine } from './document.ts';
import { matchSpecs, targetSpecs } from './extensions/lookup.ts';
import { coreIndex, optionIndexOf, type ResolvedOption } from './extensions/resolve.ts';
import { readWord } from './words.ts';

/** What one must know of an option to find it on a line without parsing the rest of the line. */
export interface SearchedOption {
  readonly name: string;
  readonly spellings: readonly string[];
  /** Whether values follow it; undefined when that depends on the match or target to which it belongs. */
  readonly hasValue: boolean | undefined;
}

function collectOptions(): ReadonlyMap<string, SearchedOption> {
  const all = new Map<string, { spellings: Set<string>; specs: ResolvedOption[] }>();
  const extensions = [...matchSpecs.values(), ...targetSpecs.values()];
  for (const index of [coreIndex, ...extensions.map(optionIndexOf)]) {
    for (const [spelling, option] of index) {
      const entry = all.get(option.name) ?? { spellings: new Set(), specs: [] };
      entry.spellings.add(spelling);
      entry.specs.push(option);
      all.set(option.name, entry);
    }
  }
  const searched = new Map<string, SearchedOption>();
  for (const [name, { spellings, specs }] of all) {
    const flags = specs.filter(({ spec }) => spec.values === 0).length;
    const hasValue = flags === 0 ? true : flags === specs.length ? false : undefined;
    searched.set(name, { name, spellings: [...spellings], hasValue });
  }
  return searched;
}

const searchedOptions = collectOptions();

export function searchedOption(name: string): SearchedOption {
  return searchedOptions.get(name) ?? { name, spellings: [name], hasValue: undefined };
}

/** Says that only a full parse of the line tells whether and how the option stands there. */
export const needsParse = Symbol('needs a full parse');

/**
 * Finds an option on the line of a rule from `start` to `end`. A word counts as the option only where it cannot be the
 * value of another option, which is so when the word before it is not an option itself.
 */
export function searchOption(
  text: string,
  start: number,
  end: number,
  option: SearchedOption,
): OptionOnLine | undefined | typeof needsParse {
  let at = start;
  let before = 0;
  while (at < end) {
    const first = text.charCodeAt(at);
    if (first === c.SPACE || first === c.TAB) {
      at++;
      continue;
    }
    if (first === c.DASH) {
      const found = compareWord(text, at, end, option.spellings);
      if (found === partly) return needsParse;
      if (found !== 0) {
        if (before === c.DASH || option.hasValue === undefined) return needsParse;
        return readFound(text, at + found, end, before === c.EXCLAMATION, option.hasValue);
      }
    }
    const wordEnd = skipWord(text, at, end);
    if (wordEnd === -1) return needsParse;
    before = first === c.EXCLAMATION && wordEnd > at + 1 ? 0 : first;
    at = wordEnd;
  }
  return undefined;
}

/** The word may be the option, but is abbreviated or has its value glued to it. */
const partly = -1;

/** The length of the spelling that the word at `at` is; 0 when it is none. */
function compareWord(text: string, at: number, end: number, spellings: readonly string[]): number {
  for (const spelling of spellings) {
    let same = 1;
    while (same < spelling.length && text.charCodeAt(at + same) === spelling.charCodeAt(same)) same++;
    const next = at + same >= end ? c.SPACE : text.charCodeAt(at + same);
    const atWordEnd = next === c.SPACE || next === c.TAB;
    if (same === spelling.length) {
      if (atWordEnd) return same;
      if (same === 2 || next === 0x3d || next === c.QUOTE) return partly;
    } else if (same > 2 && (atWordEnd || next === 0x3d || next === c.QUOTE)) {
      return partly;
    }
  }
  return 0;
}

/** The end of the word at `start`; -1 when quotes in it need a full parse. */
function skipWord(text: string, start: number, end: number): number {
  let at = start;
  let unit = text.charCodeAt(at);
  while (at < end && unit !== c.SPACE && unit !== c.TAB && unit !== c.QUOTE) unit = text.charCodeAt(++at);
  if (at >= end || unit !== c.QUOTE) return at;
  if (at > start || text.charCodeAt(at + 1) === c.DASH) return -1;
  for (at++; at < end; at++) {
    unit = text.charCodeAt(at);
    if (unit === c.QUOTE) return at + 1;
    if (unit === c.BACKSLASH) at++;
  }
  return -1;
}

function readFound(
  text: string,
  nameEnd: number,
  end: number,
  negated: boolean,
  hasValue: boolean,
): OptionOnLine | typeof needsParse {
  let at = nameEnd;
  while (at < end && (text.charCodeAt(at) === c.SPACE || text.charCodeAt(at) === c.TAB)) at++;
  if (!hasValue || at >= end) return { negated, value: undefined, valueSpan: { start: nameEnd, end: nameEnd } };
  const first = text.charCodeAt(at);
  // A value that looks like an option or a negation is rare.
  if (first === c.DASH || first === c.EXCLAMATION) return needsParse;
  const word = readWord(text, at, end);
  if (!word) return needsParse;
  return { negated, value: word.value, valueSpan: { start: at, end: word.end } };
}
