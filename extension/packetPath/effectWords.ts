import type { Localizer } from '../l10n/localizer.ts';
import { problemText } from '../l10n/problemTexts.ts';
import type { Effect } from './traceTypes.ts';

/** What a step does with the packet, as the end of a sentence that begins with where it happens. */
export function effectWords(effect: Effect, l10n: Localizer): string {
  switch (effect.kind) {
    case 'continue':
      return l10n.t('goes on');
    case 'accept':
      return l10n.t('accepts');
    case 'drop':
      return l10n.t('drops the packet');
    case 'return':
      return l10n.t('returns to the chain before');
    case 'reject':
      return l10n.t('rejects with {0}', effect.with);
    case 'jump':
      return l10n.t('leads to {0}', effect.chain);
    case 'goto':
      return l10n.t('leads to {0}, without return', effect.chain);
    case 'dnat':
      return l10n.t('translates the destination to {0}', effect.to);
    case 'snat':
      return l10n.t('translates the source to {0}', effect.to);
    case 'masquerade':
      return l10n.t('masquerades as {0}', effect.to);
    case 'set':
      return l10n.t('sets the {0} to {1}', fieldWords(effect.field, l10n), effect.to);
    case 'lookup':
      return effect.found === undefined
        ? l10n.t('finds nothing in {0}', effect.set)
        : l10n.t('finds {0} in {1}', effect.found, effect.set);
    case 'route':
      return routeWords(effect, l10n);
    case 'schedule':
      return scheduleWords(effect, l10n);
    case 'remembered':
      return l10n.t('translates to {0}, as the connection remembers', effect.to);
    case 'leave':
      return l10n.t('leaves through {0}', effect.device);
    case 'deliver':
      return l10n.t('reaches a process of the node');
    case 'unknown':
      return l10n.t('not known: {0}', problemText(effect.reason, l10n));
  }
}

/** A field of a packet. */
export function fieldWords(field: string, l10n: Localizer): string {
  switch (field) {
    case 'source':
      return l10n.t('source');
    case 'destination':
      return l10n.t('destination');
    case 'sourcePort':
      return l10n.t('source port');
    case 'destinationPort':
      return l10n.t('destination port');
    case 'mark':
      return l10n.t('mark');
    case 'connectionMark':
    case 'connection mark':
      return l10n.t('connection mark');
    case 'state':
      return l10n.t('connection state');
    default:
      return field;
  }
}

function routeWords(effect: Extract<Effect, { kind: 'route' }>, l10n: Localizer): string {
  const { to, device = '', via } = effect;
  switch (to) {
    case 'local':
      return device === '' ? l10n.t('for this node') : l10n.t('for this node, at {0}', device);
    case 'forward':
      if (device === '') return l10n.t('on, out of the node');
      return via === undefined ? l10n.t('out through {0}', device) : l10n.t('out through {0}, via {1}', device, via);
    case 'unreachable':
      return l10n.t('no way leads there');
    case 'blackhole':
      return l10n.t('the route swallows it (blackhole)');
    case 'prohibit':
      return l10n.t('the route prohibits it');
  }
}

function scheduleWords(effect: Extract<Effect, { kind: 'schedule' }>, l10n: Localizer): string {
  const { virtualServer, realServer, scheduler, decidedBy = [] } = effect;
  return decidedBy.length === 0
    ? l10n.t('virtual server {0} ({1}) gives it to {2}', virtualServer, scheduler, realServer)
    : l10n.t(
        'virtual server {0} ({1}, decided by {2}) gives it to {3}',
        virtualServer,
        scheduler,
        decidedBy.map((field) => fieldWords(field, l10n)).join(', '),
        realServer,
      );
}
