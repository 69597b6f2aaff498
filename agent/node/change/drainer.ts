import * as z from 'zod/mini';
import { countDraining, type DrainingFamily, usedParts } from '../../plan/draining/draining.ts';
import type { NodeUse } from '../../plan/draining/nodeUse.ts';
import { planDraining } from '../../plan/draining/planDraining.ts';
import { planChange } from '../../plan/planChange.ts';
import type { ChangeEnvironment } from './changeEnvironment.ts';
import { ChangeError } from './changeError.ts';
import { ChangeLock } from './changeLock.ts';
import type { ChangeEntry } from './changeRecord.ts';
import { monotonicMs } from './monotonicMs.ts';
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

/** Longer than anybody holds the lock. */
const lockWaitMs = 3_600_000;

/** Takes away what a change left for the sake of connections, as those end. */
export class Drainer {
  readonly #environment: ChangeEnvironment;
  readonly #change: string;
  #draining: readonly DrainingFamily[] | undefined;
  #used: string | undefined;

  constructor(environment: ChangeEnvironment, change: string) {
    this.#environment = environment;
    this.#change = change;
  }

  /**
   * Takes away what is over by now. The lock is held only while there is something to take away, since the next change
   * may come at any time: it goes on from what it finds.
   *
   * @returns whether nothing is left, or another change has come
   */
  async takeAway(): Promise<boolean> {
    if (await this.#isAsBefore()) return false;
    const lock = await ChangeLock.acquire(this.#environment.folder.lockFile, lockWaitMs);
    try {
      return await this.takeAwayUnder(lock);
    } catch (error) {
      if (!(error instanceof ChangeError)) throw error;
      this.#used = undefined;
      return false;
    } finally {
      await lock.release();
    }
  }

  async #isAsBefore(): Promise<boolean> {
    const { latest } = await this.#environment.folder.readRecord();
    if (latest?.id !== this.#change || this.#draining === undefined || this.#used === undefined) return false;
    return usedParts(this.#draining, await this.#readUse(latest)) === this.#used;
  }

  /** When the time is over that connections were given, nothing counts as used. */
  async #readUse({ drainWithin, appliedAtMs }: ChangeEntry): Promise<NodeUse> {
    const isOver =
      drainWithin !== undefined && appliedAtMs !== undefined && monotonicMs() >= appliedAtMs + drainWithin * 1000;
    return isOver ? { inUse: new Map(), boundAddresses: new Set() } : readNodeUse(this.#environment.machine);
  }

  /**
   * The same for somebody who holds the lock.
   *
   * @throws ChangeError `read-failed`, `step-failed`, `snapshot-lost`
   */
  async takeAwayUnder(lock: ChangeLock): Promise<boolean> {
    const { machine, folder } = this.#environment;
    const record = await folder.readRecord();
    const { latest } = record;
    if (latest?.id !== this.#change || latest.isDraining !== true) return true;
    this.#draining ??= await drainingOf(this.#environment, latest);
    const alsoOwn = new Set(this.#draining.flatMap(({ servers }) => servers.map(({ key }) => key)));
    const { rules } = await readNode(machine, { virtualServers: { alsoOwn } });
    const use = await this.#readUse(latest);
    const { steps, isLast } = planDraining(rules, this.#draining, use);
    await runSteps(steps, { machine, lockFd: lock.fd });
    this.#used = usedParts(this.#draining, use);
    if (!isLast) return false;
    const drained = { ...record, latest: { ...latest, isDraining: false } };
    await folder.writeRecord(drained);
    await folder.removeUnused(drained);
    return true;
  }
}
