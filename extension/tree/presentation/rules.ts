import { formatAddress } from '../../../agent/model/address.ts';
import type { TreeElementOf } from '../../../agent/protocol/treeElement.ts';
import type { Localizer } from '../../l10n/localizer.ts';
import { counterFacts, counterText } from './counterText.ts';
import {
  type ElementPresentation,
  type Fact,
  joinDescription,
  type PresentationContext,
} from './elementPresentation.ts';

function ruleCount(count: number, { l10n, numbers }: PresentationContext): string {
  return count === 1 ? l10n.t('1 rule') : l10n.t('{0} rules', numbers.integer(count));
}

export function presentChain(element: TreeElementOf<'chain'>, context: PresentationContext): ElementPresentation {
  const { l10n, numbers } = context;
  const facts: Fact[] = [
    { name: l10n.t('Chain'), value: element.name, code: true },
    { name: l10n.t('Table'), value: `${element.family} ${element.table}`, code: true },
    { name: l10n.t('Backend'), value: element.backend },
    { name: l10n.t('Written by'), value: element.owner },
  ];
  if (element.role !== undefined) facts.push({ name: l10n.t('Purpose'), value: roleText(element.role, l10n) });
  if (element.hook !== undefined) facts.push({ name: l10n.t('Hook'), value: element.hook, code: true });
  if (element.priority !== undefined)
    facts.push({ name: l10n.t('Priority'), value: String(element.priority), code: true });
  if (element.policy !== undefined) facts.push({ name: l10n.t('Policy'), value: element.policy, code: true });
  facts.push({ name: l10n.t('Rules'), value: numbers.integer(element.rules) }, ...counterFacts(element, context));
  const place = element.family === 'ipv4' ? element.table : `${element.family} ${element.table}`;
  return {
    label: element.name,
    description: joinDescription(
      element.role === undefined ? place : roleText(element.role, l10n),
      element.policy === undefined ? undefined : l10n.t('policy {0}', element.policy),
      ruleCount(element.rules, context),
      counterText(element, context),
    ),
    icon: { id: element.hook === undefined ? 'list-unordered' : 'list-ordered' },
    facts,
    name: element.name,
  };
}

function roleText(role: NonNullable<TreeElementOf<'chain'>['role']>, l10n: Localizer): string {
  switch (role) {
    case 'cluster':
      return l10n.t('all endpoints');
    case 'local':
      return l10n.t('endpoints on this node');
    case 'external':
      return l10n.t('traffic from outside');
    case 'firewall':
      return l10n.t('source ranges');
    case 'endpoint':
      return l10n.t('one endpoint');
  }
}

export function presentRule(element: TreeElementOf<'rule'>, context: PresentationContext): ElementPresentation {
  const { l10n } = context;
  return {
    // The chain that it stands in is the line above.
    label: element.text.replace(/^-A \S+ /, ''),
    description: counterText(element, context) ?? '',
    icon: { id: 'arrow-small-right' },
    facts: [
      { name: l10n.t('Rule'), value: element.text, code: true },
      ...(element.target === undefined ? [] : [{ name: l10n.t('Target'), value: element.target, code: true }]),
      ...counterFacts(element, context),
    ],
    name: element.text,
  };
}

