import type { PacketTrace, TraceEffect, TraceFact, TraceOutcome, TraceStep } from '../model/packetTrace.ts';
import type { PacketTraceMessage, TraceFactMessage } from '../protocol/traceMessages.ts';

type OutcomeMessage = PacketTraceMessage['outcomes'][number];
type StepMessage = OutcomeMessage['steps'][number];

/** What of a trace is sent. */
export interface TraceDescription {
  /** Numbers of the outcomes whose steps are wanted; all when undefined. */
  readonly stepsOf?: readonly number[] | undefined;
  /** Whether the rules stand in the snapshot, so that a client can show their places. */
  readonly isLive: boolean;
}

/** A trace as a message. */
export function describeTrace(trace: PacketTrace, { stepsOf, isLive }: TraceDescription): PacketTraceMessage {
  return {
    family: trace.family,
    packet: trace.packet,
    outcomes: trace.outcomes.map((outcome, index) =>
      describeOutcome(outcome, stepsOf === undefined || stepsOf.includes(index), isLive),
    ),
    assumptions: trace.assumptions.map(describeFact),
  };
}

export function describeFact({ code, message, args }: TraceFact): TraceFactMessage {
  return { code, message, args: { ...args } };
}

function describeOutcome(outcome: TraceOutcome, withSteps: boolean, isLive: boolean): OutcomeMessage {
  const { probability, share, verdict, destination, source, masqueraded, mark, delivered, hooks } = outcome;
  return {
    probability,
    share,
    verdict: verdict.kind === 'unknown' ? { kind: 'unknown', reason: describeFact(verdict.reason) } : verdict,
    destination,
    source,
    masqueraded,
    mark,
    ...(delivered && { delivered }),
    hooks: [...hooks],
    steps: withSteps ? outcome.steps.map((step) => describeStep(step, isLive)) : [],
  };
}

function describeStep(
  { location, reason, effect, effects, changes, ...step }: TraceStep,
  isLive: boolean,
): StepMessage {
  return {
    ...step,
    ...(isLive && location !== undefined && { location }),
    ...(reason !== undefined && { reason: describeFact(reason) }),
    effect: describeEffect(effect),
    ...(effects !== undefined && { effects: effects.map(describeEffect) }),
    changes: [...changes],
  };
}

function describeEffect(effect: TraceEffect): StepMessage['effect'] {
  if (effect.kind === 'unknown') return { kind: 'unknown', reason: describeFact(effect.reason) };
  if (effect.kind !== 'schedule') return effect;
  const { decidedBy, ...schedule } = effect;
  return { ...schedule, ...(decidedBy && { decidedBy: [...decidedBy] }) };
}
