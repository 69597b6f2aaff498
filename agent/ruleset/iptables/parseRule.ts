import type { Span } from '../common/position.ts';
import type { RulesetProblem } from '../common/problem.ts';
import { matchImpliedBy, matchSpecs } from './extensions/lookup.ts';
import { type CommandSpec, commandSpecs } from './extensions/parameters.ts';
import { optionIndexOf, type ResolvedOption } from './extensions/resolve.ts';
import { type IptablesProblemCode, problem } from './problems.ts';
import type { IptablesRule, RuleCommand, RuleCounters, RuleOption, Word } from './rule.ts';
import { LoadedExtensions, type OpenExtension, type OptionOwner } from './ruleBuilder.ts';
import { splitWords } from './words.ts';

/** Parses the line of a rule in full. Whatever the line holds, it returns what was understood. */
export function parseRule(text: string, line: number, span: Span): IptablesRule {
  return new RuleParser(text, line, span).parse();
}

/** An option as spelled: its name, and the value that is glued to the name (`-ptcp`, `--dport=80`). */
interface Spelling {
  readonly written: string;
  readonly nameSpan: Span;
  readonly glued: Word | undefined;
}

/** Reads the words of a line as getopt_long(3) and the extensions of iptables 1.8 do, but goes on after a mistake. */
class RuleParser {
  readonly #text: string;
  readonly #line: number;
  readonly #span: Span;
  readonly #problems: RulesetProblem[] = [];
  readonly #parameters: RuleOption[] = [];
  readonly #strayWords: Word[] = [];
  readonly #extensions = new LoadedExtensions();
  #words: readonly Word[] = [];
  #at = 0;
  #negation: Word | undefined;
  #counters: RuleCounters | undefined;
  #command: RuleCommand | undefined;
  #hasTarget = false;
  /** The extension whose options stand directly before the current word. */
  #current: OpenExtension | undefined;

  constructor(text: string, line: number, span: Span) {
    this.#text = text;
    this.#line = line;
    this.#span = span;
  }

  parse(): IptablesRule {
    const { words, unterminatedQuote } = splitWords(this.#text, this.#readCounterPrefix(), this.#span.end);
    this.#words = words;
    if (unterminatedQuote !== undefined) {
      this.#report('unterminated-quote', { start: unterminatedQuote, end: this.#span.end });
    }
    while (this.#at < words.length) this.#readNext();
    this.#rejectNegation();
    if (!this.#command) this.#report('missing-command', this.#span);
    return {
      line: this.#line,
      span: this.#span,
      counters: this.#counters,
      command: this.#command,
      parameters: this.#parameters,
      matches: this.#extensions.matches(),
      target: this.#extensions.target(),
      strayWords: this.#strayWords,
      problems: this.#problems.sort((a, b) => a.span.start - b.span.start),
    };
  }

  #report(code: IptablesProblemCode, span: Span, args: RulesetProblem['args'] = {}): void {
    this.#problems.push(problem(code, span, args));
  }

  /** Reads `[packets:bytes]` at the start of the line; returns where the words begin. */
  #readCounterPrefix(): number {
    const { start, end } = this.#span;
    if (this.#text[start] !== '[') return start;
    const close = this.#text.indexOf(']', start);
    const prefixEnd = close === -1 || close >= end ? start + 1 : close + 1;
    const span = { start, end: prefixEnd };
    const numbers = /^\[(\d+):(\d+)\]$/.exec(this.#text.slice(start, prefixEnd));
    if (!numbers) this.#report('malformed-counters', span);
    else this.#setCounters(numbers[1], numbers[2], 'prefix', span);
    return prefixEnd;
  }

  #setCounters(packets: string | undefined, bytes: string | undefined, form: RuleCounters['form'], span: Span): void {
    if (packets && bytes && /^\d+$/.test(packets) && /^\d+$/.test(bytes)) {
      this.#counters = { packets: BigInt(packets), bytes: BigInt(bytes), form, span };
    } else {
      this.#report('malformed-counters', span);
    }
  }

  #peek(): Word | undefined {
    return this.#words[this.#at];
  }

  #take(): Word | undefined {
    return this.#words[this.#at++];
  }

