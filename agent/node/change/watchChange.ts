import { setTimeout as delay } from 'node:timers/promises';
import type { ChangeEnvironment } from './changeEnvironment.ts';
import { ChangeError } from './changeError.ts';
import { ChangeLock } from './changeLock.ts';
import { type ChangeEntry, isOpen, needsTimer } from './changeRecord.ts';
import { Drainer } from './drainer.ts';
import { monotonicMs } from './monotonicMs.ts';
import { longPatience, rollBack } from './rollBack.ts';
import { announceTimer } from './timerFile.ts';

/** How soon the timer ends after a change was confirmed, and takes over from one who died. */
const pollMs = 250;

/** How often it is looked whether connections are over. */
const drainMs = 2_000;

/** Longer than anybody holds the lock. */
const lockWaitMs = 3_600_000;

/**
 * Watches a change until nothing is left to be done, as a process of its own: rolls it back when nobody confirms it in
 * time, and when who applies it or rolls it back dies; then takes away what drains. Who works on a change holds the
 * lock, so that an unfinished change whose lock is free is nobody's.
 *
 * @returns what became of the change; undefined when it is not the node's last one any more
 */
export async function watchChange(environment: ChangeEnvironment, id: string): Promise<ChangeEntry | undefined> {
  const { folder } = environment;
  await announceTimer(folder.timerFile, id);
  const drainer = new Drainer(environment, id);
  for (;;) {
    const { latest } = await folder.readRecord();
    if (latest?.id !== id) return undefined;
    if (!needsTimer(latest)) return latest;
    if (!isOpen(latest)) {
      if (!(await drainer.takeAway())) await delay(drainMs);
      continue;
    }
    const leftMs = leftUntilDeadline(latest);
    if (leftMs > 0) await delay(Math.min(leftMs, pollMs));
    else await takeOver(environment, id);
  }
}

/** Milliseconds; 0 for changes that nobody can confirm. */
function leftUntilDeadline({ state, deadlineMs = 0 }: ChangeEntry): number {
  return state === 'pending' ? deadlineMs - monotonicMs() : 0;
}

/** Waits until nobody works on the change, and rolls it back if that is still due. */
async function takeOver(environment: ChangeEnvironment, id: string): Promise<void> {
  const { folder } = environment;
  const lock = await ChangeLock.acquire(folder.lockFile, lockWaitMs);
  try {
    const record = await folder.readRecord();
    const { latest } = record;
    if (latest?.id !== id || !isOpen(latest) || leftUntilDeadline(latest) > 0) return;
    try {
      await rollBack(environment, lock, longPatience);
    } catch (error) {
      if (!(error instanceof ChangeError)) throw error;
      await folder.writeRecord({ ...record, latest: { ...latest, state: 'roll-back-failed' } });
    }
  } finally {
    await lock.release();
  }
}
