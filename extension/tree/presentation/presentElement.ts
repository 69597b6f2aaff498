import type { TreeElement } from '../../../agent/protocol/treeElement.ts';
import { presentPart, presentProblem, severityText } from './diagnosis.ts';
import type { ElementPresentation, PresentationContext } from './elementPresentation.ts';
import { presentHeading } from './headings.ts';
import {
  presentChain,
  presentHook,
  presentMapElement,
  presentOwner,
  presentRule,
  presentSet,
  presentSetEntry,
  presentVirtualServer,
} from './rules.ts';
import { presentEndpoint, presentFrontend, presentNamespace, presentService, presentServicePort } from './services.ts';

/** Words, icon and facts of any element that an agent serves. */
export function presentElement(element: TreeElement, context: PresentationContext): ElementPresentation {
  switch (element.kind) {
    case 'services':
    case 'baseChains':
    case 'virtualServers':
    case 'sets':
    case 'foreign':
    case 'problems':
    case 'parts':
      return presentHeading(element, context);
    case 'namespace':
      return presentNamespace(element, context);
    case 'service':
      return presentService(element, context);
    case 'servicePort':
      return presentServicePort(element, context);
    case 'frontend':
      return presentFrontend(element, context);
    case 'endpoint':
      return presentEndpoint(element, context);
    case 'chain':
      return presentChain(element, context);
    case 'rule':
      return presentRule(element, context);
    case 'virtualServer':
      return presentVirtualServer(element, context);
    case 'mapElement':
      return presentMapElement(element, context);
    case 'hook':
      return presentHook(element, context);
    case 'set':
      return presentSet(element, context);
    case 'setEntry':
      return presentSetEntry(element, context);
    case 'owner':
      return presentOwner(element, context);
    case 'problem':
      return presentProblem(element, context);
    case 'part':
      return presentPart(element, context);
  }
}

/** What a screen reader says for an element: everything that is seen of it, severity and change included. */
export function accessibleText(
  element: TreeElement,
  presentation: ElementPresentation,
  { l10n }: PresentationContext,
): string {
  const parts = [presentation.label, presentation.description.replaceAll(' · ', ', ')];
  if (element.severity !== undefined && element.kind !== 'problem') {
    parts.push(l10n.t('problems below: {0}', severityText(element.severity, l10n)));
  }
  return parts.filter((part) => part !== '').join(', ');
}

/** Whether the agent has a text to show for an element. */
export function hasRules(element: TreeElement): boolean {
  switch (element.kind) {
    case 'services':
    case 'baseChains':
    case 'virtualServers':
    case 'sets':
    case 'foreign':
    case 'problems':
    case 'parts':
    case 'namespace':
    case 'hook':
    case 'owner':
      return false;
    case 'problem':
      return element.location !== undefined;
    case 'part':
      return element.characters > 0;
    default:
      return true;
  }
}

/** The words that `when` clauses of menus look for in `viewItem`. */
export function contextWords(element: TreeElement, presentation: ElementPresentation): string {
  const words = ['element', element.kind];
  if (hasRules(element)) words.push('rules');
  if (element.location !== undefined && hasRules(element)) words.push('line');
  if (presentation.address !== undefined) words.push('address');
  if (element.kind === 'service' || element.kind === 'servicePort') words.push('path');
  if (element.kind === 'frontend' || element.kind === 'endpoint' || element.kind === 'virtualServer')
    words.push('traced');
  return words.join(';');
}
