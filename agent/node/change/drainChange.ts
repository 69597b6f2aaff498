import * as z from 'zod/mini';
import { countDraining, type DrainingFamily } from '../../plan/draining/draining.ts';
import { planDraining } from '../../plan/draining/planDraining.ts';
import { planChange } from '../../plan/planChange.ts';
import type { ChangeEnvironment } from './changeEnvironment.ts';
import type { ChangeLock } from './changeLock.ts';
import type { ChangeEntry } from './changeRecord.ts';
import { readNode } from './nodeReading.ts';
import { readBefore } from './readBefore.ts';
import { readNodeUse } from './readNodeUse.ts';
import { runSteps } from './runSteps.ts';

const drainingFamilies = z.array(
  z.object({
    family: z.enum(['ipv4', 'ipv6']),
    isLeaving: z.boolean(),
    servers: z.array(z.object({ key: z.string(), goes: z.boolean(), realServers: z.array(z.string()) })),
  }),
);

export function printDraining(draining: readonly DrainingFamily[]): string {
  return JSON.stringify(draining);
}

/** What drains after a change was made or rolled back. Planning what a roll back would leave now says the latter. */
async function drainingOf(
  { machine, folder }: ChangeEnvironment,
  change: ChangeEntry,
): Promise<readonly DrainingFamily[]> {
  if (change.state === 'rolled-back') {
    const before = await readBefore(folder, change);
    const { rules, facts } = await readNode(machine, before.options);
    return planChange(rules, before.rules, facts).draining;
  }
  const text = change.draining && (await folder.readFile(change.draining));
  return text ? drainingFamilies.parse(JSON.parse(text)) : [];
}

/** How many connections keep in the kernel what a change took out of use. */
export async function countDrainingConnections(environment: ChangeEnvironment, change: ChangeEntry): Promise<number> {
  if (change.isDraining !== true || change.state === 'rolled-back') return 0;
  const { inUse } = await readNodeUse(environment.machine);
  return countDraining(await drainingOf(environment, change), inUse);
}

/**
 * Takes away what a change left for the sake of connections, as far as those are over. The caller holds the lock.
 *
 * @returns whether nothing is left
 * @throws ChangeError `read-failed`, `step-failed`, `snapshot-lost`
 */
export async function drainChange(environment: ChangeEnvironment, lock: ChangeLock): Promise<boolean> {
  const { machine, folder } = environment;
  const record = await folder.readRecord();
  const { latest } = record;
  if (latest?.isDraining !== true) return true;
  const draining = await drainingOf(environment, latest);
  const alsoOwn = new Set(draining.flatMap(({ servers }) => servers.map(({ key }) => key)));
  const { rules } = await readNode(machine, { virtualServers: { alsoOwn } });
  const { steps, isLast } = planDraining(rules, draining, await readNodeUse(machine));
  await runSteps(steps, { machine, lockFd: lock.fd });
  if (!isLast) return false;
  const drained = { ...record, latest: { ...latest, isDraining: false } };
  await folder.writeRecord(drained);
  await folder.removeUnused(drained);
  return true;
}
