import type { Span } from '../common/position.ts';
import type { RulesetProblem } from '../common/problem.ts';

/** One argument of a command line as `iptables-restore` would split it. */
export interface Word {
  /** Without quotes and backslash escapes. */
  readonly value: string;
  /** Where it stands in the dump's text, quotes included. */
  readonly span: Span;
  /** Whether any part of it stands between double quotes. */
  readonly quoted: boolean;
}

/** An option of a rule (`-s`), a match (`--dport`) or a target (`--to-destination`) with its values. */
export interface RuleOption {
  /** The name that `iptables-save` prints for it (`-d`, `--dport`), also when another spelling stands in the text. */
  readonly name: string;
  /** Where the name stands, as spelled. */
  readonly nameSpan: Span;
  /** From the `!` or the name to the end of the last value. */
  readonly span: Span;
  /** `! --dport 80`, or in the older order `--dport ! 80`. */
  readonly negated: boolean;
  readonly values: readonly Word[];
  /** Whether the option is one of those that iptables 1.8 has for this match or target, or for every rule. */
  readonly known: boolean;
}

/** A match: `-m NAME` and its options. */
export interface RuleMatch {
  /** For example `conntrack`. */
  readonly name: string;
  /** Where the name stands; where the protocol stands when the match is implied. */
  readonly nameSpan: Span;
  /** From `-m` to the end of the last option that follows it directly. */
  readonly span: Span;
  /** `! -m NAME`; few extensions ever allowed it. */
  readonly negated: boolean;
  /** `-p tcp --dport 80` implies `-m tcp`, which then is not written. */
  readonly implied: boolean;
  /** Whether iptables 1.8 ships an extension of that name. */
  readonly known: boolean;
  readonly options: readonly RuleOption[];
}

/** `-j NAME` or `-g NAME` and the target's options. */
export interface RuleTarget {
  readonly kind: 'jump' | 'goto';
  /** A chain, a verdict or an extension. */
  readonly name: string;
  readonly nameSpan: Span;
  /** From `-j` to the end of the last option that follows it directly. */
  readonly span: Span;
  /** Whether it is a verdict (`ACCEPT`) or an extension that iptables 1.8 ships; a chain's name is not. */
  readonly known: boolean;
  readonly options: readonly RuleOption[];
}

export type RuleCommandKind =
  | 'append'
  | 'insert'
  | 'replace'
  | 'delete'
  | 'check'
  | 'new-chain'
  | 'delete-chain'
  | 'rename-chain'
  | 'flush'
  | 'zero'
  | 'policy'
  | 'list'
  | 'list-rules';

/** What the line does: `-A CHAIN`, `-I CHAIN 1`, `-P CHAIN DROP`. */
export interface RuleCommand {
  readonly kind: RuleCommandKind;
  /** The letter of the short form, for example `A`. */
  readonly letter: string;
  /** Where `-A` stands. */
  readonly span: Span;
  /** Undefined where the command stands without one (`-F`, `-X`, `-Z` then mean all chains). */
  readonly chain: Word | undefined;
  /** The rule's number after `-I`, `-R` or `-D`, the policy after `-P`, the new name after `-E`. */
  readonly argument: Word | undefined;
}

export interface RuleCounters {
  readonly packets: bigint;
  readonly bytes: bigint;
  /** `[1:2]` in front of the rule as `iptables-save -c` prints it, or `-c 1 2` as an option. */
  readonly form: 'prefix' | 'option';
  readonly span: Span;
}

/** A line with a command, in full detail. */
export interface IptablesRule {
  /** Number of the line in its dump, from 0. */
  readonly line: number;
  /** The whole line without its line end. */
  readonly span: Span;
  readonly counters: RuleCounters | undefined;
  /** Undefined when the line names no command. */
  readonly command: RuleCommand | undefined;
  /** `-p`, `-s`, `-d`, `-i`, `-o`, `-f`, options that belong to no match or target, and any target after the first. */
  readonly parameters: readonly RuleOption[];
  readonly matches: readonly RuleMatch[];
  readonly target: RuleTarget | undefined;
  /** Words that are neither an option nor a value of one. */
  readonly strayWords: readonly Word[];
  /** What was not understood on this line, in the order of the text. */
  readonly problems: readonly RulesetProblem[];
}
