import type { Span } from '../common/position.ts';
import type { RulesetProblem, Severity } from '../common/problem.ts';
import type { IpsetCommand, IpsetDefinition, IpsetDump, IpsetOption } from './document.ts';
import { parseIpsetOptions } from './options.ts';
import { IpsetSetRecord, lineEnd } from './setRecord.ts';
import { hasFamily, ipsetCommandName, ipsetDimensions, isIpsetTypeWord } from './setTypes.ts';
import { type IpsetWord, splitIpsetLine } from './words.ts';

/** Reads `ipset save` output or `ipset restore` input. Never throws: what it does not understand becomes a problem. */
export function parseIpsetSave(text: string): IpsetDump {
  return new IpsetParser(text).parse();
}

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
    for (let start = 0; start < this.#text.length; ) {
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
    const words = splitIpsetLine(this.#text, start, end);
    const unclosed = words.find((word) => word.unclosed);
    if (unclosed) this.#report('ipset-unclosed-quote', 'A double quote is not closed on its line.', {}, unclosed);
    // `-exist` may stand anywhere and changes only how existing things are treated.
    const commandIndex = words.findIndex((word) => word.text !== '-exist' && word.text !== '-!');
    const command = words[commandIndex];
    if (!command) return;
    const rest = words.slice(commandIndex + 1);
    const name = ipsetCommandName(command.text);
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
    // The longest row of words that names a set, for names with blanks; else the first word.
    let nameLength = 1;
    for (let count = words.length - 1; count > 1; count--) {
      const candidate = this.#text.slice(nameWord.start, words[count - 1]?.end);
      if (this.#setsByName.has(candidate)) {
        nameLength = count;
        break;
      }
    }
    const name =
      nameLength === 1 ? nameWord.text : this.#text.slice(nameWord.start, words[nameLength - 1]?.end ?? nameWord.end);
    const set = this.#setsByName.get(name) ?? this.#addSet(name);
    const element = words[nameLength];
    if (element) set.addEntry(start, element.start);
    this.#makeCurrent(set);
  }

  #addSet(name: string): IpsetSetRecord {
    const set = new IpsetSetRecord(this.#text, name);
    this.#sets.push(set);
    this.#setsByName.set(name, set);
    return set;
  }

  #makeCurrent(set: IpsetSetRecord): void {
    this.#current = set;
    // A quote in the name would make the words differ from the text; such sets go the general way.
    this.#currentPrefix = set.name.includes('"') ? undefined : `add ${set.name} `;
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

function familyOf(options: readonly IpsetOption[]): 'inet' | 'inet6' {
  const isSix = options.some(
    ({ name, value }) => name === '-6' || (name === 'family' && (value === 'inet6' || value === 'ipv6')),
  );
  return isSix ? 'inet6' : 'inet';
}
