import type { TraceEffect } from '../../model/packetTrace.ts';
import { Fraction } from '../fraction.ts';
import type { TracedPacket } from '../packet.ts';
import type { RuleVerdict, Surroundings } from '../ruleProgram.ts';

/** What follows a statement. */
export type Next =
  /** `on`: the next statement. `break`: the next rule. `doubt`: whether the rule goes on is not known. */
  | { readonly kind: 'on' | 'break' | 'doubt' }
  /** What the statement does is not known. It may be only a condition: then what follows it may yet fail. */
  | { readonly kind: 'unknown'; readonly mayBeCondition: boolean }
  | { readonly kind: 'verdict'; readonly verdict: RuleVerdict };

/** One way in which a statement can go. */
export interface Way {
  readonly probability: Fraction;
  readonly packet: TracedPacket;
  readonly effects: readonly TraceEffect[];
  readonly next: Next;
}

/** A statement ready to be run. */
export type StatementProgram = (packet: TracedPacket, surroundings: Surroundings) => readonly Way[];

const noEffects: readonly TraceEffect[] = [];

/** The only way of a statement. */
export function onlyWay(packet: TracedPacket, next: Next, effects = noEffects): readonly Way[] {
  return [{ probability: Fraction.one, packet, effects, next }];
}

export const on: Next = { kind: 'on' };
export const breaks: Next = { kind: 'break' };
export const doubt: Next = { kind: 'doubt' };
/** A statement that may end the rule or change the packet. */
export const unknownEffect: Next = { kind: 'unknown', mayBeCondition: false };
