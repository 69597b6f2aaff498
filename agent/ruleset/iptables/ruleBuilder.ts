import type { Span } from '../common/position.ts';
import { canonicalMatchName, isTargetName, matchSpecs, targetSpecs } from './extensions/lookup.ts';
import {
  coreIndex,
  type OptionIndex,
  optionIndexOf,
  type ResolvedOption,
  resolveAbbreviation,
} from './extensions/resolve.ts';
import type { RuleMatch, RuleOption, RuleTarget, Word } from './rule.ts';

/** A match or target while its options are being collected. */
export interface OpenExtension {
  readonly type: 'match' | 'jump' | 'goto';
  readonly name: string;
  readonly nameSpan: Span;
  readonly span: { readonly start: number; end: number };
  readonly negated: boolean;
  readonly implied: boolean;
  /** Undefined for an extension that is not known. */
  readonly index: OptionIndex | undefined;
  readonly options: RuleOption[];
}

/** An option name found in the text, with the extension it belongs to; none for a parameter. */
export interface OptionOwner {
  readonly option: ResolvedOption | undefined;
  readonly owner: OpenExtension | undefined;
}

/**
 * The matches and the target of one rule, in the order in which they are loaded. An option belongs to the rule itself
 * if the rule may have it, else to the extension loaded last that has it: so getopt_long(3) finds it in iptables.
 */
export class LoadedExtensions {
  readonly #all: OpenExtension[] = [];

  load(type: OpenExtension['type'], name: Word, start: number, negated: boolean): OpenExtension {
    return this.#add(type, name, start, negated, false);
  }

  /** Loads the match of the protocol that stands in `protocol`; it is not written in the rule. */
  loadImplied(match: string, protocol: Word): OpenExtension {
    return this.#add('match', { ...protocol, value: match }, protocol.span.start, false, true);
  }

  #add(type: OpenExtension['type'], name: Word, start: number, negated: boolean, implied: boolean): OpenExtension {
    const canonical = type === 'match' ? canonicalMatchName(name.value) : name.value;
    const spec = (type === 'match' ? matchSpecs : targetSpecs).get(canonical);
    const extension: OpenExtension = {
      type,
      name: canonical,
      nameSpan: name.span,
      span: { start, end: name.span.end },
      negated,
      implied,
      index: spec && optionIndexOf(spec),
      options: [],
    };
    this.#all.push(extension);
    return extension;
  }

  /** Whether `-m name` is loaded already, be it implied. */
  hasMatch(name: string): boolean {
    return this.#all.some((extension) => extension.type === 'match' && extension.name === name);
  }

  /** Finds what an option of that exact name means here. */
  resolve(written: string): OptionOwner | undefined {
    const core = coreIndex.get(written);
    if (core) return { option: core, owner: undefined };
    for (let at = this.#all.length - 1; at >= 0; at--) {
      const owner = this.#all[at];
      const option = owner?.index?.get(written);
      if (option) return { option, owner };
    }
    return undefined;
  }

  /** Finds the option of which `written` is an unambiguous beginning. */
  resolveAbbreviated(written: string): OptionOwner | undefined {
    const known = this.#all.filter((extension) => extension.index !== undefined).reverse();
    const groups = [coreIndex, ...known.flatMap(({ index }) => (index ? [index] : []))];
    const found = resolveAbbreviation(written, groups);
    return found && { option: found.option, owner: found.group === 0 ? undefined : known[found.group - 1] };
  }

  /** The extension to which an option of an unknown name is credited: the last unknown one, else the last one. */
  ownerOfUnknown(): OpenExtension | undefined {
    return this.#all.findLast((extension) => extension.index === undefined) ?? this.#all.at(-1);
  }

  matches(): RuleMatch[] {
    const matches = this.#all.filter(({ type }) => type === 'match');
    return matches.map(({ name, nameSpan, span, negated, implied, index, options }) => {
      return { name, nameSpan, span, negated, implied, known: index !== undefined, options };
    });
  }

  target(): RuleTarget | undefined {
    const target = this.#all.find(({ type }) => type !== 'match');
    if (!target || target.type === 'match') return undefined;
    const { type: kind, name, nameSpan, span, options } = target;
    return { kind, name, nameSpan, span, known: isTargetName(name), options };
  }
}
