import { contentStart } from '../common/contentStart.ts';
import type { Span } from '../common/position.ts';
import type { RulesetProblem, Severity } from '../common/problem.ts';
import type { IpsetCommand, IpsetDefinition, IpsetDump, IpsetOption } from './document.ts';
import { parseIpsetOptions } from './options.ts';
import { IpsetSetRecord, lineEnd, unclosedQuote } from './setRecord.ts';
import { hasFamily, ipsetCommandName, ipsetDimensions, isIpsetTypeWord } from './setTypes.ts';
import { type IpsetWord, splitIpsetLine } from './words.ts';

/** Reads `ipset save` output or `ipset restore` input. Never throws: what it does not understand becomes a problem. */
export function parseIpsetSave(text: string): IpsetDump {
  return new IpsetParser(text).parse();
}

/** IPSET_MAXNAMELEN less the ending zero. */
const longestName = 31;

class IpsetParser {
  readonly #text: string;
  readonly #sets: IpsetSetRecord[] = [];
  readonly #setsByName = new Map<string, IpsetSetRecord>();
  readonly #commands: IpsetCommand[] = [];
  readonly #problems: RulesetProblem[] = [];
  /** `add NAME ` of the set that the last line was about: `ipset save` prints a set's entries one after the other. */
  #currentPrefix: string | undefined;
  #current: IpsetSetRecord | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): IpsetDump {
    for (let start = contentStart(this.#text); start < this.#text.length; ) {
      this.#parseLine(start, lineEnd(this.#text, start));
      const newline = this.#text.indexOf('\n', start);
      start = newline === -1 ? this.#text.length : newline + 1;
    }
    const report = (problem: RulesetProblem): void => {
      this.#problems.push(problem);
    };
    for (const set of this.#sets) {
      if (!set.definition) this.#reportMissingDefinition(set);
      set.check(report);
    }
    this.#problems.sort((one, other) => one.span.start - other.span.start);
    return { text: this.#text, sets: this.#sets, commands: this.#commands, problems: this.#problems };
  }

  #parseLine(start: number, end: number): void {
    if (this.#addsToCurrentSet(start, end)) return;
    if (this.#text.charCodeAt(start) === 0x23) return;
    let words = splitIpsetLine(this.#text, start, end);
    const unclosed = words.find((word) => word.unclosed);
    // `ipset save` does not quote names: with a quote that is not closed, the name of a new set must hold it.
    const isOddName = unclosed !== undefined && words[0]?.text === 'create' && unclosed === words[1];
    if (isOddName) words = splitIpsetLine(this.#text, start, end, 'literal');
    // `-exist` may stand anywhere and changes only how existing things are treated.
    const commandIndex = words.findIndex((word) => !isExist(word));
    const command = words[commandIndex];
    if (!command) return;
    const name = ipsetCommandName(command.text);
    // The entries of a set report their own quotes.
    if (unclosed && !isOddName && name !== 'add') this.#problems.push(unclosedQuote(unclosed));
    const afterCommand = words.slice(commandIndex + 1);
    const firstArgument = afterCommand.findIndex((word) => !isExist(word));
    const rest = firstArgument === -1 ? [] : afterCommand.slice(firstArgument);
    if (name === 'create') this.#parseCreate(start, end, command, rest);
    else if (name === 'add') this.#parseAdd(start, command, rest);
    else {
      this.#commands.push({
        name: name ?? command.text,
        words: rest.map((word) => word.text),
        span: { start, end },
      });
      if (name === undefined) {
        this.#report(
          'ipset-unknown-command',
          `ipset has no command "${command.text}".`,
          { word: command.text },
          command,
        );
      }
    }
  }

  #addsToCurrentSet(start: number, end: number): boolean {
    const prefix = this.#currentPrefix;
    if (prefix === undefined || !this.#text.startsWith(prefix, start)) return false;
    const elementStart = start + prefix.length;
    const first = this.#text.charCodeAt(elementStart);
    // Blanks, a quote or nothing behind the name: let the general way decide what the words are.
    if (elementStart >= end || first === 0x20 || first === 0x09 || first === 0x22) return false;
    this.#current?.addEntry(start, elementStart);
    return true;
  }

  #parseCreate(start: number, end: number, command: IpsetWord, words: readonly IpsetWord[]): void {
    // `ipset save` does not quote names, so a name with blanks ends where the type begins.
    const typeIndex = Math.max(
      1,
      words.findIndex((word, index) => index > 0 && isIpsetTypeWord(word.text)),
    );
    const nameWord = words[0];
    const typeWord = words[typeIndex];
    if (!nameWord || !typeWord) {
      this.#report('ipset-missing-argument', 'create needs a name and a type.', { command: 'create' }, command);
      return;
    }
    const nameSpan: Span = { start: nameWord.start, end: words[typeIndex - 1]?.end ?? nameWord.end };
    const name = typeIndex === 1 ? nameWord.text : this.#text.slice(nameSpan.start, nameSpan.end);
    const dimensions = ipsetDimensions(typeWord.text);
    if (!dimensions) {
      const message = `The set type "${typeWord.text}" is not known; its entries are kept as they are.`;
      this.#report('ipset-unknown-type', message, { type: typeWord.text }, typeWord);
    }
    const options = parseIpsetOptions('create', words.slice(typeIndex + 1), (problem) => this.#problems.push(problem));
    const definition: IpsetDefinition = {
      span: { start, end },
      nameSpan,
      type: typeWord.text,
      dimensions: dimensions ?? [],
      ...(hasFamily(typeWord.text) ? { family: familyOf(options) } : {}),
      options,
    };
    this.#define(name, definition);
  }

  #define(name: string, definition: IpsetDefinition): void {
    const earlier = this.#setsByName.get(name);
    if (earlier && !earlier.definition) {
      earlier.definition = definition;
      this.#makeCurrent(earlier);
      return;
    }
    if (earlier && !this.#commands.some(({ name: command }) => command !== 'COMMIT' && command !== 'flush')) {
      const message = `The set "${name}" is created twice.`;
      this.#report('ipset-duplicate-set', message, { set: name }, definition.nameSpan, 'warning');
    }
    const set = this.#addSet(name);
    set.definition = definition;
    this.#makeCurrent(set);
  }

