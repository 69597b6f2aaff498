import type { IptablesFamily } from '../../../agent/ruleset/iptables/document.ts';
import { type ExtensionForms, matchForms } from './ruleForms.ts';
import { targetForms } from './targetForms.ts';

/** A source of random numbers that gives the same numbers for the same seed. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to `below - 1`: mulberry32, which is small and spreads well enough for tests. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  }

  pick<T>(values: readonly [T, ...T[]] | readonly T[]): T {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new RangeError('Nothing to choose from');
    return value;
  }
}

/** Texts that need every kind of quoting that `iptables-save` knows. */
const texts = [
  '"two words"',
  '"it\'s \\"quoted\\""',
  '"back\\\\slash"',
  '"-j DROP"',
  '"! -s x"',
  '"a,b;c#d"',
  '"ns/name:port"',
  '"käse"',
];

/** Replaces each `{...}` of a form by a random value. */
function fillIn(form: string, family: IptablesFamily, random: SeededRandom): string {
  const isV4 = family === 'ipv4';
  const port = () => 1 + random.below(65_000);
  const hex = () => `0x${(1 + random.below(0xfffffff)).toString(16)}`;
  const ip = () => (isV4 ? `192.0.2.${1 + random.below(100)}` : `2001:db8::${(1 + random.below(100)).toString(16)}`);
  const bracketed = () => (isV4 ? ip() : `[${ip()}]`);
  const ports = (separator: string) => {
    const first = port();
    return `${first}${separator}${first + 1 + random.below(500)}`;
  };
  const values: Readonly<Record<string, () => string | number>> = {
    port,
    ports: () => ports(form.includes('--to-ports') ? '-' : ':'),
    byte: () => 1 + random.below(250),
    byte100: () => 1 + random.below(100),
    hexbyte: () => (16 + random.below(200)).toString(16),
    hexbyte0x: () => `0x${(16 + random.below(200)).toString(16)}`,
    hex16: () => `0x${random.below(0xffff).toString(16)}`,
    dscp: () => `0x${(1 + random.below(60)).toString(16).padStart(2, '0')}`,
    hex,
    ip,
    lastip: () => (isV4 ? `192.0.2.${101 + random.below(100)}` : `2001:db8::${(201 + random.below(100)).toString(16)}`),
    ipport: () => `${bracketed()}:${port()}`,
    ipports: () => `${bracketed()}:${ports('-')}`,
    net: () => (isV4 ? `10.${random.below(256)}.0.0/16` : `fd00:${random.below(9999)}::/64`),
    mask: () => (isV4 ? '255.255.255.0' : 'ffff:ffff:ffff:ffff::'),
    word: () => `word-${random.below(1000)}`,
    text: () => random.pick(texts),
  };
  return form.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name]?.() ?? placeholder));
}

/** An extension that the kernel has, or has not. */
export interface Extension {
  readonly kind: 'match' | 'target';
  readonly forms: ExtensionForms;
}

/** All extensions of a family. */
export function extensionsOf(family: IptablesFamily): Extension[] {
  const all: Extension[] = [
    ...matchForms.map((forms) => ({ kind: 'match', forms }) as const),
    ...targetForms.map((forms) => ({ kind: 'target', forms }) as const),
  ];
  return all.filter(({ forms }) => forms.family === undefined || forms.family === family);
}

export interface GeneratedRule {
  readonly table: string;
  /** What follows `-A CHAIN`. */
  readonly text: string;
}

const allTables = ['filter', 'nat', 'mangle', 'raw'];

/** A rule with one extension and one of its forms only, by which to see whether the kernel has it. */
export function probeRule({ kind, forms }: Extension, form: string, family: IptablesFamily): GeneratedRule {
  const protocol = forms.protocol === undefined ? '' : `-p ${forms.protocol} `;
  const options = fillIn(form, family, new SeededRandom(1));
  const text = `${protocol}${kind === 'match' ? '-m' : '-j'} ${forms.name} ${options}`;
  return { table: forms.tables?.[0] ?? 'filter', text };
}

/** Makes rules out of the extensions that the kernel has. */
export class RuleGenerator {
  readonly #random: SeededRandom;
  readonly #matches: readonly ExtensionForms[];
  readonly #targets: readonly ExtensionForms[];
  readonly #family: IptablesFamily;

  constructor(family: IptablesFamily, extensions: readonly Extension[], seed: number) {
    this.#family = family;
    this.#random = new SeededRandom(seed);
    this.#matches = extensions.flatMap(({ kind, forms }) => (kind === 'match' ? [forms] : []));
    this.#targets = extensions.flatMap(({ kind, forms }) => (kind === 'target' ? [forms] : []));
  }

  /** The `number`th rule. Each extension comes up in turn; what stands beside it is left to chance. */
  rule(number: number): GeneratedRule {
    const all = this.#matches.length + this.#targets.length;
    const turn = number % all;
    const first = turn < this.#matches.length ? this.#matches[turn] : undefined;
    const target = first ? undefined : this.#targets[turn - this.#matches.length];
    const table = this.#random.pick(first?.tables ?? target?.tables ?? allTables);
    const chosen = [first ?? target].filter((forms) => forms !== undefined);
    for (let extra = this.#random.below(3); extra > 0; extra--) this.#addFitting(chosen, this.#matches, table);
    const matches = chosen.filter((forms) => forms !== target);
    const last = target ?? this.#addFitting(chosen, this.#targets, table);
    const protocol = chosen.find((forms) => forms.protocol !== undefined)?.protocol;
    const parts = [this.#parameters(protocol), ...matches.map((forms) => `-m ${forms.name} ${this.#options(forms)}`)];
    if (last) parts.push(`-j ${last.name} ${this.#options(last)}`);
    return { table, text: parts.join(' ').replaceAll(/ +/g, ' ').trim() };
  }

  /** Adds an extension that goes with those chosen: the same table, no other protocol, no match twice. */
  #addFitting(
    chosen: ExtensionForms[],
    candidates: readonly ExtensionForms[],
    table: string,
  ): ExtensionForms | undefined {
    const protocol = chosen.find((forms) => forms.protocol !== undefined)?.protocol;
    const fitting = candidates.filter((forms) => {
      const protocolFits = forms.protocol === undefined || protocol === undefined || forms.protocol === protocol;
      const tableFits = forms.tables === undefined || forms.tables.includes(table);
      return protocolFits && tableFits && !chosen.some(({ name }) => name === forms.name);
    });
    if (fitting.length === 0) return undefined;
    const forms = this.#random.pick(fitting);
    chosen.push(forms);
    return forms;
  }

  #options(forms: ExtensionForms): string {
    return fillIn(this.#random.pick(forms.forms), this.#family, this.#random);
  }

  #parameters(protocol: string | undefined): string {
    const not = () => this.#random.pick(['', '! ']);
    const some = (text: string) => (this.#random.below(3) === 0 ? fillIn(text, this.#family, this.#random) : '');
    const other = this.#random.pick(['', '-p 47', '! -p tcp', '-p udplite', '-p 254']);
    return [
      some(`${not()}-s {net}`),
      some(`${not()}-d {ip}`),
      some(`${not()}-i eth{byte}`),
      some(`${not()}-o veth+`),
      protocol === undefined ? other : `-p ${protocol}`,
    ].join(' ');
  }
}
