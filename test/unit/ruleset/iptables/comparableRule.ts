import type { IptablesRule, RuleOption, Word } from '../../../../agent/ruleset/iptables/rule.ts';

function value(word: Word | undefined): string | undefined {
  return word?.value;
}

function comparableOption({ name, negated, values, known }: RuleOption) {
  return { name, negated, values: values.map(value), known };
}

/** What a rule means, without where it stands and how it is spelled. */
export function comparableRule({ counters, command, parameters, matches, target, strayWords }: IptablesRule) {
  return {
    counters: counters && { packets: counters.packets, bytes: counters.bytes },
    command: command && { kind: command.kind, chain: value(command.chain), argument: value(command.argument) },
    parameters: parameters.map(comparableOption),
    matches: matches.map(({ name, negated, options }) => ({ name, negated, options: options.map(comparableOption) })),
    target: target && { kind: target.kind, name: target.name, options: target.options.map(comparableOption) },
    strayWords: strayWords.map(value),
  };
}
