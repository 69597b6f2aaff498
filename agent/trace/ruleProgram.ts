import type { IpFamily } from '../model/address.ts';
import type { SourceLocation } from '../model/location.ts';
import type { TraceEffect, TraceFact } from '../model/packetTrace.ts';
import type { Fraction } from './fraction.ts';
import type { IpSets } from './ipSets.ts';
import type { NodeNetwork } from './nodeNetwork.ts';
import type { TracedAddress, TracedPacket } from './packet.ts';

/** A hook of netfilter. */
export type Hook = 'ingress' | 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

/** What becomes of a packet after a rule. */
export type RuleVerdict =
  /** The next rule of the chain is asked. */
  | { readonly kind: 'next' }
  | { readonly kind: 'accept' | 'drop' | 'return' }
  /** `with` as iptables words it: `icmp-port-unreachable`, `tcp-reset`. */
  | { readonly kind: 'reject'; readonly with: string }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** The connection's translation is set up, and the packet accepted. */
  | { readonly kind: 'translate'; readonly translation: Translation }
  /** Whether the rule matches, or what it does, is not known. */
  | { readonly kind: 'unknown'; readonly reason: TraceFact };

/** What a rule of a nat chain asks for. */
export interface Translation {
  readonly part: 'source' | 'destination';
  /** Undefined: masquerading takes the address of the device, redirecting the node's own, otherwise it stays. */
  readonly address: TracedAddress | undefined;
  /** Undefined: it stays if that is free, as it is taken to be. */
  readonly port: number | undefined;
  readonly kind: 'dnat' | 'snat' | 'masquerade' | 'redirect';
}

/** One way in which a rule can go. */
export interface Branch {
  /** The part of packets that goes this way once the rule is asked; those of all branches are 1 together. */
  readonly probability: Fraction;
  /** The packet with what the rule changed. */
  readonly packet: TracedPacket;
  readonly verdict: RuleVerdict;
  /** False for the way in which the rule did not match by chance. */
  readonly isMatch: boolean;
  /** What to show where the verdict does not say it: marks, set lookups. */
  readonly effects: readonly TraceEffect[];
}

/** What rules can ask about beside the packet. */
export interface Surroundings {
  readonly hook: Hook;
  readonly network: NodeNetwork;
  readonly ipSets: IpSets;
  /**
   * Whether session affinity remembers this client in a list: one of the match `recent`, or a dynamic set of nftables
   * as `TABLE SET`.
   */
  readonly isRemembered: (list: string) => boolean;
}

/** Why a rule does not match. */
export interface RuleMiss {
  /** The part of the rule that did not match, as it stands there: `-d 10.96.0.10/32`. */
  readonly condition: string;
}

/** A rule by its chain. */
export interface RulePlace {
  readonly chain: ChainProgram;
  readonly position: number;
}

/** A chain that packets can be given to. Asking is cheap: a chain of 10,000 rules has an index. */
export interface ChainProgram {
  readonly name: string;
  readonly ruleCount: number;
  /** Where the chain is declared. */
  readonly location: SourceLocation | undefined;
  /** The first rule from `position` on that could match, as far as an index tells; {@link ruleCount} if none. */
  candidate(position: number, packet: TracedPacket): number;
  /** What a rule does with the packet; undefined when it does not match. A rule without effect gives `next`. */
  ask(position: number, packet: TracedPacket, surroundings: Surroundings): readonly Branch[] | undefined;
  /** Why a rule does not match; undefined when it does or might. */
  miss(position: number, packet: TracedPacket, surroundings: Surroundings): RuleMiss | undefined;
  ruleLocation(position: number): SourceLocation;
  ruleText(position: number): string;
  ruleCounters(position: number): { readonly packets: number; readonly bytes: number } | undefined;
  /** A chain of the same table; undefined when the dump has none of that name. */
  chain(name: string): ChainProgram | undefined;
  /** The rules that can lead to this chain, whatever the packet. */
  callers(): readonly RulePlace[];
}

/** A chain that netfilter itself calls. */
export interface BaseChain {
  readonly hook: Hook;
  /** Lower runs first (linux/netfilter_ipv4.h: nat is -100 before and 100 after routing). */
  readonly priority: number;
  /** `nat` chains are asked for the first packet of a connection only; `route` ones lead to a new routing decision. */
  readonly type: 'filter' | 'nat' | 'route';
  /** Families whose packets come here: both for `inet`. */
  readonly families: readonly IpFamily[];
  /** `nat`, or `inet firewalld`: as {@link TraceStep.table}. */
  readonly table: string;
  readonly program: ChainProgram;
  readonly policy: 'accept' | 'drop';
}

/** All rules of one rule language in a snapshot. */
export interface RulePrograms {
  readonly baseChains: readonly BaseChain[];
  /** The lists of session affinity, named as {@link Surroundings.isRemembered}, that remember clients of an endpoint. */
  affinityLists(endpoint: { readonly address: TracedAddress; readonly port: number }): readonly string[];
  /** The rules that can translate to an endpoint, whatever the packet. */
  rulesTo(endpoint: { readonly address: TracedAddress; readonly port: number }): readonly RulePlace[];
  /** What the snapshot lacks of them: a part that could not be read. */
  readonly missing: readonly TraceFact[];
}
