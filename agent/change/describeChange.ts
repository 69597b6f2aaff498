import type { ChangeEnvironment } from '../node/change/changeEnvironment.ts';
import { type ChangeEntry, isOpen } from '../node/change/changeRecord.ts';
import { countDrainingConnections } from '../node/change/drainer.ts';
import { monotonicMs } from '../node/change/monotonicMs.ts';
import { reviveTimer } from '../node/change/reviveTimer.ts';
import { isMarked } from '../node/change/testNodeMark.ts';
import type { ChangeState, NodeChange } from '../protocol/changeMessages.ts';
import { runsKubeProxy } from './nodeRefusals.ts';

/** What others are told of a change. While somebody applies it or rolls it back, it is not finished: `pending`. */
export function describeChange(change: ChangeEntry): NodeChange {
  const { id, kind, from, to, state, startedAt, appliedAt, deadline, deadlineMs } = change;
  const common = { change: id, kind, from, to, appliedAt: appliedAt ?? startedAt };
  if (state === 'applying' || state === 'rolling-back') return { ...common, state: 'pending' };
  if (state !== 'pending') return { ...common, state };
  return {
    ...common,
    state,
    ...(deadline !== undefined && { deadline }),
    ...(deadlineMs !== undefined && { secondsLeft: Math.max(0, (deadlineMs - monotonicMs()) / 1000) }),
  };
}

/** What somebody who wants to change a node has to know of it. */
export async function readChangeState(environment: ChangeEnvironment, markFile: string): Promise<ChangeState> {
  // What is to be known of the node does not depend on it.
  await reviveTimer(environment).catch(() => undefined);
  const [{ latest, confirmed }, marked, kubeProxyRunning] = await Promise.all([
    environment.folder.readRecord(),
    isMarked(markFile),
    runsKubeProxy(environment),
  ]);
  return {
    marked,
    markFile,
    writable: environment.machine.isRoot(),
    kubeProxyRunning,
    ...(latest && { latest: describeChange(latest) }),
    undoable: confirmed !== undefined && !(latest && isOpen(latest)),
    draining: latest ? await countDrainingConnections(environment, latest) : 0,
    hasObjects: confirmed?.objects !== undefined,
  };
}
