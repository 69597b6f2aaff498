import type { TreeElement, TreeElementOf } from '../../../agent/protocol/treeElement.ts';
import type { Localizer } from '../../l10n/localizer.ts';
import { problemText } from '../../l10n/problemTexts.ts';
import {
  type ElementIcon,
  type ElementPresentation,
  type Fact,
  joinDescription,
  type PresentationContext,
} from './elementPresentation.ts';
import { severityIcon } from './headings.ts';

export function presentProblem(element: TreeElementOf<'problem'>, { l10n }: PresentationContext): ElementPresentation {
  const text = problemText(element, l10n);
  const place =
    element.location === undefined
      ? ''
      : l10n.t('{0}, line {1}', fileName(element.location.part), element.location.line + 1);
  return {
    label: text,
    description: place,
    icon: severityIcon(element.problemSeverity),
    facts: [
      { name: severityText(element.problemSeverity, l10n), value: text },
      ...(place === '' ? [] : [{ name: l10n.t('Place'), value: place }]),
      { name: l10n.t('Code'), value: element.code, code: true },
    ],
    name: text,
  };
}

/** The last segment of a part's name: parts of saved dumps are named by the whole path. */
function fileName(part: string): string {
  return part.split(/[/\\]/).at(-1) ?? part;
}

/** The word for a severity. */
export function severityText(severity: NonNullable<TreeElement['severity']>, l10n: Localizer): string {
  switch (severity) {
    case 'error':
      return l10n.t('Error');
    case 'warning':
      return l10n.t('Warning');
    case 'information':
      return l10n.t('Information');
  }
}

export function presentPart(
  element: TreeElementOf<'part'>,
  { l10n, numbers }: PresentationContext,
): ElementPresentation {
  const status = statusText(element.status, l10n);
  const reason = element.reason === undefined ? undefined : problemText(element.reason, l10n);
  const facts: Fact[] = [
    { name: l10n.t('Part'), value: element.name, code: true },
    { name: l10n.t('State'), value: status },
  ];
  if (reason !== undefined) facts.push({ name: l10n.t('Reason'), value: reason });
  if (element.source.length > 0) facts.push({ name: l10n.t('Source'), value: element.source.join(' '), code: true });
  facts.push(
    { name: l10n.t('Characters'), value: numbers.integer(element.characters) },
    { name: l10n.t('Time'), value: l10n.t('{0} ms', numbers.integer(element.durationMs)) },
  );
  return {
    label: fileName(element.name),
    description:
      element.status === 'complete'
        ? joinDescription(numbers.bytes(element.characters), l10n.t('{0} ms', numbers.integer(element.durationMs)))
        : joinDescription(status, reason),
    icon: statusIcon(element.status),
    facts,
    name: element.name,
  };
}

function statusText(status: TreeElementOf<'part'>['status'], l10n: Localizer): string {
  switch (status) {
    case 'complete':
      return l10n.t('complete');
    case 'partial':
      return l10n.t('incomplete');
    case 'missing':
      return l10n.t('not there');
    case 'failed':
      return l10n.t('failed');
  }
}

function statusIcon(status: TreeElementOf<'part'>['status']): ElementIcon {
  switch (status) {
    case 'complete':
      return { id: 'pass', color: 'testing.iconPassed' };
    case 'partial':
      return { id: 'warning', color: 'problemsWarningIcon.foreground' };
    case 'missing':
      return { id: 'circle-slash', color: 'disabledForeground' };
    case 'failed':
      return { id: 'error', color: 'problemsErrorIcon.foreground' };
  }
}
