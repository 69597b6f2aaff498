import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';

/** Names a process for as long as the machine runs: process ids are used again, start times are not. */
export const processIdentity = z.object({
  pid: z.number(),
  /** Clock ticks from boot to its start: field 22 of /proc/PID/stat. */
  startTicks: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentity>;

/** The identity of a process; undefined when there is none, or one that ended and that its parent took no notice of. */
function identityOf(pid: number): ProcessIdentity | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is the name in parentheses, which may hold anything, parentheses too.
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTicks = fields[18];
  return state === 'Z' || state === 'X' || startTicks === undefined ? undefined : { pid, startTicks };
}

/** Who runs this code. */
export function ownIdentity(): ProcessIdentity {
  const identity = identityOf(process.pid);
  if (identity === undefined) throw new Error(`/proc/${process.pid}/stat could not be read.`);
  return identity;
}

export function isAlive({ pid, startTicks }: ProcessIdentity): boolean {
  return identityOf(pid)?.startTicks === startTicks;
}
