import type { NodeChange, PlanSummary } from '../../agent/protocol/changeMessages.ts';
import { AgentError } from '../agentClient/agentError.ts';
import { errorWords } from '../l10n/errorTexts.ts';
import type { Localizer } from '../l10n/localizer.ts';
import { problemText } from '../l10n/problemTexts.ts';
import type { NumberWords } from '../tree/presentation/numberWords.ts';
import { modeText } from '../tree/presentation/presentRoot.ts';

type Kind = NodeChange['kind'];

/** What kind of change it is and between which modes, for a title. */
export function changeTitle(
  kind: Kind,
  { from, to }: { readonly from: NodeChange['from']; readonly to: NodeChange['to'] },
  l10n: Localizer,
): string {
  const modes = from === to ? modeText(to, l10n) : `${modeText(from, l10n)} → ${modeText(to, l10n)}`;
  switch (kind) {
    case 'apply':
      return l10n.t('Apply Services, {0}', modes);
    case 'switch':
      return l10n.t('Switch mode, {0}', modes);
    case 'clean-up':
      return l10n.t('Clean up leftovers, {0}', modes);
    case 'undo':
      return l10n.t('Undo, {0}', modes);
  }
}

/** How much a plan changes: `12 added, 3 removed, 2 Services`. */
export function sizeText(summary: PlanSummary, l10n: Localizer, numbers: NumberWords): string {
  const services = summary.services.length + summary.servicesLeftOut;
  return [
    l10n.t('{0} added', numbers.integer(summary.added)),
    l10n.t('{0} removed', numbers.integer(summary.removed)),
    services === 0 ? '' : services === 1 ? l10n.t('1 Service') : l10n.t('{0} Services', numbers.integer(services)),
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** What became of a change, after it. */
export function outcomeText(label: string, change: NodeChange, l10n: Localizer): string {
  const to = modeText(change.to, l10n);
  switch (change.kind) {
    case 'apply':
      return l10n.t('{0}: the Services are applied ({1}).', label, to);
    case 'switch':
      return l10n.t('{0} was switched from {1} to {2}.', label, modeText(change.from, l10n), to);
    case 'clean-up':
      return l10n.t('{0}: the leftovers are removed.', label);
    case 'undo':
      return l10n.t('{0}: the last change is undone ({1}).', label, to);
  }
}

/** Why something with a node failed. */
export function failureText(error: unknown, l10n: Localizer): string {
  if (error instanceof AgentError) return problemText(error, l10n);
  const { summary, detail } = errorWords(error, l10n);
  return detail === '' ? summary : detail;
}
