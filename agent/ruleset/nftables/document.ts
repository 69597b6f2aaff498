import type { Span } from '../common/position.ts';
import type { RulesetProblem } from '../common/problem.ts';
import type { NftExpression } from './expression.ts';
import type { NftStatement } from './statement.ts';

/** A listed nftables rule set in one of its two forms. The text is kept, so that nothing of it can be lost. */
export interface NftDocument {
  readonly form: 'json' | 'text';
  readonly text: string;
  readonly ruleset: NftRuleset;
  readonly problems: readonly RulesetProblem[];
}

/** The same view over `nft -j list ruleset` and `nft list ruleset`. */
export interface NftRuleset {
  readonly tables: readonly NftTable[];
}

export type NftFamily = 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev';

export interface NftTable {
  readonly family: NftFamily;
  readonly name: string;
  /** nft 1.0.6 does not print a table's comment as JSON. */
  readonly comment?: string;
  readonly flags: readonly string[];
  readonly handle?: number;
  readonly span: Span;
  readonly chains: readonly NftChain[];
  /** Sets and maps, in order. A map has `dataTypes`. */
  readonly sets: readonly NftSet[];
  readonly flowtables: readonly NftObject[];
  /** Named counters, quotas, limits, ct helpers, ct timeouts, ct expectations, synproxies, secmarks. */
  readonly objects: readonly NftObject[];
}

/** Where a base chain is attached. */
export interface NftHook {
  readonly type: string;
  readonly hook: string;
  /** As a number, also where the text says `dstnat - 10`; missing when the text's word is not known. */
  readonly priority?: number;
  readonly policy?: string;
  readonly devices: readonly string[];
}

export interface NftChain {
  readonly name: string;
  readonly handle?: number;
  readonly comment?: string;
  /** Only base chains have one. */
  readonly hook?: NftHook;
  /** The chain's own object in JSON; its whole block in the text. */
  readonly span: Span;
  readonly rules: readonly NftRule[];
}

export interface NftRule {
  readonly handle?: number;
  readonly comment?: string;
  readonly span: Span;
  /** Read from the text at each call: a large rule set holds no objects for its expressions. */
  statements(): readonly NftStatement[];
}

export interface NftSet {
  readonly name: string;
  readonly kind: 'set' | 'map';
  readonly handle?: number;
  readonly comment?: string;
  /** `ipv4_addr`, `inet_proto`, ...: several for a concatenation. For `typeof` sets, what nft prints instead. */
  readonly keyTypes: readonly string[];
  /** `['verdict']` for a verdict map; empty for a set. */
  readonly dataTypes: readonly string[];
  /** nft 1.0.6 does not print `dynamic` as JSON. */
  readonly flags: readonly string[];
  /** Seconds. */
  readonly timeout?: number;
  /** Seconds. */
  readonly garbageCollectionInterval?: number;
  readonly size?: number;
  readonly span: Span;
  readonly elementCount: number;
  /** Read from the text at each call, as {@link NftRule.statements}. */
  elements(): readonly NftElement[];
}

/** An element of a named or anonymous set or map. */
export interface NftElement {
  readonly key: NftExpression;
  /** What a map gives for the key: a verdict expression, or a value. */
  readonly data?: NftExpression;
  readonly comment?: string;
  /** Seconds. */
  readonly timeout?: number;
  /** Seconds until it goes, when the dump was taken. */
  readonly expires?: number;
  /** Exact up to 2^53, as all numbers of an nft rule set. */
  readonly packets?: number;
  readonly bytes?: number;
  readonly span: Span;
}

/** A stateful object or flowtable, with its properties as they stand. */
export interface NftObject {
  /** `counter`, `quota`, `limit`, `ct helper`, `flowtable`, ... */
  readonly kind: string;
  readonly name: string;
  readonly handle?: number;
  readonly span: Span;
}
