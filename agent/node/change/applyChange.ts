import { randomBytes } from 'node:crypto';
import type { ServiceRules } from '../../model/serviceRules.ts';
import { type ChangePlan, planChange } from '../../plan/planChange.ts';
import { ruleDifferences } from '../../plan/ruleDifferences.ts';
import { carryOut } from './carryOut.ts';
import type { ChangeEnvironment } from './changeEnvironment.ts';
import { ChangeError } from './changeError.ts';
import { ChangeLock } from './changeLock.ts';
import { type ChangeEntry, type ChangeRecord, isOpen, needsTimer } from './changeRecord.ts';
import { printDraining } from './drainer.ts';
import { monotonicMs } from './monotonicMs.ts';
import { type NodeReading, readNode } from './nodeReading.ts';
import type { Prerequisite, PrerequisiteSetting } from './prerequisites.ts';
import { rollBack, shortPatience } from './rollBack.ts';
import { printRuleSnapshot } from './ruleSnapshot.ts';
import type { ChangeWork, StepWatcher } from './runSteps.ts';
import { consented, refuseUnmet, setPrerequisite } from './setPrerequisites.ts';
import { startTimer } from './startTimer.ts';

/** A change as it was planned, and as the user wants it made. */
export interface ChangeOrder {
  readonly kind: ChangeEntry['kind'];
  readonly plan: ChangePlan;
  readonly desired: ServiceRules;
  /** What stood when it was planned. */
  readonly reading: NodeReading;
  /**
   * Whether {@link reading} was made under the lock that is held now, so that it need not be compared with what stands.
   */
  readonly isFresh: boolean;
  readonly prerequisites: readonly Prerequisite[];
  /** Ids of the prerequisites that may be set. */
  readonly consent: readonly string[];
  /** Kernel settings that an earlier change set and that this one puts back when its rules stand. */
  readonly putBack?: readonly PrerequisiteSetting[];
  /** Seconds from the end of applying. */
  readonly confirmWithin: number;
  /** Seconds after which connections that only the old rules carry are cut; never when undefined. */
  readonly drainWithin?: number | undefined;
  /**
   * The objects and options whose rules stand afterwards, to be kept: as text, or as the name of a file that the state
   * folder has already; undefined when none are known.
   */
  readonly objects: { readonly text: string } | { readonly file: string } | undefined;
}

export interface AppliedChange {
  readonly change: ChangeEntry;
  readonly steps: number;
  readonly durationMs: number;
  /** Whether the node was read again, and was as planned; on a slow one that can take too long. */
  readonly verified: boolean;
}

export interface ChangeWatch {
  /** Ends applying; what was done is put back. */
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: StepWatcher | undefined;
}

/** Longer than the timer needs to take away what has drained; it makes room for the next change then. */
const drainerMs = 120_000;

/** Takes the lock of a node, after making room for what a change needs there. */
export async function lockNode(
  { machine, folder }: ChangeEnvironment,
  waitMs = 0,
  signal?: AbortSignal,
): Promise<ChangeLock> {
  if (!machine.isRoot()) throw new ChangeError('not-root', 'Only root may change the rules of a node.');
  await folder.prepare();
  const { latest } = await folder.readRecord();
  const isDraining = latest !== undefined && !isOpen(latest) && needsTimer(latest);
  return ChangeLock.acquire(folder.lockFile, isDraining ? Math.max(waitMs, drainerMs) : waitMs, signal);
}

/** @throws ChangeError `change-pending`, `roll-back-under-way` when an earlier change is not finished */
function refuseWhileOpen({ latest }: ChangeRecord): void {
  if (latest === undefined || !isOpen(latest)) return;
  const args = { change: latest.id };
  throw latest.state === 'pending'
    ? new ChangeError('change-pending', 'The last change waits to be confirmed or rolled back.', args)
    : new ChangeError('roll-back-under-way', 'The last change is being rolled back.', args);
}

/**
 * Makes a change: writes what stood before to disk, arms the timer that puts it back, sets the prerequisites that may be
 * set, runs the plan's steps and reads the node to see that they did what they should. Afterwards the change is
 * `pending`: the timer rolls it back unless somebody confirms it.
 *
 * When anything fails, or `signal` is aborted, what stood before is put back at once. When this process dies, the timer
 * does that. The caller holds the lock, and keeps it.
 *
 * @throws ChangeError see there
 */
