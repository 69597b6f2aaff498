import { formatAddress } from '../../../agent/model/address.ts';
import type { TreeElementOf } from '../../../agent/protocol/treeElement.ts';
import type { Localizer } from '../../l10n/localizer.ts';
import { counterFacts, counterText } from './counterText.ts';
import {
  type ElementIcon,
  type ElementPresentation,
  type Fact,
  joinDescription,
  type PresentationContext,
} from './elementPresentation.ts';
import { frontendWords } from './frontendWords.ts';

/** `1 endpoint`, `3 endpoints`. */
function endpointCount(count: number, { l10n, numbers }: PresentationContext): string {
  return count === 1 ? l10n.t('1 endpoint') : l10n.t('{0} endpoints', numbers.integer(count));
}

export function presentNamespace(
  element: TreeElementOf<'namespace'>,
  context: PresentationContext,
): ElementPresentation {
  const { l10n, numbers } = context;
  return {
    label: element.name === '' ? l10n.t('(no namespace known)') : element.name,
    description: numbers.integer(element.services),
    icon: { id: 'symbol-namespace' },
    facts: [
      { name: l10n.t('Namespace'), value: element.name, code: true },
      { name: l10n.t('Services'), value: numbers.integer(element.services) },
      ...(element.name === ''
        ? [{ name: l10n.t('Hint'), value: l10n.t('ipvs rules carry no names; "Use Objects File..." gives them.') }]
        : []),
    ],
    name: element.name,
  };
}

export function presentService(element: TreeElementOf<'service'>, context: PresentationContext): ElementPresentation {
  const { l10n, numbers } = context;
  const [firstIP] = element.clusterIPs;
  return {
    // ipvs rules carry no names: such a Service stands under its address.
    label: element.name === '' ? (firstIP ?? l10n.t('(no name known)')) : element.name,
    description: joinDescription(
      element.name === '' ? undefined : element.clusterIPs.join(', '),
      endpointCount(element.endpoints, context),
      // There is room for one number more only where it says something new.
      context.change === undefined ? undefined : counterText(element, context),
    ),
    icon: element.endpoints === 0 ? { id: 'type-hierarchy', color: 'disabledForeground' } : { id: 'type-hierarchy' },
    facts: [
      { name: l10n.t('Service'), value: joinName(element.namespace, element.name), code: true },
      { name: l10n.t('Cluster IP'), value: element.clusterIPs.join(', '), code: true },
      { name: l10n.t('Ports'), value: numbers.integer(element.ports) },
      { name: l10n.t('Endpoints'), value: numbers.integer(element.endpoints) },
      ...counterFacts(element, context),
    ],
    name: joinName(element.namespace, element.name) || (firstIP ?? ''),
    ...(firstIP === undefined ? {} : { address: firstIP }),
  };
}

export function presentServicePort(
  element: TreeElementOf<'servicePort'>,
  context: PresentationContext,
): ElementPresentation {
  const { l10n, numbers } = context;
  const protocolAndPort = `${element.protocol.toUpperCase()} ${element.port}`;
  return {
    label: element.name === '' ? protocolAndPort : element.name,
    description: joinDescription(
      element.name === '' ? undefined : protocolAndPort,
      endpointCount(element.endpoints, context),
      element.affinitySeconds === undefined
        ? undefined
        : l10n.t('affinity {0} s', numbers.integer(element.affinitySeconds)),
    ),
    icon: { id: 'plug' },
    facts: [
      { name: l10n.t('Service'), value: joinName(element.namespace, element.service), code: true },
      { name: l10n.t('Port'), value: joinDescription(element.name, protocolAndPort) },
      { name: l10n.t('Endpoints'), value: numbers.integer(element.endpoints) },
      ...(element.affinitySeconds === undefined
        ? []
        : [{ name: l10n.t('ClientIP affinity'), value: l10n.t('{0} s', numbers.integer(element.affinitySeconds)) }]),
      ...counterFacts(element, context),
    ],
    name:
      element.service === ''
        ? protocolAndPort
        : `${joinName(element.namespace, element.service)}:${element.name === '' ? element.port : element.name}`,
  };
}

