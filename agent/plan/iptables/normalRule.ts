import { parseRule } from '../../ruleset/iptables/parseRule.ts';
import type { IptablesRule, RuleOption, Word } from '../../ruleset/iptables/rule.ts';

/** Matches whose place among the others matters, because they change something or count. */
const stateful: ReadonlySet<string> = new Set([
  'connlimit',
  'hashlimit',
  'limit',
  'nfacct',
  'quota',
  'recent',
  'statistic',
]);

/** Protocols by the number that iptables-save prints where the node's list of protocols lacks the name. */
const protocols: Readonly<Record<string, string>> = { '6': 'tcp', '17': 'udp', '132': 'sctp' };

/**
 * The meaning of a rule as text that is the same for whatever way an iptables prints it: the order of parameters and
 * matches, quotes, spaces, masks, default values and digits after the point differ between versions and backends.
 *
 * @param rule what stands after `-A CHAIN `
 */
export function normalRule(rule: string): string {
  const { parameters, matches, target } = parseRule(rule, 0, { start: 0, end: rule.length });
  const protocol = protocolOf(parameters);
  const words = parameters.filter(isRestricting).map((option) => normalOption(option));
  const checks: string[] = [];
  const ordered: string[] = [];
  for (const { name, negated, options } of matches) {
    // With no options it asks for the protocol alone.
    if (name === protocol && options.length === 0) continue;
    const text = `${negated ? '! ' : ''}-m ${name} ${options
      .map((option) => normalOption(option))
      .sort()
      .join(' ')}`;
    (stateful.has(name) ? ordered : checks).push(text);
  }
  return [...words.sort(), ...checks.sort(), ...ordered, normalTarget(target)].join('\n');
}

function protocolOf(parameters: readonly RuleOption[]): string | undefined {
  const written = parameters.find(({ name, negated }) => name === '-p' && !negated)?.values[0]?.value;
  return written === undefined ? undefined : (protocols[written] ?? written);
}

/** Not so `-s 0.0.0.0/0`, which is left out at will. */
function isRestricting({ name, negated, values }: RuleOption): boolean {
  return negated || !(name === '-s' || name === '-d') || values[0]?.value.endsWith('/0') !== true;
}

function normalTarget(target: IptablesRule['target']): string {
  if (target === undefined) return '';
  const { kind, name, options } = target;
  const words = name === 'MARK' ? options.map(normalMark) : options.map((option) => normalOption(option));
  return `${kind} ${name} ${words.sort().join(' ')}`;
}

function normalOption({ name, negated, values }: RuleOption): string {
  return `${negated ? '! ' : ''}${name} ${values.map((value) => normalValue(name, value)).join(' ')}`;
}

function normalValue(option: string, { value }: Word): string {
  switch (option) {
    case '-s':
    case '-d':
      return withoutHostMask(value);
    case '-p':
      return protocols[value] ?? value;
    case '--ctstate':
      return value.split(',').sort().join(',');
    case '--probability':
      return Number(value).toFixed(9);
    case '--mark':
      return normalMarkMask(value);
    default:
      return value;
  }
}

/** `10.0.0.1/32`, `10.0.0.1/255.255.255.255` and `10.0.0.1` are the same. */
function withoutHostMask(address: string): string {
  return address.replace(/\/(?:255\.255\.255\.255|[f:]{39}|32|128)$/, (mask) =>
    mask === '/32' && address.includes(':') ? mask : '',
  );
}

/** A mask of all bits is left out at will. */
function normalMarkMask(value: string): string {
  const [mark = '', mask] = value.split('/');
  return `${Number(mark)}/${mask === undefined ? allBits : Number(mask)}`;
}

const allBits = 0xffffffff;

/** All ways to set a mark are one: which bits are cleared, and which are then turned over (xt_mark.c). */
function normalMark({ name, values }: RuleOption): string {
  const [mark = '', mask] = (values[0]?.value ?? '').split('/');
  const value = Number(mark);
  switch (name) {
    case '--or-mark':
      return xmark(value, value);
    case '--xor-mark':
      return xmark(value, 0);
    case '--and-mark':
      return xmark(0, (~value >>> 0) & allBits);
    case '--set-mark':
      return xmark(value, ((mask === undefined ? allBits : Number(mask)) | value) >>> 0);
    default:
      return xmark(value, mask === undefined ? allBits : Number(mask));
  }
}

function xmark(value: number, mask: number): string {
  return `${value >>> 0}/${mask >>> 0}`;
}