export async function applyChange(
  environment: ChangeEnvironment,
  lock: ChangeLock,
  order: ChangeOrder,
  { signal, onStep }: ChangeWatch = {},
): Promise<AppliedChange> {
  const { machine, folder, program } = environment;
  const started = performance.now();
  const record = await folder.readRecord();
  refuseWhileOpen(record);
  refuseUnmet(order.prerequisites, order.consent);
  const reading = order.isFresh ? order.reading : await readAgain(environment, order, signal);

  const change = await prepareChange(environment, order, reading, record);
  const work: ChangeWork = { machine, lockFd: lock.fd, signal };
  await folder.writeRecord({ ...record, latest: change });
  try {
    await startTimer(machine, folder, change.id, program);
  } catch (error) {
    // Nothing was done yet. Should the timer start after all, it finds nothing to do.
    await folder.writeRecord({ ...record, latest: { ...change, state: 'rolled-back', differences: 0 } });
    throw error;
  }

  const set: ChangeEntry['prerequisites'] = [];
  const setAll = async (settings: readonly PrerequisiteSetting[]): Promise<void> => {
    for (const setting of settings) {
      await setPrerequisite(setting, work, async (done) => {
        set.push(done);
        await folder.writeRecord({ ...record, latest: { ...change, prerequisites: set } });
      });
    }
  };
  let verified: boolean;
  try {
    await setAll(consented(order.prerequisites, order.consent));
    await carryOut({ ...order.plan, current: reading.rules, desired: order.desired }, work, onStep);
    await setAll(order.putBack ?? []);
    verified = await verify(environment, order, signal);
  } catch (error) {
    await rollBack(environment, lock, shortPatience);
    throw error;
  }

  const appliedAtMs = monotonicMs();
  const confirmMs = order.confirmWithin * 1000;
  const pending: ChangeEntry = {
    ...change,
    prerequisites: set,
    state: 'pending',
    appliedAt: new Date().toISOString(),
    appliedAtMs,
    deadlineMs: appliedAtMs + confirmMs,
    deadline: new Date(Date.now() + confirmMs).toISOString(),
  };
  await folder.writeRecord({ ...record, latest: pending });
  return { change: pending, steps: order.plan.steps.length, durationMs: performance.now() - started, verified };
}

/** @throws ChangeError `plan-outdated` */
async function readAgain(
  { machine }: ChangeEnvironment,
  { reading }: ChangeOrder,
  signal: AbortSignal | undefined,
): Promise<NodeReading> {
  const now = await readNode(machine, reading.options, signal && { signal });
  const differences = ruleDifferences(reading.rules, now.rules);
  if (differences === 0) return now;
  throw new ChangeError('plan-outdated', 'The node is no longer as it was when the change was planned.', {
    differences,
  });
}

/** Writes everything that needs room. */
async function prepareChange(
  { folder }: ChangeEnvironment,
  order: ChangeOrder,
  reading: NodeReading,
  record: ChangeRecord,
): Promise<ChangeEntry> {
  const id = randomBytes(8).toString('hex');
  await folder.removeUnused(record);
  const before = `before-${id}.json`;
  await folder.writeFile(before, printRuleSnapshot(reading));
  const objects = order.objects && ('file' in order.objects ? order.objects.file : `objects-${id}.json`);
  if (order.objects && 'text' in order.objects && objects) await folder.writeFile(objects, order.objects.text);
  const isDraining = order.plan.draining.length > 0;
  const draining = `draining-${id}.json`;
  if (isDraining) await folder.writeFile(draining, printDraining(order.plan.draining));
  const objectsBefore = record.confirmed?.objects;
  return {
    id,
    kind: order.kind,
    from: order.plan.from,
    to: order.plan.to,
    state: 'applying',
    startedAt: new Date().toISOString(),
    confirmWithin: order.confirmWithin,
    before,
    ...(objectsBefore !== undefined && { objectsBefore }),
    ...(objects !== undefined && { objects }),
    ...(isDraining && { isDraining, draining }),
    ...(order.drainWithin !== undefined && { drainWithin: order.drainWithin }),
    prerequisites: [],
  };
}

/**
 * Reads the node to see that nothing is left to do. Where reading takes longer than anybody waits, that stays unknown:
 * the change itself went well.
 *
 * @returns whether the node was read
 * @throws ChangeError `not-as-planned`
 */
async function verify(
  { machine }: ChangeEnvironment,
  { desired, reading }: ChangeOrder,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const after = await readNode(machine, reading.options, signal && { signal }).catch((error: unknown) => {
    if (error instanceof ChangeError && error.args['reason'] === 'timed-out') return undefined;
    throw error;
  });
  if (after === undefined) return false;
  const { steps, changes } = planChange(after.rules, desired, after.facts);
  if (steps.length === 0) return true;
  const differences = changes.length;
  throw new ChangeError('not-as-planned', 'What stands after the change is not what was planned.', { differences });
}
