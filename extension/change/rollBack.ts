import { describeError } from '../common/transportError.ts';
import type { Root } from '../nodes/root.ts';
import type { ChangeContext } from './changeContext.ts';
import { failureText } from './changeWords.ts';

/** Puts back what stood before a change, and tells the user how that ended. */
export async function rollBack(root: Root, change: string, context: ChangeContext): Promise<void> {
  const { dialogs, endedHere, log, l10n, numbers } = context;
  const agent = root.changeAgent;
  if (agent === undefined) {
    await dialogs.tell('warning', l10n.t('{0} is not connected. Connect to it first.', root.label));
    return;
  }
  endedHere.add(change);
  try {
    const { differences } = await dialogs.progress(
      l10n.t('Rolling back {0}', root.label),
      // Half a rollback helps nobody: it is not cancelled.
      ({ report }) => agent.rollBack(change, { onProgress: report }),
    );
    await root.readAnew();
    if (differences === 0) {
      void dialogs.tell(
        'information',
        l10n.t('{0} was rolled back: read again, its rules are those from before the change.', root.label),
      );
    } else {
      void dialogs.tell(
        'error',
        l10n.t(
          '{0} was rolled back, but {1} rules, entries or servers differ from before the change.',
          root.label,
          numbers.integer(differences),
        ),
      );
    }
  } catch (error) {
    endedHere.delete(change);
    log.error(`${root.label}: rolling back failed: ${describeError(error)}`);
    void dialogs.tell('error', l10n.t('{0} could not be rolled back. {1}', root.label, failureText(error, l10n)));
  }
}