export function presentVirtualServer(
  element: TreeElementOf<'virtualServer'>,
  context: PresentationContext,
): ElementPresentation {
  const { l10n, numbers } = context;
  const address =
    element.ip === undefined ? l10n.t('firewall mark {0}', element.mark ?? 0) : formatAddress(element.ip, element.port);
  const facts: Fact[] = [
    { name: l10n.t('Virtual server'), value: address, code: true },
    { name: l10n.t('Protocol'), value: element.protocol.toUpperCase() },
    { name: l10n.t('Scheduler'), value: element.scheduler, code: true },
    { name: l10n.t('Real servers'), value: numbers.integer(element.realServers) },
  ];
  if (element.service !== undefined) facts.push({ name: l10n.t('Service'), value: element.service, code: true });
  if (element.persistenceSeconds !== undefined) {
    facts.push({ name: l10n.t('Persistence'), value: l10n.t('{0} s', numbers.integer(element.persistenceSeconds)) });
  }
  if (element.sets.length > 0) facts.push({ name: l10n.t('In sets'), value: element.sets.join(', '), code: true });
  if (element.onKubeIpvs0 !== undefined) {
    facts.push({ name: l10n.t('On kube-ipvs0'), value: element.onKubeIpvs0 ? l10n.t('yes') : l10n.t('no') });
  }
  facts.push(...counterFacts(element, context));
  const servers =
    element.realServers === 1
      ? l10n.t('1 real server')
      : l10n.t('{0} real servers', numbers.integer(element.realServers));
  return {
    label: address,
    description: joinDescription(
      context.belowService === true ? undefined : element.service,
      element.protocol.toUpperCase(),
      element.scheduler,
      servers,
      counterText(element, context),
    ),
    icon: element.realServers === 0 ? { id: 'server-process', color: 'charts.yellow' } : { id: 'server-process' },
    facts,
    name: address,
    ...(element.ip === undefined ? {} : { address }),
  };
}

export function presentMapElement(
  element: TreeElementOf<'mapElement'>,
  context: PresentationContext,
): ElementPresentation {
  const { l10n } = context;
  return {
    label: element.key,
    description: joinDescription(`→ ${element.verdict}`, element.map, counterText(element, context)),
    icon: { id: 'symbol-key' },
    facts: [
      { name: l10n.t('Map'), value: `${element.family} ${element.table} ${element.map}`, code: true },
      { name: l10n.t('Key'), value: element.key, code: true },
      { name: l10n.t('Verdict'), value: element.verdict, code: true },
      ...counterFacts(element, context),
    ],
    name: element.key,
  };
}

export function presentHook(
  element: TreeElementOf<'hook'>,
  { l10n, numbers }: PresentationContext,
): ElementPresentation {
  return {
    label: element.hook,
    description: numbers.integer(element.chains),
    icon: { id: 'git-commit' },
    facts: [
      { name: l10n.t('Hook'), value: element.hook, code: true },
      { name: l10n.t('Chains'), value: numbers.integer(element.chains) },
    ],
    name: element.hook,
  };
}

export function presentSet(element: TreeElementOf<'set'>, context: PresentationContext): ElementPresentation {
  const { l10n, numbers } = context;
  const entries = element.entries === 1 ? l10n.t('1 entry') : l10n.t('{0} entries', numbers.integer(element.entries));
  return {
    label: element.name,
    description: joinDescription(element.type, entries, counterText(element, context)),
    icon: { id: element.set === 'map' ? 'symbol-object' : 'symbol-array' },
    facts: [
      { name: element.set === 'map' ? l10n.t('Map') : l10n.t('Set'), value: element.name, code: true },
      { name: l10n.t('Type'), value: element.type, code: true },
      ...(element.table === undefined
        ? []
        : [{ name: l10n.t('Table'), value: joinWords(element.family, element.table), code: true }]),
      { name: l10n.t('Entries'), value: numbers.integer(element.entries) },
      { name: l10n.t('Written by'), value: element.owner },
    ],
    name: element.name,
  };
}

export function presentSetEntry(element: TreeElementOf<'setEntry'>, context: PresentationContext): ElementPresentation {
  return {
    label: element.text,
    description: counterText(element, context) ?? '',
    icon: { id: 'symbol-constant' },
    facts: [{ name: context.l10n.t('Entry'), value: element.text, code: true }, ...counterFacts(element, context)],
    name: element.text,
  };
}

export function presentOwner(element: TreeElementOf<'owner'>, context: PresentationContext): ElementPresentation {
  const { l10n, numbers } = context;
  return {
    label: element.owner === 'unknown' ? l10n.t('unknown writer') : element.owner,
    description: ruleCount(element.rules, context),
    icon: { id: 'account' },
    facts: [
      { name: l10n.t('Written by'), value: element.owner },
      { name: l10n.t('Chains'), value: numbers.integer(element.chains) },
      { name: l10n.t('Sets'), value: numbers.integer(element.sets) },
      { name: l10n.t('Rules'), value: numbers.integer(element.rules) },
    ],
    name: element.owner,
  };
}

function joinWords(...words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined).join(' ');
}
