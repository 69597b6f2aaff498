import * as z from 'zod/mini';

const mode = z.enum(['iptables', 'ipvs', 'nftables', 'userspace', 'none']);

/** What was set so that rules can work, and how it is put back. */
const setPrerequisite = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('module'), name: z.string() }),
  /** `path` is one under `/proc/sys`; `before` is the old value. */
  z.object({ kind: z.literal('sysctl'), path: z.string(), before: z.string() }),
  /** Of ipvs: seconds of connections of TCP, of those that end, and of UDP. */
  z.object({ kind: z.literal('ipvsTimeouts'), before: z.tuple([z.number(), z.number(), z.number()]) }),
]);
export type SetPrerequisite = z.infer<typeof setPrerequisite>;

const change = z.object({
  id: z.string(),
  kind: z.enum(['apply', 'switch', 'clean-up', 'undo']),
  from: mode,
  to: mode,
  /**
   * - `applying`: written before the first rule is.
   * - `pending`: applied; the timer takes it back at the deadline.
   * - `confirmed`: it stays.
   * - `rolling-back`: somebody puts back what stood before, or could not and leaves it to the timer.
   * - `rolled-back`: what stood before stands again; `differences` is the proof.
   * - `roll-back-failed`: what stood before could not be put back.
   */
  state: z.enum(['applying', 'pending', 'confirmed', 'rolling-back', 'rolled-back', 'roll-back-failed']),
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
  /** The file of the state folder with what stood before. */
  before: z.string(),
  /** The files with the objects and options whose rules stood before and stand after it, where they are known. */
  objectsBefore: z.optional(z.string()),
  objects: z.optional(z.string()),
  /**
   * Whether the node still carries what only connections need that were there before; the file with what that is, of
   * changes that were not rolled back.
   */
  isDraining: z.optional(z.boolean()),
  /** Seconds after applying when those connections are cut; absent when they are never. */
  drainWithin: z.optional(z.number()),
  draining: z.optional(z.string()),
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

/** Whether a change is neither made for good nor taken back. */
export function isOpen({ state }: ChangeEntry): boolean {
  return state === 'applying' || state === 'pending' || state === 'rolling-back';
}

/** Whether something is left to be done, for which the timer is there. */
export function needsTimer(change: ChangeEntry): boolean {
  return isOpen(change) || change.isDraining === true;
}
