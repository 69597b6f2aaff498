import type { TraceEffect } from '../../model/packetTrace.ts';
import type { RuleTarget } from '../../ruleset/iptables/rule.ts';
import { Fraction } from '../fraction.ts';
import type { TracedPacket } from '../packet.ts';
import type { RuleVerdict, Surroundings } from '../ruleProgram.ts';
import type { RuleContext } from './condition.ts';

/** One way in which a target can go with a packet. */
export interface Outcome {
  readonly probability: Fraction;
  readonly packet: TracedPacket;
  readonly verdict: RuleVerdict;
  readonly effects: readonly TraceEffect[];
}

/** What a rule does with packets that it matches. */
export interface Action {
  /** False when a packet goes on in the same way whether or not the rule matched. */
  readonly decides: boolean;
  readonly run: (packet: TracedPacket, surroundings: Surroundings) => readonly Outcome[];
}

/** What a target does; undefined when its options are not understood. */
export type TargetReader = (target: RuleTarget, context: RuleContext) => Action | undefined;

const next: RuleVerdict = { kind: 'next' };

/** The packet may be changed, and goes on. */
export function goOn(packet: TracedPacket, ...effects: readonly TraceEffect[]): readonly Outcome[] {
  return [{ probability: Fraction.one, packet, verdict: next, effects }];
}

/** Whatever the packet, the same becomes of it. */
export function always(verdict: RuleVerdict): Action {
  return {
    decides: verdict.kind !== 'next',
    run: (packet) => [{ probability: Fraction.one, packet, verdict, effects: [] }],
  };
}
