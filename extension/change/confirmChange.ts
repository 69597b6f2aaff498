import type { NodeChange } from '../../agent/protocol/changeMessages.ts';
import type { SnapshotSummary } from '../../agent/protocol/messages.ts';
import { describeError } from '../common/transportError.ts';
import type { SecondAgent } from '../nodes/agentLink.ts';
import type { Root } from '../nodes/root.ts';
import { modeText } from '../tree/presentation/presentRoot.ts';
import type { ChangeContext } from './changeContext.ts';
import { failureText } from './changeWords.ts';
import { rollBack } from './rollBack.ts';

/**
 * Looks at a change over a new connection, which proves that the node can still be reached, and keeps it: by itself
 * when the settings say so and the node reads as it should, else when the user says so.
 *
 * @returns whether it is kept; if not, the user was told why
 */
export async function confirmChange(root: Root, change: NodeChange, context: ChangeContext): Promise<boolean> {
  return checkAndKeep(root, change, context, ({ mode }) => {
    if (mode !== change.to) return 'unexpected';
    return context.settings().confirm === 'ask' ? 'wanted' : undefined;
  });
}

/** Keeps a change because the user says so, over a new connection like any other. */
export async function keepChange(root: Root, change: NodeChange, context: ChangeContext): Promise<boolean> {
  return checkAndKeep(root, change, context, () => undefined);
}

/** Why the user is asked: the node does not read as it should, or the settings say so. */
type Question = 'unexpected' | 'wanted' | undefined;

async function checkAndKeep(
  root: Root,
  change: NodeChange,
  context: ChangeContext,
  question: (snapshot: SnapshotSummary) => Question,
): Promise<boolean> {
  const { endedHere, log } = context;
  let second: SecondAgent | undefined;
  try {
    // One reading after the other: a slow node has only so much time to be confirmed.
    const seen = await look(root, change, context).finally(() => void root.readAnew());
    second = seen.second;
    const why = question(seen.snapshot);
    const answer = why === undefined ? 'keep' : await askToKeep(root, change, seen.snapshot, why, context);
    if (answer === 'keep') {
      endedHere.add(change.change);
      const state = await second.agent.changes?.confirm(change.change);
      if (state !== undefined) root.changesAre(state);
      return true;
    }
    if (answer === 'roll back') void rollBack(root, change.change, context);
    return false;
  } catch (error) {
    endedHere.delete(change.change);
    log.error(`${root.label}: not confirmed: ${describeError(error)}`);
    void offerRollback(root, change, error, context);
    return false;
  } finally {
    second?.dispose();
  }
}

/** Reads the node over a new connection. */
async function look(
  root: Root,
  change: NodeChange,
  { dialogs, l10n }: ChangeContext,
): Promise<{ readonly second: SecondAgent; readonly snapshot: SnapshotSummary }> {
  return dialogs.progress(l10n.t('Checking {0} over a new connection', root.label), async ({ signal, report }) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeLeft(root, change))]);
    const second = await root.link.openAnother(limit);
    try {
      return { second, snapshot: await second.agent.read(await root.objects(), { signal: limit, report }) };
    } catch (error) {
      second.dispose();
      throw error;
    }
  });
}

/** Milliseconds until a change can not be confirmed any more. */
function timeLeft(root: Root, change: NodeChange): number {
  const pending = root.changes?.pending;
  return pending?.change.change === change.change ? Math.max(0, pending.rollsBackAt - Date.now()) : 0;
}

/** Asks whether a change is to stay. It is left alone when it ends before there is an answer. */
async function askToKeep(
  root: Root,
  change: NodeChange,
  snapshot: SnapshotSummary,
  why: 'unexpected' | 'wanted',
  { dialogs, l10n, numbers, log }: ChangeContext,
): Promise<'keep' | 'roll back' | undefined> {
  const at = numbers.clock(root.changes?.pending?.rollsBackAt ?? Date.now());
  const mode = modeText(snapshot.mode, l10n);
  const wanted = modeText(change.to, l10n);
  if (why === 'unexpected') log.warn(`${root.label} reads as ${snapshot.mode} after the change to ${change.to}`);
  const keep = l10n.t('Keep');
  const back = l10n.t('Roll Back Now');
  const answer = await Promise.race([
    dialogs.tell(
      'warning',
      why === 'unexpected'
        ? l10n.t(
            '{0} answers, but reads as {1} instead of {2}. Without an answer it rolls back at {3}.',
            root.label,
            mode,
            wanted,
            at,
          )
        : l10n.t(
            '{0} answers over a new connection, and reads as {1}. Without an answer it rolls back at {2}.',
            root.label,
            mode,
            at,
          ),
      keep,
      back,
    ),
    untilEnded(root, change),
  ]);
  return answer === keep ? 'keep' : answer === back ? 'roll back' : undefined;
}

/** Resolves when a change does not wait to be confirmed any more. */
function untilEnded(root: Root, change: NodeChange): Promise<undefined> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (root.changes?.pending?.change.change === change.change) return;
      listener.dispose();
      resolve(undefined);
    };
    const listener = root.onDidChange(look);
    look();
  });
}

async function offerRollback(root: Root, change: NodeChange, error: unknown, context: ChangeContext): Promise<void> {
  const { dialogs, l10n, numbers } = context;
  const pending = root.changes?.pending;
  const reason = failureText(error, l10n);
  if (pending?.change.change !== change.change) {
    await dialogs.tell('error', l10n.t('The change of {0} was not confirmed. {1}', root.label, reason));
    return;
  }
  const again = l10n.t('Check Again');
  const back = l10n.t('Roll Back Now');
  const answer = await dialogs.tell(
    'error',
    l10n.t(
      'The change of {0} was not confirmed: the check over a new connection failed. {1} The node rolls back by itself at {2}.',
      root.label,
      reason,
      numbers.clock(pending.rollsBackAt),
    ),
    again,
    back,
  );
  if (answer === again) await confirmChange(root, change, context);
  else if (answer === back) await rollBack(root, change.change, context);
}
