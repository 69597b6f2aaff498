import type { WhyNot } from '../../webview/protocol/traceView.ts';
import type { TraceWhyNotResult } from '../agentClient/traceClient.ts';
import { problemText } from '../l10n/problemTexts.ts';
import type { PresentationContext } from '../tree/presentation/elementPresentation.ts';
import { withoutCounters } from './withoutCounters.ts';

/** Why a packet did not go where it was expected, in words. */
export function presentWhyNot(
  { outcome, parted, reason }: TraceWhyNotResult,
  expected: string,
  { l10n, numbers }: PresentationContext,
): WhyNot {
  if (outcome !== undefined) {
    const sentence = l10n.t('It can: that is way {0}.', numbers.integer(outcome + 1));
    return { expected, sentence, tone: 'good', outcome };
  }
  const said = reason === undefined ? '' : problemText(reason, l10n);
  if (parted === undefined) {
    return { expected, sentence: said === '' ? l10n.t('No rule of the node leads there.') : said, tone: 'error' };
  }
  const parting =
    parted.condition === undefined
      ? l10n.t('This rule would have led there, but the packet did not come to it:')
      : l10n.t('This rule would have led there, but "{0}" did not match:', parted.condition);
  return {
    expected,
    sentence: [parting, said].filter(Boolean).join(' '),
    tone: 'warning',
    rule: withoutCounters(parted.rule),
    outcome: parted.outcome,
    step: parted.step,
    ...(parted.location === undefined ? {} : { rulePlace: { part: parted.location.part, line: parted.location.line } }),
  };
}
