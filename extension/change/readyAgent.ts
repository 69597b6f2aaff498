import type { Root } from '../nodes/root.ts';
import type { ChangeAgent } from '../nodes/rulesAgent.ts';
import type { ChangeContext } from './changeContext.ts';
import { keepChange } from './confirmChange.ts';
import { rollBack } from './rollBack.ts';

/**
 * The agent of a node that may be changed now: it is connected, may write, is marked as a test node, and waits for
 * nothing to be confirmed. Asks the user where that can be helped; undefined where it is not so after that.
 */
export async function readyAgent(root: Root, context: ChangeContext): Promise<ChangeAgent | undefined> {
  const { dialogs, l10n, numbers } = context;
  const agent = await writingAgent(root, context);
  if (agent === undefined) return undefined;
  if (root.changes?.state.marked !== true && !(await mark(root, context))) return undefined;
  const pending = root.changes?.pending;
  if (pending === undefined) return agent;
  const keep = l10n.t('Keep');
  const back = l10n.t('Roll Back Now');
  const answer = await dialogs.tell(
    'warning',
    l10n.t(
      'The last change of {0} waits to be confirmed until {1}. Keep it or roll it back first.',
      root.label,
      numbers.clock(pending.rollsBackAt),
    ),
    keep,
    back,
  );
  if (answer === keep) await keepChange(root, pending.change, context);
  else if (answer === back) await rollBack(root, pending.change.change, context);
  return root.changes?.pending === undefined ? agent : undefined;
}

/** The agent of a node that is connected and may write, with what it says of changes now. */
export async function writingAgent(root: Root, { dialogs, l10n }: ChangeContext): Promise<ChangeAgent | undefined> {
  const { changeAgent } = root;
  if (changeAgent !== undefined) {
    await root.refreshChanges();
    if (root.changes?.state.writable === true) return changeAgent;
  }
  const connected = root.link.state.kind === 'open';
  await dialogs.tell(
    'warning',
    root.kind === 'dumps'
      ? l10n.t('{0} is a saved dump; only nodes can be changed.', root.label)
      : connected
        ? l10n.t('The agent may not change {0}: it does not run as root there.', root.label)
        : l10n.t('{0} is not connected. Connect to it first.', root.label),
  );
  return undefined;
}

/** Marks a node as a test node when the user agrees. @returns whether it is one */
export async function mark(root: Root, { dialogs, l10n }: ChangeContext): Promise<boolean> {
  const { changeAgent, changes } = root;
  if (changeAgent === undefined || changes === undefined) return false;
  const agreed = await dialogs.askModally(
    l10n.t('Mark {0} as a test node?', root.label),
    [
      l10n.t(
        'From then on this extension, and anybody with root on the node, can replace its Service rules, switch its proxy mode, load kernel modules and set sysctls with the agent. Traffic to Services can fail while you try things.',
      ),
      l10n.t('Mark only nodes that nobody depends on. The file {0} on the node says so.', changes.state.markFile),
    ].join('\n\n'),
    l10n.t('Mark as Test Node'),
  );
  if (!agreed) return false;
  const state = await changeAgent.mark(true);
  root.changesAre(state);
  return state.marked;
}
