import type * as z from 'zod/mini';
import type { compareTraces, modeCosts } from '../../agent/protocol/traceMessages.ts';
import type { Comparison, Costs } from '../../webview/protocol/traceView.ts';
import type { Localizer } from '../l10n/localizer.ts';
import { problemText } from '../l10n/problemTexts.ts';
import type { PresentationContext } from '../tree/presentation/elementPresentation.ts';
import { presentOutcomes, presentPath } from './presentTrace.ts';
import type { Request } from './traceTypes.ts';

/** Outcomes of a mode that are shown beside those of another. */
const mostOutcomes = 10;

/** The same packet in several modes, in words. */
export function presentComparison(
  { traces, differences, assumptions }: z.infer<typeof compareTraces.result>,
  request: Request,
  context: PresentationContext,
): Comparison {
  const { l10n, numbers } = context;
  const isFromNode = request.from.kind === 'node';
  const notes = [...assumptions, ...traces.flatMap(({ trace }) => trace.assumptions)];
  return {
    packet: traces[0]?.trace.packet ?? '',
    summary:
      differences.length === 0
        ? l10n.t('No difference: the packet goes the same way.')
        : l10n.t('What becomes of the packet differs.'),
    columns: traces.map(({ mode, isLive, trace }) => {
      const [first] = trace.outcomes;
      const left = trace.outcomes.length - mostOutcomes;
      return {
        title: mode,
        subtitle: isLive ? l10n.t('stands on the node') : l10n.t('as kube-proxy would write it'),
        outcomes: presentOutcomes(trace.outcomes, isFromNode, context).slice(0, mostOutcomes),
        ...(left > 0 ? { more: l10n.t('and {0} more', numbers.integer(left)) } : {}),
        ...(first === undefined ? {} : { path: presentPath(first, 0, isFromNode, context) }),
      };
    }),
    differences: differences.map(({ code, values }) => ({
      label: differenceWords(code, l10n),
      values,
      differs: true,
    })),
    notes: [...new Set(notes.map((fact) => problemText(fact, l10n)))],
  };
}

/** What each mode needs, as a table. */
export function presentCosts(costs: z.infer<typeof modeCosts.result>, { l10n, numbers }: PresentationContext): Costs {
  const { modes, services, endpoints } = costs;
  type Mode = (typeof modes)[number];
  const row = (label: string, value: (mode: Mode) => number | string) => {
    const values = modes.map(value).map((found) => (typeof found === 'number' ? numbers.integer(found) : found));
    return { label, values, differs: new Set(values).size > 1 };
  };
  const growth = ({ rules, entries, virtualServers, realServers }: Mode['perService']): string =>
    l10n.t(
      '{0} rules, {1} entries, {2} servers',
      numbers.integer(rules),
      numbers.integer(entries),
      numbers.integer(virtualServers + realServers),
    );
  return {
    caption: l10n.t(
      'What the Services need (Services: {0}, endpoints: {1})',
      numbers.integer(services),
      numbers.integer(endpoints),
    ),
    modes: modes.map(({ mode }) => mode),
    rows: [
      row(l10n.t('Chains'), ({ chains }) => chains),
      row(l10n.t('Rules'), ({ rules }) => rules),
      row(l10n.t('Sets and maps'), ({ sets }) => sets),
      row(l10n.t('Entries in them'), ({ entries }) => entries),
      row(l10n.t('Virtual servers'), ({ virtualServers }) => virtualServers),
      row(l10n.t('Real servers'), ({ realServers }) => realServers),
      row(l10n.t('Rules asked for a new connection, on average'), ({ askedRules }) => Math.round(askedRules.average)),
      row(l10n.t('Rules asked for a new connection, at most'), ({ askedRules }) => askedRules.most),
      row(l10n.t('One more Service'), ({ perService }) => growth(perService)),
      row(l10n.t('One more endpoint'), ({ perEndpoint }) => growth(perEndpoint)),
    ],
  };
}

function differenceWords(code: string, l10n: Localizer): string {
  switch (code) {
    case 'verdict':
      return l10n.t('Verdict');
    case 'destination':
      return l10n.t('Destination');
    case 'share':
      return l10n.t('Share');
    case 'source':
      return l10n.t('Source that the destination sees');
    case 'mark':
      return l10n.t('Mark');
    case 'hooks':
      return l10n.t('Hooks');
    default:
      return code;
  }
}
