import * as z from 'zod/mini';
import { processIdentity } from './processIdentity.ts';

const mode = z.enum(['iptables', 'ipvs', 'nftables', 'userspace', 'none']);

/** What was set so that rules can work, and how it is put back. */
const setPrerequisite = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('module'), name: z.string() }),
  /** `path` is one under `/proc/sys`; `before` is the old value. */
  z.object({ kind: z.literal('sysctl'), path: z.string(), before: z.string() }),
]);
export type SetPrerequisite = z.infer<typeof setPrerequisite>;

/** Files of the state folder that stand for what a change began with and what it leads to. */
const files = {
  /** What stood before. */
  before: z.string(),
  /** The objects and options whose rules stand after it; absent where none are known. */
  objects: z.optional(z.string()),
};

const change = z.object({
  id: z.string(),
  kind: z.enum(['apply', 'switch', 'clean-up', 'undo']),
  from: mode,
  to: mode,
  /**
   * - `applying`: written before the first rule is.
   * - `pending`: applied; the timer takes it back at the deadline.
   * - `confirmed`: it stays.
   * - `rolling-back`: somebody puts back what stood before, or died while doing it.
   * - `rolled-back`: what stood before stands again; `differences` is the proof.
   * - `roll-back-failed`: what stood before could not be put back.
   */
  state: z.enum(['applying', 'pending', 'confirmed', 'rolling-back', 'rolled-back', 'roll-back-failed']),
  /** Who applies it or rolls it back, in the states that say so. */
  worker: processIdentity,
  /** RFC 3339, UTC: when applying began, and ended. */
  startedAt: z.string(),
  appliedAt: z.optional(z.string()),
  /** Seconds for confirming. */
  confirmWithin: z.number(),
  /** Of pending changes, in milliseconds of the clock that nobody sets: when applying ended, and the time is over. */
  appliedAtMs: z.optional(z.number()),
  deadlineMs: z.optional(z.number()),
  /** The same for people: RFC 3339, UTC. */
  deadline: z.optional(z.string()),
  ...files,
  /** In the order in which they were set. */
  prerequisites: z.array(setPrerequisite),
  /** After rolling back: rules, entries and servers that differ from what stood before. */
  differences: z.optional(z.number()),
});
export type ChangeEntry = z.infer<typeof change>;

/** What the state folder says of the node's changes. */
export const changeRecord = z.object({
  /** The newest change, whatever became of it. */
  latest: z.optional(change),
  /** The newest change that was confirmed: what can be undone. */
  confirmed: z.optional(change),
});
export type ChangeRecord = z.infer<typeof changeRecord>;

/** What nobody would take for finished. */
export function isOpen({ state }: ChangeEntry): boolean {
  return state === 'applying' || state === 'pending' || state === 'rolling-back';
}
