import type { Localizer } from '../l10n/localizer.ts';

/** A rule's match: the words before its value, and whether the value comes from the rule. */
type Match = (value: string, not: boolean, l10n: Localizer) => string;

const negated = (words: string, isNot: boolean, l10n: Localizer): string => (isNot ? l10n.t('not {0}', words) : words);

/** Options of iptables-save that people meet in rules for Services. */
const matches: Readonly<Record<string, Match>> = {
  '-s': (value, isNot, l10n) => negated(l10n.t('from {0}', value), isNot, l10n),
  '-d': (value, isNot, l10n) => negated(l10n.t('to {0}', value), isNot, l10n),
  '-i': (value, isNot, l10n) => negated(l10n.t('in through {0}', value), isNot, l10n),
  '-o': (value, isNot, l10n) => negated(l10n.t('out through {0}', value), isNot, l10n),
  '-p': (value, isNot, l10n) => negated(l10n.t('protocol {0}', value.toUpperCase()), isNot, l10n),
  '--dport': (value, isNot, l10n) => negated(l10n.t('destination port {0}', value), isNot, l10n),
  '--dports': (value, isNot, l10n) => negated(l10n.t('destination ports {0}', value), isNot, l10n),
  '--sport': (value, isNot, l10n) => negated(l10n.t('source port {0}', value), isNot, l10n),
  '--mark': (value, isNot, l10n) => negated(l10n.t('mark {0}', value), isNot, l10n),
  '--ctstate': (value, isNot, l10n) => negated(l10n.t('connection state {0}', value), isNot, l10n),
  '--src-type': (value, isNot, l10n) => negated(l10n.t('source is {0}', value), isNot, l10n),
  '--dst-type': (value, isNot, l10n) => negated(l10n.t('destination is {0}', value), isNot, l10n),
  '--probability': (value, _isNot, l10n) => l10n.t('by chance, {0}', `${Number((Number(value) * 100).toFixed(2))} %`),
  '--rcheck': (_value, isNot, l10n) => negated(l10n.t('the client is remembered'), isNot, l10n),
};

/** Options without a value among those that are read here. */
const flags: ReadonlySet<string> = new Set(['--rcheck']);

/**
 * A rule of iptables-save in words: what it asks for, without what it does, which the step says. Undefined where an
 * option is not known, so that half a rule is never told as if it were all.
 */
export function ruleWords(rule: string, l10n: Localizer): string | undefined {
  const words = rule.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  if (words[0] !== '-A') return undefined;
  const conditions: string[] = [];
  let isNot = false;
  for (let at = 2; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '-j' || word === '-g') break;
    if (word === '!') {
      isNot = true;
      continue;
    }
    const value = words[at + 1] ?? '';
    const match = matches[word];
    if (word === '-m' || word === '--comment' || word === '--mode') at++;
    else if (word === '--match-set') {
      conditions.push(negated(l10n.t('{0} in set {1}', words[at + 2] ?? '', value), isNot, l10n));
      at += 2;
    } else if (match === undefined) return undefined;
    else {
      conditions.push(match(value, isNot, l10n));
      if (!flags.has(word)) at++;
    }
    isNot = false;
  }
  return conditions.length === 0 ? l10n.t('every packet') : conditions.join(', ');
}
