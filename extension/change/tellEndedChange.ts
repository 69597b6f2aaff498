import type { ChangeContext } from './changeContext.ts';
import type { EndedChange } from './changeWatch.ts';

/** Says how a change ended that the node itself ended: nobody confirmed it in time. */
export function tellEndedChange({ root, change }: EndedChange, context: ChangeContext): void {
  const { dialogs, changing, endedHere, l10n } = context;
  if (endedHere.delete(change.change) || changing.has(root)) return;
  switch (change.state) {
    case 'rolled-back':
      void dialogs.tell(
        'warning',
        l10n.t(
          '{0} rolled back by itself, because nobody confirmed the change: read again, its rules are those from before.',
          root.label,
        ),
      );
      return;
    case 'roll-back-failed':
      void dialogs.tell(
        'error',
        l10n.t(
          '{0} rolled back by itself, because nobody confirmed the change, but its rules are not those from before.',
          root.label,
        ),
      );
      return;
    case 'pending':
    case 'confirmed':
      return;
  }
}
