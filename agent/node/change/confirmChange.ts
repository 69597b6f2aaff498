import { lockNode } from './applyChange.ts';
import type { ChangeEnvironment } from './changeEnvironment.ts';
import { ChangeError } from './changeError.ts';
import type { ChangeEntry } from './changeRecord.ts';
import { Drainer } from './drainer.ts';
import { monotonicMs } from './monotonicMs.ts';

/** The timer holds the lock for moments only while a change is pending. */
const lockWaitMs = 10_000;

/**
 * Says that a change is good: it stays, and the timer ends.
 *
 * @param connectedAtMs when the connection that says so was made, in {@link monotonicMs}: only one made after the change
 *   proves that the node can still be reached
 * @throws ChangeError `unknown-change`, `confirm-needs-new-connection`, `too-late`
 */
export async function confirmChange(
  environment: ChangeEnvironment,
  id: string,
  connectedAtMs: number,
): Promise<ChangeEntry> {
  const lock = await lockNode(environment, lockWaitMs);
  try {
    const { folder } = environment;
    const record = await folder.readRecord();
    const change = record.latest;
    if (change?.id !== id) throw unknownChange(id);
    if (change.state === 'confirmed') return change;
    const { appliedAtMs, deadlineMs } = change;
    if (change.state !== 'pending' || deadlineMs === undefined || monotonicMs() >= deadlineMs) {
      throw new ChangeError('too-late', 'The change was not confirmed in time and is rolled back.', { change: id });
    }
    if (appliedAtMs === undefined || connectedAtMs <= appliedAtMs) {
      throw new ChangeError(
        'confirm-needs-new-connection',
        'Only a connection made after the change can confirm it: it shows that the node can still be reached.',
        { change: id },
      );
    }
    const confirmed: ChangeEntry = { ...change, state: 'confirmed' };
    await folder.writeRecord({ latest: confirmed, confirmed });
    await folder.removeUnused({ latest: confirmed, confirmed });
    // The timer goes on with what is in use.
    await new Drainer(environment, id).takeAwayUnder(lock).catch(() => undefined);
    return confirmed;
  } finally {
    await lock.release();
  }
}

export function unknownChange(id: string): ChangeError {
  return new ChangeError('unknown-change', `The last change of this node is not ${id}.`, { change: id });
}
