import { setTimeout as delay } from 'node:timers/promises';
import { planChange } from '../../plan/planChange.ts';
import { ruleDifferences } from '../../plan/ruleDifferences.ts';
import { carryOut } from './carryOut.ts';
import type { ChangeEnvironment } from './changeEnvironment.ts';
import { ChangeError } from './changeError.ts';
import type { ChangeLock } from './changeLock.ts';
import type { ChangeEntry } from './changeRecord.ts';
import { readNode } from './nodeReading.ts';
import { readBefore } from './readBefore.ts';
import type { ChangeWork, StepWatcher } from './runSteps.ts';
import { restorePrerequisites } from './setPrerequisites.ts';
import { withoutSharedChain } from './withoutSharedChain.ts';

/** How long an attempt that failed is waited after: what keeps the tools from working may go away by itself. */
export interface Patience {
  readonly attempts: number;
  /** Milliseconds after the first attempt; twice as many after each further one. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

/** For somebody who waits for the answer; the timer goes on afterwards. */
export const shortPatience: Patience = { attempts: 3, firstPauseMs: 300, longestPauseMs: 1_000 };

/** For the timer: some 20 minutes. */
export const longPatience: Patience = { attempts: 130, firstPauseMs: 250, longestPauseMs: 10_000 };

/**
 * Puts back what stood before a change, and reads the node again to prove it. The caller holds the lock. Nobody can
 * cancel this.
 *
 * @returns the change as it is recorded then: `rolled-back`
 * @throws ChangeError `roll-back-failed`: the change stays `rolling-back`
 */
export async function rollBack(
  { machine, folder }: ChangeEnvironment,
  lock: ChangeLock,
  patience: Patience,
  onStep?: StepWatcher,
): Promise<ChangeEntry> {
  const record = await folder.readRecord();
  if (record.latest === undefined) throw new ChangeError('unknown-change', 'There is no change to roll back.');
  const change: ChangeEntry = { ...record.latest, state: 'rolling-back' };
  await folder.writeRecord({ ...record, latest: change });
  const work: ChangeWork = { machine, lockFd: lock.fd };
  let pauseMs = patience.firstPauseMs;
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(change, folder, work, onStep);
    if (!(outcome instanceof ChangeError)) {
      const rolledBack: ChangeEntry = { ...change, state: 'rolled-back', ...outcome };
      await folder.writeRecord({ ...record, latest: rolledBack });
      await folder.removeUnused({ ...record, latest: rolledBack });
      return rolledBack;
    }
    if (attempt === patience.attempts) throw failed(change, outcome);
    await delay(pauseMs);
    pauseMs = Math.min(pauseMs * 2, patience.longestPauseMs);
  }
}

/** What came of one attempt, or why it has to be made again. */
async function attemptOnce(
  change: ChangeEntry,
  folder: ChangeEnvironment['folder'],
  work: ChangeWork,
  onStep: StepWatcher | undefined,
): Promise<Pick<ChangeEntry, 'differences' | 'isDraining'> | ChangeError> {
  try {
    const before = await readBefore(folder, change);
    const { rules, facts } = await readNode(work.machine, before.options);
    const current = withoutSharedChain(rules, before.rules);
    const plan = planChange(current, before.rules, facts);
    await carryOut({ ...plan, current, desired: before.rules }, work, onStep);
    const unrestored = await restorePrerequisites(change.prerequisites, work);
    const after = await readNode(work.machine, before.options);
    const { steps, changes } = planChange(withoutSharedChain(after.rules, before.rules), before.rules, facts);
    if (steps.length + unrestored > 0) return differing(changes.length + unrestored);
    return { differences: ruleDifferences(plan.leaves, after.rules), isDraining: plan.draining.length > 0 };
  } catch (error) {
    // Whatever it is, it may be otherwise at the next attempt.
    return error instanceof ChangeError ? error : new ChangeError('unexpected', String(error));
  }
}

function differing(differences: number): ChangeError {
  return new ChangeError('differences', `${differences} rules still differ.`, { differences });
}

function failed({ id }: ChangeEntry, { message, args, code }: ChangeError): ChangeError {
  return new ChangeError('roll-back-failed', `What stood before the change could not be put back yet. ${message}`, {
    ...args,
    change: id,
    reason: code,
  });
}
