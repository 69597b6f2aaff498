import type { TreeElement } from '../../../agent/protocol/treeElement.ts';
import type { Localizer } from '../../l10n/localizer.ts';
import type { ElementIcon, ElementPresentation, PresentationContext } from './elementPresentation.ts';

/** The elements that only group others of one sort. */
export type HeadingElement = Extract<TreeElement, { count: number }>;

/** Presents a heading: what it lists, and how many of it there are. */
export function presentHeading(element: HeadingElement, { l10n, numbers }: PresentationContext): ElementPresentation {
  const { label, help } = headingText(element.kind, l10n);
  return {
    label,
    description: numbers.integer(element.count),
    icon: headingIcon(element),
    facts: [{ name: label, value: help }],
    name: label,
  };
}

function headingText(kind: HeadingElement['kind'], l10n: Localizer): { readonly label: string; readonly help: string } {
  switch (kind) {
    case 'services':
      return { label: l10n.t('Services'), help: l10n.t('Services that have rules on this node, by namespace.') };
    case 'baseChains':
      return { label: l10n.t('Base Chains'), help: l10n.t('Chains by the hook at which the kernel runs them.') };
    case 'virtualServers':
      return {
        label: l10n.t('Virtual Servers'),
        help: l10n.t('All ipvs virtual servers, those of Services included.'),
      };
    case 'sets':
      return { label: l10n.t('Sets and Maps'), help: l10n.t('IP sets, and sets and maps of nftables.') };
    case 'foreign':
      return { label: l10n.t('Other Rules'), help: l10n.t('Rules that belong to no Service, by who wrote them.') };
    case 'problems':
      return { label: l10n.t('Problems'), help: l10n.t('What looks wrong on the node, and what was not understood.') };
    case 'parts':
      return {
        label: l10n.t('What Was Read'),
        help: l10n.t('The parts of the snapshot, how each was got, or why it is missing.'),
      };
  }
}

function headingIcon(element: HeadingElement): ElementIcon {
  switch (element.kind) {
    case 'services':
      return { id: 'layers' };
    case 'baseChains':
      return { id: 'git-merge' };
    case 'virtualServers':
      return { id: 'server-process' };
    case 'sets':
      return { id: 'symbol-array' };
    case 'foreign':
      return { id: 'organization' };
    case 'problems':
      return element.count === 0 ? { id: 'pass', color: 'testing.iconPassed' } : severityIcon(element.severity);
    case 'parts':
      return { id: 'output' };
  }
}

/** The icon of a severity, in the colours that VS Code uses for problems. */
export function severityIcon(severity: TreeElement['severity']): ElementIcon {
  switch (severity) {
    case 'error':
      return { id: 'error', color: 'problemsErrorIcon.foreground' };
    case 'warning':
      return { id: 'warning', color: 'problemsWarningIcon.foreground' };
    case 'information':
    case undefined:
      return { id: 'info', color: 'problemsInfoIcon.foreground' };
  }
}
