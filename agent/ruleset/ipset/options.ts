import type { RulesetProblem } from '../common/problem.ts';
import type { IpsetOption } from './document.ts';
import { ipsetOptionArity } from './setTypes.ts';
import type { IpsetWord } from './words.ts';

/** Reads the words after a set's type or an entry's element. */
export function parseIpsetOptions(
  place: 'create' | 'add',
  words: readonly IpsetWord[],
  report: (problem: RulesetProblem) => void,
): readonly IpsetOption[] {
  const options: IpsetOption[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (!word) break;
    const name = word.text.startsWith('--') ? word.text.slice(2) : word.text;
    const arity = ipsetOptionArity(place, name);
    const value = arity === 'value' ? words[index + 1] : undefined;
    if (value) index++;
    options.push({
      name,
      ...(value ? { value: value.text } : {}),
      span: { start: word.start, end: value?.end ?? word.end },
      known: arity !== undefined,
    });
    if (arity === undefined) {
      report({
        code: 'ipset-unknown-option',
        severity: 'error',
        message: `ipset has no option "${name}" here.`,
        args: { option: name },
        span: { start: word.start, end: word.end },
      });
    } else if (arity === 'value' && !value) {
      report({
        code: 'ipset-option-without-value',
        severity: 'error',
        message: `The option "${name}" needs a value.`,
        args: { option: name },
        span: { start: word.start, end: word.end },
      });
    }
  }
  return options;
}

/** The value of an option that is a whole number, in decimal or hexadecimal. */
export function integerOption(options: readonly IpsetOption[], name: string): bigint | undefined {
  const value = options.find((option) => option.name === name)?.value;
  return value !== undefined && /^(?:0x[0-9a-f]+|\d+)$/i.test(value) ? BigInt(value) : undefined;
}
