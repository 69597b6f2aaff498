import type { RuleCommandKind } from '../rule.ts';
import { flag, flagOrNot, type OptionSpec } from './optionSpec.ts';

function parameter(letter: string, values: OptionSpec['values'], negatable: boolean, ...otherNames: string[]) {
  return [`-${letter}`, { values, negatable, repeatable: false, otherNames }] as const;
}

/** Options that every rule may have, see iptables(8) "PARAMETERS" and "OTHER OPTIONS". */
export const parameterSpecs: ReadonlyMap<string, OptionSpec> = new Map<string, OptionSpec>([
  parameter('s', 1, true, '--source', '--src'),
  parameter('d', 1, true, '--destination', '--dst'),
  parameter('p', 1, true, '--protocol'),
  parameter('i', 1, true, '--in-interface'),
  parameter('o', 1, true, '--out-interface'),
  ['-f', { ...flagOrNot, otherNames: ['--fragments'] }],
  ['-4', { ...flag, otherNames: ['--ipv4'] }],
  ['-6', { ...flag, otherNames: ['--ipv6'] }],
  parameter('t', 1, false, '--table'),
  ['-v', { ...flag, repeatable: true, otherNames: ['--verbose'] }],
  ['-n', { ...flag, otherNames: ['--numeric'] }],
  ['-x', { ...flag, otherNames: ['--exact'] }],
  ['--line-numbers', flag],
  parameter('w', 'optional', false, '--wait'),
  parameter('W', 'optional', false, '--wait-interval'),
  parameter('M', 1, false, '--modprobe'),
]);

/** Options that make up the structure of a rule: its matches, its target and its counters. */
export const structureSpecs: ReadonlyMap<string, OptionSpec> = new Map<string, OptionSpec>([
  ['-m', { ...parameter('m', 1, false, '--match')[1], repeatable: true }],
  parameter('j', 1, false, '--jump'),
  parameter('g', 1, false, '--goto'),
  parameter('c', 2, false, '--set-counters'),
]);

/** What a command takes besides the rule, see iptables(8) "COMMANDS". */
export interface CommandSpec {
  readonly kind: RuleCommandKind;
  readonly longName: string;
  /** Whether the chain may be left out. */
  readonly chain: 'required' | 'optional';
  /** The rule's number, the policy or the new name. */
  readonly argument: 'none' | 'optional' | 'required';
}

/** The commands by the letter of their short form. */
export const commandSpecs: ReadonlyMap<string, CommandSpec> = new Map<string, CommandSpec>([
  ['A', { kind: 'append', longName: '--append', chain: 'required', argument: 'none' }],
  ['I', { kind: 'insert', longName: '--insert', chain: 'required', argument: 'optional' }],
  ['R', { kind: 'replace', longName: '--replace', chain: 'required', argument: 'required' }],
  ['D', { kind: 'delete', longName: '--delete', chain: 'required', argument: 'optional' }],
  ['C', { kind: 'check', longName: '--check', chain: 'required', argument: 'none' }],
  ['N', { kind: 'new-chain', longName: '--new-chain', chain: 'required', argument: 'none' }],
  ['X', { kind: 'delete-chain', longName: '--delete-chain', chain: 'optional', argument: 'none' }],
  ['E', { kind: 'rename-chain', longName: '--rename-chain', chain: 'required', argument: 'required' }],
  ['F', { kind: 'flush', longName: '--flush', chain: 'optional', argument: 'none' }],
  ['Z', { kind: 'zero', longName: '--zero', chain: 'optional', argument: 'optional' }],
  ['P', { kind: 'policy', longName: '--policy', chain: 'required', argument: 'required' }],
  ['L', { kind: 'list', longName: '--list', chain: 'optional', argument: 'optional' }],
  ['S', { kind: 'list-rules', longName: '--list-rules', chain: 'optional', argument: 'optional' }],
]);
