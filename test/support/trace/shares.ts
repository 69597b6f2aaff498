import type { TraceOutcome } from '../../../agent/model/packetTrace.ts';
import { describeObservation, describeOutcome, isAsPredicted, type Observation } from './observation.ts';

/** Standard deviations of the normal distribution beyond which lies one in 10^9. */
const rare = 6;

/**
 * How what became of many packets differs from the predicted shares: something that was not predicted, or counts that
 * one in 10^9 such series has. Undefined when it does not.
 */
export function shareDeviation(
  outcomes: readonly TraceOutcome[],
  observations: readonly Observation[],
): string | undefined {
  const groups: { outcomes: TraceOutcome[]; probability: number; count: number }[] = [];
  for (const outcome of outcomes) {
    const same = groups.find((group) => group.outcomes.some((each) => lookAlike(each, outcome)));
    if (same === undefined) groups.push({ outcomes: [outcome], probability: outcome.probability, count: 0 });
    else {
      same.outcomes.push(outcome);
      same.probability += outcome.probability;
    }
  }
  for (const observation of observations) {
    const group = groups.find((each) =>
      each.outcomes.some((outcome) => isAsPredicted(outcome, observation, 'address')),
    );
    if (group === undefined) return describeObservation(observation);
    group.count += 1;
  }
  if (groups.length === 1) return undefined;
  const total = observations.length;
  const sum = groups.reduce((soFar, { count, probability }) => {
    const expected = probability * total;
    return soFar + (count - expected) ** 2 / expected;
  }, 0);
  if (sum <= largestChiSquare(groups.length - 1)) return undefined;
  return `shares of ${total}: ${groups.map(({ count, outcomes: [first] }) => `${count} (${first ? describeOutcome(first) : ''})`).join(', ')}`;
}

/** Whether both show as the same. */
function lookAlike(first: TraceOutcome, second: TraceOutcome): boolean {
  return withoutShare(first) === withoutShare(second);
}

function withoutShare(outcome: TraceOutcome): string {
  return describeOutcome({ ...outcome, share: '' });
}

/** Wilson and Hilferty's approximation; what is rarer by a factor of ten does not matter here. */
function largestChiSquare(degrees: number): number {
  const part = 2 / (9 * degrees);
  return degrees * (1 - part + rare * Math.sqrt(part)) ** 3;
}
