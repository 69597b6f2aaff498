import type { PartReason } from '../model/snapshot.ts';
import type { ChangeEnvironment } from '../node/change/changeEnvironment.ts';
import { ChangeError } from '../node/change/changeError.ts';
import { isMarked } from '../node/change/testNodeMark.ts';
import { kubeProxyReader } from '../node/kubeProxyPart.ts';

/** The refusal that gives way to `--yes` on the command line. */
export const notMarked = 'not-marked';

/** The refusal that gives way to `--take-over`. */
export const kubeProxyRunning = 'kube-proxy-running';

/** Whether a kube-proxy runs, which would write its own rules again and again. */
export async function runsKubeProxy({ machine }: ChangeEnvironment, signal?: AbortSignal): Promise<boolean> {
  return (await kubeProxyReader(machine).read(signal)).status === 'complete';
}

/** Why this node is not to be changed, whatever the change. */
export async function nodeRefusals(
  environment: ChangeEnvironment,
  markFile: string,
  signal?: AbortSignal,
): Promise<readonly PartReason[]> {
  const refusals: PartReason[] = [];
  if (!environment.machine.isRoot()) {
    refusals.push({ code: 'not-root', message: 'Only root may change the rules of a node.', args: {} });
  }
  if (!(await isMarked(markFile))) {
    const message = 'This node is not marked as a test node.';
    refusals.push({ code: notMarked, message, args: { markFile } });
  }
  if (await runsKubeProxy(environment, signal)) {
    const message = 'A kube-proxy runs on this node and would write its own rules again.';
    refusals.push({ code: kubeProxyRunning, message, args: {} });
  }
  return refusals;
}

/** @throws ChangeError for the first refusal that is not overruled */
export function refuse(refusals: readonly PartReason[], overruled: readonly string[]): void {
  const refusal = refusals.find(({ code }) => !overruled.includes(code));
  if (refusal !== undefined) throw new ChangeError(refusal.code, refusal.message, refusal.args);
}
