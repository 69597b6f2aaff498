import { lockNode } from './applyChange.ts';
import type { ChangeEnvironment } from './changeEnvironment.ts';
import { ChangeError } from './changeError.ts';
import type { ChangeEntry } from './changeRecord.ts';
import { unknownChange } from './confirmChange.ts';
import { rollBack, shortPatience } from './rollBack.ts';
import type { StepWatcher } from './runSteps.ts';

/** Long enough for a roll back that another has begun. */
const lockWaitMs = 60_000;

/**
 * Puts back what stood before a change that nobody confirmed. What was rolled back already stays as it is.
 *
 * @throws ChangeError `unknown-change`, `already-confirmed`, `roll-back-failed`
 */
export async function rollBackChange(
  environment: ChangeEnvironment,
  id: string,
  onStep?: StepWatcher,
): Promise<ChangeEntry> {
  const lock = await lockNode(environment, lockWaitMs);
  try {
    const { latest } = await environment.folder.readRecord();
    if (latest?.id !== id) throw unknownChange(id);
    if (latest.state === 'rolled-back') return latest;
    if (latest.state === 'confirmed') {
      throw new ChangeError('already-confirmed', 'The change was confirmed; it can be undone.', { change: id });
    }
    return await rollBack(environment, lock, shortPatience, onStep);
  } finally {
    await lock.release();
  }
}
