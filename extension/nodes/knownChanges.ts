import type { ChangeState, NodeChange } from '../../agent/protocol/changeMessages.ts';

/** What an agent said of changes to its node, with times by the clock of this machine. */
export interface KnownChanges {
  readonly state: ChangeState;
  /** The change that waits to be confirmed; undefined when none does. */
  readonly pending: PendingChange | undefined;
}

export interface PendingChange {
  readonly change: NodeChange;
  /** When the node rolls it back by itself; milliseconds since 1970. */
  readonly rollsBackAt: number;
}

/** @param now milliseconds since 1970, when the agent said so */
export function knownChanges(state: ChangeState, now: number): KnownChanges {
  const { latest } = state;
  return { state, pending: latest?.state === 'pending' ? pendingChange(latest, now) : undefined };
}

/** @returns undefined for a change without a deadline: somebody still applies it, or rolls it back already */
function pendingChange(change: NodeChange, now: number): PendingChange | undefined {
  const { secondsLeft, deadline } = change;
  const rollsBackAt = secondsLeft === undefined ? Date.parse(deadline ?? '') : now + secondsLeft * 1_000;
  return Number.isNaN(rollsBackAt) ? undefined : { change, rollsBackAt };
}