  #readNext(): void {
    const word = this.#take();
    if (!word) return;
    if (word.value === '!') {
      this.#rejectNegation();
      this.#negation = word;
    } else if (word.value.length > 1 && word.value.startsWith('-') && word.value !== '--') {
      this.#readOption(spell(word));
      this.#negation = undefined;
    } else {
      this.#rejectNegation();
      this.#strayWord(word);
    }
  }

  #strayWord(word: Word | undefined): void {
    if (!word) return;
    this.#strayWords.push(word);
    if (word.value === 'revision]' && this.#strayWords.at(-2)?.value === '[unsupported') {
      this.#problems.pop();
      const start = this.#strayWords.at(-2)?.span.start ?? word.span.start;
      const owner = this.#current?.name ?? 'a match';
      this.#report('unsupported-revision', { start, end: word.span.end }, { owner });
      return;
    }
    this.#report('unexpected-word', word.span, { word: word.value });
  }

  #rejectNegation(): void {
    if (this.#negation) this.#report('unexpected-negation', this.#negation.span);
    this.#negation = undefined;
  }

  #readOption(spelling: Spelling): void {
    const { option, owner } = this.#resolve(spelling);
    if (!option) {
      this.#readUnknownOption(spelling);
      return;
    }
    const command =
      owner === undefined && option.name.length === 2 ? commandSpecs.get(option.name.slice(1)) : undefined;
    if (command) {
      this.#readCommand(spelling, option, command);
      return;
    }
    if (owner === undefined && isStructure(option.name)) {
      this.#readStructure(option, spelling);
      return;
    }
    const read = this.#readValues(option, spelling);
    if (read.negated && !option.spec.negatable) {
      this.#report('not-negatable', spelling.nameSpan, { option: option.name });
    }
    this.#addOption({ ...read, name: option.name, nameSpan: spelling.nameSpan, known: true }, owner);
  }

  #resolve({ written }: Spelling): OptionOwner {
    const found = this.#extensions.resolve(written) ?? this.#resolveImplied(written);
    if (found) return found;
    const abbreviated = written.startsWith('--') ? this.#extensions.resolveAbbreviated(written) : undefined;
    return abbreviated ?? { option: undefined, owner: undefined };
  }

  /** `-p tcp --dport 80` loads the match tcp, if it is not loaded and has that option. */
  #resolveImplied(written: string): OptionOwner | undefined {
    const protocol = this.#parameters.find(({ name }) => name === '-p')?.values[0];
    const match = protocol && matchImpliedBy(protocol.value);
    const spec = match === undefined ? undefined : matchSpecs.get(match);
    const option = spec && optionIndexOf(spec).get(written);
    if (!option || !protocol || match === undefined || this.#extensions.hasMatch(match)) return undefined;
    return { option, owner: this.#extensions.loadImplied(match, protocol) };
  }

  #readCommand(spelling: Spelling, option: ResolvedOption, spec: CommandSpec): void {
    this.#rejectNegation();
    const { values } = this.#readValues(option, spelling);
    const mayHaveArgument = spec.argument !== 'none' && values.length > 0;
    const argument = mayHaveArgument && isPlainArgument(this.#peek()) ? this.#take() : undefined;
    if (spec.argument === 'required' && values.length > 0 && !argument) {
      this.#report('missing-value', spelling.nameSpan, { option: option.name, expected: 2, found: 1 });
    }
    if (this.#command) {
      this.#report('several-commands', spelling.nameSpan);
      return;
    }
    const letter = option.name.slice(1);
    this.#command = { kind: spec.kind, letter, span: spelling.nameSpan, chain: values[0], argument };
  }

  #readStructure(option: ResolvedOption, spelling: Spelling): void {
    const { values, span, negated } = this.#readValues(option, spelling);
    const [first, second] = values;
    if (option.name === '-c') {
      const [packets, bytes] = second ? [first?.value, second.value] : (first?.value.split(',') ?? []);
      this.#setCounters(packets, bytes, 'option', span);
      return;
    }
    if (!first) return;
    if (option.name === '-m') {
      if (negated) this.#report('not-negatable', spelling.nameSpan, { option: '-m' });
      this.#current = this.#extensions.load('match', first, span.start, negated);
      if (!this.#current.index) this.#report('unknown-match', first.span, { match: first.value });
      return;
    }
    if (negated) this.#report('not-negatable', spelling.nameSpan, { option: option.name });
    if (this.#hasTarget) {
      this.#report('several-targets', span);
      this.#addOption(
        { name: option.name, nameSpan: spelling.nameSpan, span, negated, values, known: false },
        undefined,
      );
      return;
    }
    this.#hasTarget = true;
    this.#current = this.#extensions.load(option.name === '-g' ? 'goto' : 'jump', first, span.start, negated);
  }

  /** Takes the values that follow an option's name, and the `!` that stands before the name or the first value. */
  #readValues({ name, spec }: ResolvedOption, { nameSpan, glued }: Spelling) {
    const values: Word[] = [];
    let negated = this.#negation !== undefined;
    const start = this.#negation?.span.start ?? nameSpan.start;
    this.#negation = undefined;
    if (glued) {
      if (spec.values === 0) this.#report('unexpected-value', glued.span, { option: name });
      else values.push(glued);
    } else if (spec.values === 'optional') {
      if (isPlainArgument(this.#peek())) this.#pushTaken(values);
    } else if (spec.values > 0) {
      if (spec.negatable && this.#isInnerNegation()) {
        this.#at++;
        negated = true;
      }
      this.#pushTaken(values);
    }
    if (spec.values === 2 && values.length === 1 && isPlainArgument(this.#peek())) this.#pushTaken(values);
    const wanted = typeof spec.values === 'number' ? spec.values : 0;
    const counters = name === '-c' && values[0]?.value.includes(',');
    if (values.length < wanted && !counters) {
      this.#report('missing-value', nameSpan, { option: name, expected: wanted, found: values.length });
    }
    return { values, negated, span: { start, end: values.at(-1)?.span.end ?? nameSpan.end } };
  }

  #pushTaken(values: Word[]): void {
    const word = this.#take();
    if (word) values.push(word);
  }

  /** Whether the next word is the `!` of the older order `--option ! value`. */
  #isInnerNegation(): boolean {
    const next = this.#peek();
    return next?.value === '!' && !next.quoted && isPlainArgument(this.#words[this.#at + 1]);
  }

  /** Keeps an unknown option with the words up to the next option as its values. */
  #readUnknownOption({ written, nameSpan, glued }: Spelling): void {
    const values: Word[] = glued ? [glued] : [];
    while (!glued && isValueOfUnknown(this.#peek())) this.#pushTaken(values);
    const start = this.#negation?.span.start ?? nameSpan.start;
    const owner = this.#extensions.ownerOfUnknown();
    this.#report('unknown-option', nameSpan, { option: written, owner: owner?.name ?? 'a rule' });
    const span = { start, end: values.at(-1)?.span.end ?? nameSpan.end };
    const negated = this.#negation !== undefined;
    this.#addOption({ name: written, nameSpan, span, negated, values, known: false }, owner);
  }

  #addOption(option: RuleOption, owner: OpenExtension | undefined): void {
    (owner?.options ?? this.#parameters).push(option);
    if (owner && owner === this.#current) owner.span.end = option.span.end;
    else this.#current = undefined;
  }
}

function isStructure(name: string): boolean {
  return name === '-m' || name === '-j' || name === '-g' || name === '-c';
}

/** Whether a word can be an optional or second argument (`xs_has_arg` of xshared.c). */
function isPlainArgument(word: Word | undefined): word is Word {
  return word !== undefined && !word.value.startsWith('-') && !word.value.startsWith('!');
}

function isValueOfUnknown(word: Word | undefined): boolean {
  return word !== undefined && (word.quoted || (!word.value.startsWith('-') && word.value !== '!'));
}

function spell({ value, span, quoted }: Word): Spelling {
  const nameEnd = value.startsWith('--') ? value.indexOf('=') : 2;
  if (nameEnd === -1 || nameEnd >= value.length) return { written: value, nameSpan: span, glued: undefined };
  // Within a word that is partly quoted, offsets of the text and of the value differ: then both get the whole span.
  const nameSpan = quoted ? span : { start: span.start, end: span.start + nameEnd };
  const valueStart = value.startsWith('--') ? nameEnd + 1 : nameEnd;
  const gluedSpan = quoted ? span : { start: span.start + valueStart, end: span.end };
  const glued = { value: value.slice(valueStart), span: gluedSpan, quoted };
  return { written: value.slice(0, nameEnd), nameSpan, glued };
}