export function presentFrontend(element: TreeElementOf<'frontend'>, context: PresentationContext): ElementPresentation {
  const { l10n } = context;
  const address = element.ip === undefined ? `*:${element.port}` : formatAddress(element.ip, element.port);
  const kind = frontendWords(element.frontend, l10n);
  const verdict = verdictText(element.verdict, l10n);
  return {
    label: address,
    description: joinDescription(
      element.kindAssumed === true ? l10n.t('probably {0}', kind) : kind,
      element.verdict === 'endpoints' ? undefined : verdict,
      element.localOnly ? l10n.t('this node only') : undefined,
      counterText(element, context),
    ),
    icon: frontendIcon(element),
    facts: [
      { name: kind, value: address, code: true },
      { name: l10n.t('Protocol'), value: element.protocol.toUpperCase() },
      { name: l10n.t('What happens'), value: verdict },
      {
        name: l10n.t('Endpoints used'),
        value: element.localOnly ? l10n.t('those on this node') : l10n.t('those of the whole cluster'),
      },
      ...(element.sourceRanges === undefined
        ? []
        : [{ name: l10n.t('Allowed sources'), value: element.sourceRanges.join(', '), code: true }]),
      ...counterFacts(element, context),
    ],
    name: address,
    address,
  };
}

function verdictText(verdict: TreeElementOf<'frontend'>['verdict'], l10n: Localizer): string {
  switch (verdict) {
    case 'endpoints':
      return l10n.t('goes to endpoints');
    case 'reject':
      return l10n.t('rejected');
    case 'drop':
      return l10n.t('dropped');
  }
}

const frontendIcons: Readonly<Record<TreeElementOf<'frontend'>['frontend'], string>> = {
  clusterIP: 'symbol-interface',
  nodePort: 'vm',
  externalIP: 'globe',
  loadBalancerIP: 'cloud',
};

function frontendIcon(element: TreeElementOf<'frontend'>): ElementIcon {
  const id = frontendIcons[element.frontend];
  return element.verdict === 'endpoints' ? { id } : { id, color: 'problemsWarningIcon.foreground' };
}

export function presentEndpoint(element: TreeElementOf<'endpoint'>, context: PresentationContext): ElementPresentation {
  const { l10n, numbers } = context;
  const address = formatAddress(element.ip, element.port);
  // An endpoint that only traffic kept to the node reaches has no part of the rest.
  const isLocalShare = context.keptToNode === true || element.share === 0;
  const share = isLocalShare ? (element.localShare ?? element.share) : element.share;
  const facts: Fact[] = [
    { name: l10n.t('Endpoint'), value: address, code: true },
    { name: l10n.t('Share of new connections'), value: numbers.percent(element.share) },
  ];
  if (element.localShare !== undefined) {
    facts.push({ name: l10n.t('Share of traffic kept to this node'), value: numbers.percent(element.localShare) });
  }
  if (element.weight !== undefined) facts.push({ name: l10n.t('Weight'), value: numbers.integer(element.weight) });
  if (element.local === true) facts.push({ name: l10n.t('Place'), value: l10n.t('on this node') });
  if (element.chain !== undefined) facts.push({ name: l10n.t('Chain'), value: element.chain, code: true });
  facts.push(...counterFacts(element, context));
  return {
    label: address,
    description: joinDescription(
      numbers.percent(share),
      element.weight === undefined ? undefined : l10n.t('weight {0}', numbers.integer(element.weight)),
      element.local === true ? l10n.t('on this node') : undefined,
      counterText(element, context),
    ),
    icon: share > 0 ? { id: 'circle-filled', color: 'charts.green' } : { id: 'circle-outline', color: 'charts.yellow' },
    facts,
    name: address,
    address,
  };
}

/** `NAMESPACE/NAME`, or what of it is known. */
function joinName(namespace: string, name: string): string {
  return [namespace, name].filter((part) => part !== '').join('/');
}
