import type { IptablesRule, RuleCommand, RuleCounters, RuleOption, Word } from './rule.ts';

/**
 * Writes a rule anew from its structure, in the form in which `iptables-save` prints rules and `iptables-restore` reads
 * them: counters, command, parameters, matches, target. Parsing the result gives an equivalent rule: a match that was
 * implied is written out, and `!` stands before the option that it negates.
 */
export function formatRule(rule: IptablesRule): string {
  const { counters, command, parameters, matches, target } = rule;
  const parts: string[] = [];
  if (counters?.form === 'prefix') parts.push(`[${counters.packets}:${counters.bytes}]`);
  if (command) parts.push(...formatCommand(command));
  for (const word of rule.strayWords) parts.push(formatWord(word));
  parts.push(...parameters.flatMap(formatOption));
  for (const match of matches) {
    if (match.negated) parts.push('!');
    parts.push('-m', quoteIfNeeded(match.name), ...match.options.flatMap(formatOption));
  }
  if (counters?.form === 'option') parts.push(...formatCounterOption(counters));
  if (target) {
    parts.push(target.kind === 'goto' ? '-g' : '-j', quoteIfNeeded(target.name));
    parts.push(...target.options.flatMap(formatOption));
  }
  return parts.join(' ');
}

function formatCommand({ letter, chain, argument }: RuleCommand): string[] {
  const words = [chain, argument].flatMap((word) => (word ? [formatWord(word)] : []));
  // A chain may be left out after some commands, so one that looks like an option must be glued to the letter.
  return /^[-!]/.test(chain?.value ?? '') ? [`-${letter}${words[0]}`, ...words.slice(1)] : [`-${letter}`, ...words];
}

function formatCounterOption({ packets, bytes }: RuleCounters): string[] {
  return ['-c', String(packets), String(bytes)];
}

function formatOption({ name, negated, values }: RuleOption): string[] {
  const [first] = values;
  const words = values.map(formatWord);
  // Where a value may be left out, or the option is unknown, one that looks like an option must be glued to the name.
  const isGlued = first !== undefined && !first.quoted && /^-|^!./.test(first.value);
  const glue = name.startsWith('--') ? '=' : '';
  const option = isGlued ? [`${name}${glue}${words[0]}`, ...words.slice(1)] : [name, ...words];
  return negated ? ['!', ...option] : option;
}

function formatWord({ value, quoted }: Word): string {
  return quoted ? quote(value) : quoteIfNeeded(value);
}

/** Quotes a word that `iptables-restore` would otherwise split, join or take for a negation. */
function quoteIfNeeded(value: string): string {
  return value === '' || value === '!' || /[ \t"]/.test(value) ? quote(value) : value;
}

/** As `xtables_save_string` of libxtables quotes. */
function quote(value: string): string {
  return `"${value.replace(/["'\\]/g, '\\$&')}"`;
}
