import type { PathStep, Tone } from '../../webview/protocol/traceView.ts';
import type { PresentationContext } from '../tree/presentation/elementPresentation.ts';
import { effectWords, fieldWords } from './effectWords.ts';
import { ruleWords } from './ruleWords.ts';
import { shareWords } from './shareWords.ts';
import type { Effect, Step } from './traceTypes.ts';
import { withoutCounters } from './withoutCounters.ts';

/** One step in words. @param number its number among all steps of its outcome */
export function presentStep(step: Step, number: number, context: PresentationContext): PathStep {
  const { l10n, numbers } = context;
  const where = whereWords(step, context);
  const effect = effectOf(step, l10n);
  const changes = step.changes.map(({ field, before, after }) => ({ label: fieldWords(field, l10n), before, after }));
  const rule = step.rule === undefined ? undefined : withoutCounters(step.rule);
  const asked = rule === undefined ? undefined : ruleWords(rule, l10n);
  const words = asked === undefined ? effect : l10n.t('{0}: {1}', asked, effect);
  const share = step.probability === undefined || step.probability === 1 ? undefined : step.probability;
  const tried =
    step.tried === 0
      ? undefined
      : step.tried === 1
        ? l10n.t('1 rule before it did not match')
        : l10n.t('{0} rules before it did not match', numbers.integer(step.tried));
  const counters =
    step.counters === undefined
      ? undefined
      : step.counters.packets === 1
        ? l10n.t('1 packet, {0}', numbers.bytes(step.counters.bytes))
        : l10n.t('{0} packets, {1}', numbers.integer(step.counters.packets), numbers.bytes(step.counters.bytes));
  const shareText = share === undefined ? undefined : shareWords(share, context);
  const tone = toneOf(step.effect);
  return {
    number,
    depth: step.depth,
    where,
    effect,
    words,
    spoken: [
      where,
      words,
      ...(shareText === undefined ? [] : [l10n.t('share {0}', shareText)]),
      ...changes.map(({ label, before, after }) => l10n.t('{0} from {1} to {2}', label, before, after)),
      ...(tried === undefined ? [] : [tried]),
    ].join(', '),
    packet: step.packet,
    changes,
    ...(rule === undefined ? {} : { rule }),
    ...(counters === undefined ? {} : { counters }),
    ...(shareText === undefined ? {} : { share: shareText }),
    ...(tried === undefined ? {} : { tried }),
    ...(tone === undefined ? {} : { tone }),
    ...(step.location === undefined ? {} : { rulePlace: { part: step.location.part, line: step.location.line } }),
  };
}

function effectOf(step: Step, l10n: PresentationContext['l10n']): string {
  if (step.kind === 'start') return step.packet;
  return step.kind === 'end' && step.effect.kind === 'accept'
    ? l10n.t('leaves the node')
    : effectWords(step.effect, l10n);
}

function whereWords(step: Step, { l10n, numbers }: PresentationContext): string {
  const chain = [step.table, step.chain].filter((name) => name !== undefined).join(' ');
  switch (step.kind) {
    case 'rule':
      return step.position === undefined ? chain : l10n.t('{0}, rule {1}', chain, numbers.integer(step.position + 1));
    case 'policy':
      return l10n.t('{0}, end of the chain', chain);
    case 'routing':
      return l10n.t('Routing');
    case 'virtualServer':
      return 'ip_vs';
    case 'connection':
      return l10n.t('Connection tracking');
    case 'start':
      return l10n.t('Start');
    case 'end':
      return l10n.t('End');
  }
}

function toneOf(effect: Effect): Tone | undefined {
  switch (effect.kind) {
    case 'drop':
    case 'reject':
      return 'error';
    case 'unknown':
      return 'warning';
    case 'route':
      return effect.to === 'local' || effect.to === 'forward' ? undefined : 'error';
    case 'dnat':
    case 'schedule':
    case 'leave':
    case 'deliver':
      return 'good';
    default:
      return undefined;
  }
}