  #parseAdd(start: number, command: IpsetWord, words: readonly IpsetWord[]): void {
    const nameWord = words[0];
    if (!nameWord || words.length < 2) {
      this.#report('ipset-missing-argument', 'add needs a set and an entry.', { command: 'add' }, command);
      return;
    }
    const nameLength = this.#nameLength(words);
    const nameEnd = words[nameLength - 1]?.end ?? nameWord.end;
    const name = nameLength === 1 ? nameWord.text : this.#text.slice(nameWord.start, nameEnd);
    const set = this.#setsByName.get(name) ?? this.#addSet(name);
    const element = words[nameLength];
    if (element) set.addEntry(start, element.start);
    this.#makeCurrent(set);
  }

  /** How many words make the name: the longest row of them that names a set, for names with blanks; else one. */
  #nameLength(words: readonly IpsetWord[]): number {
    const start = words[0]?.start ?? 0;
    for (let count = words.length - 1; count > 1; count--) {
      const end = words[count - 1]?.end ?? start;
      if (end - start <= longestName && this.#setsByName.has(this.#text.slice(start, end))) return count;
    }
    return 1;
  }

  #addSet(name: string): IpsetSetRecord {
    const set = new IpsetSetRecord(this.#text, name);
    this.#sets.push(set);
    this.#setsByName.set(name, set);
    return set;
  }

  #makeCurrent(set: IpsetSetRecord): void {
    this.#current = set;
    this.#currentPrefix = `add ${set.name} `;
  }

  #reportMissingDefinition(set: IpsetSetRecord): void {
    const first = set.entry(0);
    const span = first?.elementSpan ?? { start: 0, end: 0 };
    const message = `The set "${set.name}" is not created here, so what its entries mean is not known.`;
    this.#report('ipset-set-not-created', message, { set: set.name }, span, 'information');
  }

  #report(
    code: string,
    message: string,
    args: Readonly<Record<string, string | number>>,
    { start, end }: Span,
    severity: Severity = 'error',
  ): void {
    this.#problems.push({ code, severity, message, args, span: { start, end } });
  }
}

function isExist({ text }: IpsetWord): boolean {
  return text === '-exist' || text === '-!';
}

function familyOf(options: readonly IpsetOption[]): 'inet' | 'inet6' {
  const isSix = options.some(
    ({ name, value }) => name === '-6' || (name === 'family' && (value === 'inet6' || value === 'ipv6')),
  );
  return isSix ? 'inet6' : 'inet';
}
