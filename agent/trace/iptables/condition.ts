import type { IpFamily } from '../../model/address.ts';
import type { RuleMatch, RuleOption } from '../../ruleset/iptables/rule.ts';
import type { TracedPacket } from '../packet.ts';
import type { Surroundings } from '../ruleProgram.ts';
import { type Answer, negatedAnswer, unknownAnswer } from './answer.ts';
import { matchNotModelled } from './facts.ts';

/** One thing that a rule asks of packets. The rule matches when all of them hold. */
export interface Condition {
  /** As it stands in the rule: `-d 10.96.0.10/32`, `-m set ! --match-set X dst`. */
  readonly text: string;
  readonly test: Test;
}

export type Test = (packet: TracedPacket, surroundings: Surroundings) => Answer;

/** Where a rule stands, as far as its meaning depends on that. */
export interface RuleContext {
  readonly family: IpFamily;
  /** `nat`, `raw`, ... */
  readonly table: string;
  /** The text of the dump, into which the spans of the rule point. */
  readonly text: string;
}

/** What a match asks of packets. */
export type MatchReader = (match: RuleMatch, context: RuleContext) => readonly Condition[];

/** What an option asks of packets, a `!` in front of it left out; undefined when its value is not understood. */
export type OptionReader = (option: RuleOption, match: RuleMatch, context: RuleContext) => Test | undefined;

/** A match of which each option asks something, and all must hold. */
export function eachOption(readers: Readonly<Record<string, OptionReader>>): MatchReader {
  return (match, context) =>
    match.options.map((option) => {
      const test = option.known ? readers[option.name]?.(option, match, context) : undefined;
      const text = optionText(match, option, context);
      if (test === undefined) return { text, test: unknownTest(match.name) };
      if (!option.negated) return { text, test };
      return { text, test: (packet, surroundings) => negatedAnswer(test(packet, surroundings)) };
    });
}

/** A match that is asked as a whole. */
export function wholeMatch(reader: (match: RuleMatch, context: RuleContext) => Test | undefined): MatchReader {
  return (match, context) => [
    { text: matchText(match, context), test: reader(match, context) ?? unknownTest(match.name) },
  ];
}

/** The test of a match that is not simulated. */
export function unknownTest(match: string): Test {
  const answer = unknownAnswer(matchNotModelled(match));
  return () => answer;
}

export function optionText(match: RuleMatch, option: RuleOption, { text }: RuleContext): string {
  return `-m ${match.name} ${text.slice(option.span.start, option.span.end)}`;
}

/** All of a match as it stands in the rule. */
export function matchText(match: RuleMatch, context: RuleContext): string {
  const negation = match.negated ? '! ' : '';
  const options = match.options.map(({ span }) => context.text.slice(span.start, span.end));
  return [`${negation}-m ${match.name}`, ...options].join(' ');
}

/** The first value of an option, or of the option of that name. */
export function firstValue(option: RuleOption | undefined): string | undefined {
  return option?.values[0]?.value;
}

export function optionNamed(
  { options }: { readonly options: readonly RuleOption[] },
  name: string,
): RuleOption | undefined {
  return options.find((option) => option.name === name);
}

/** Whether all options are known and among those named. */
export function hasOnly(match: { readonly options: readonly RuleOption[] }, ...names: readonly string[]): boolean {
  return match.options.every(({ name, known }) => known && names.includes(name));
}
