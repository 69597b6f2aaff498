import type { TraceEffect, TraceFact } from '../../model/packetTrace.ts';
import type { Fraction } from '../fraction.ts';

/** Whether a condition of a rule holds for a packet. */
export type Answer =
  | { readonly kind: 'yes' | 'no'; readonly effect?: TraceEffect }
  /** It holds for that part of packets, greater than 0 and less than 1. */
  | { readonly kind: 'chance'; readonly probability: Fraction }
  | { readonly kind: 'unknown'; readonly reason: TraceFact };

export const yes: Answer = { kind: 'yes' };
export const no: Answer = { kind: 'no' };

export function answerOf(holds: boolean): Answer {
  return holds ? yes : no;
}

/** @param probability of holding, 0 to 1 */
export function answerByChance(probability: Fraction): Answer {
  if (probability.isZero) return no;
  return probability.numerator >= probability.denominator ? yes : { kind: 'chance', probability };
}

export function unknownAnswer(reason: TraceFact): Answer {
  return { kind: 'unknown', reason };
}

/** What `!` in front of a condition makes of its answer. */
export function negatedAnswer(answer: Answer, isNegated = true): Answer {
  if (!isNegated || answer.kind === 'unknown') return answer;
  if (answer.kind === 'chance') return { kind: 'chance', probability: answer.probability.complement() };
  const kind = answer.kind === 'yes' ? 'no' : 'yes';
  return answer.effect === undefined ? answerOf(kind === 'yes') : { kind, effect: answer.effect };
}

/** Whether at least one holds, for answers without chance. */
export function eitherAnswer(first: Answer, second: Answer): Answer {
  if (first.kind === 'yes' || second.kind === 'no') return first;
  return second.kind === 'yes' || first.kind === 'no' ? second : first;
}
