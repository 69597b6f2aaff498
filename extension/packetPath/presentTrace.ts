import type { OutcomeLine, Path, Place, Tone, TraceView, Visit } from '../../webview/protocol/traceView.ts';
import type { Localizer } from '../l10n/localizer.ts';
import { problemText } from '../l10n/problemTexts.ts';
import type { PresentationContext } from '../tree/presentation/elementPresentation.ts';
import { presentStep } from './presentStep.ts';
import type { Outcome, Trace, Verdict } from './traceTypes.ts';
import { type PlacedSteps, placesOf, visitsOf } from './visits.ts';

/** What a trace is shown with beside itself. */
export interface TraceSurroundings {
  /** Through which rules it was followed, in words. */
  readonly rules: string;
  readonly isFromNode: boolean;
  /** Where it starts. */
  readonly source: TraceView['source'];
  /** The endpoints of the frontend that it goes to, `ADDRESS:PORT`, where these are known. */
  readonly endpoints: readonly string[];
}

/** Endpoints that can be expected, at most: more are typed instead of chosen. */
const mostExpectations = 200;

/** All ways of a packet in words, without their steps. */
export function presentTrace(trace: Trace, surroundings: TraceSurroundings, context: PresentationContext): TraceView {
  const { l10n } = context;
  const reached = trace.outcomes.map(({ destination }) => destination);
  const endpoints = [...new Set([...surroundings.endpoints, ...reached])].slice(0, mostExpectations);
  const verdicts = [
    { value: 'accept', label: l10n.t('accepted') },
    { value: 'drop', label: l10n.t('dropped') },
    { value: 'reject', label: l10n.t('rejected') },
  ];
  return {
    packet: trace.packet,
    rules: surroundings.rules,
    summary: summaryOf(trace, context),
    source: surroundings.source,
    outcomes: presentOutcomes(trace.outcomes, surroundings.isFromNode, context),
    notes: trace.assumptions.map((fact) => problemText(fact, l10n)),
    expectations: [...endpoints.map((value) => ({ value, label: value })), ...verdicts],
  };
}

/** The ways that a packet can go, as lines; the only one needs no share. */
export function presentOutcomes(
  outcomes: readonly Outcome[],
  isFromNode: boolean,
  context: PresentationContext,
): OutcomeLine[] {
  return outcomes.map((outcome, number) => {
    const share = outcomes.length === 1 ? '' : outcome.share;
    return presentOutcome({ ...outcome, share }, number, isFromNode, context);
  });
}

function presentOutcome(
  outcome: Outcome,
  number: number,
  isFromNode: boolean,
  { l10n }: PresentationContext,
): OutcomeLine {
  const verdict = verdictWords(outcome.verdict, l10n);
  const isAccepted = outcome.verdict.kind === 'accept';
  const delivered =
    outcome.delivered === undefined
      ? undefined
      : outcome.delivered.to === 'node'
        ? l10n.t('a process of the node')
        : l10n.t('out through {0}', outcome.delivered.device);
  const detail = [
    ...(isAccepted ? [] : [l10n.t('to {0}', outcome.destination)]),
    outcome.masqueraded ? l10n.t('masqueraded as {0}', outcome.source) : l10n.t('from {0}', outcome.source),
    ...(delivered === undefined ? [] : [delivered]),
    ...(outcome.mark === 0 ? [] : [l10n.t('mark {0}', `0x${outcome.mark.toString(16)}`)]),
  ].join(', ');
  const label = isAccepted ? outcome.destination : verdict;
  return {
    number,
    label,
    share: outcome.share,
    detail,
    spoken: [
      label,
      ...(outcome.share === '' ? [] : [l10n.t('share {0}', outcome.share)]),
      ...(isAccepted ? [verdict] : []),
      detail,
    ].join(', '),
    tone: toneOf(outcome.verdict),
    places: [...placesOf(outcome.hooks, isFromNode, endOf(outcome))],
  };
}

/** The steps of one way, by the places of the picture. */
export function presentPath(outcome: Outcome, number: number, isFromNode: boolean, context: PresentationContext): Path {
  return {
    outcome: number,
    visits: visitsOf(outcome, isFromNode).map((visit) => presentVisit(visit, context)),
  };
}

/** What becomes of a packet. */
function verdictWords(verdict: Verdict, l10n: Localizer): string {
  switch (verdict.kind) {
    case 'accept':
      return l10n.t('arrives');
    case 'drop':
      return l10n.t('dropped');
    case 'reject':
      return l10n.t('rejected ({0})', verdict.with);
    case 'unknown':
      return l10n.t('not known');
  }
}

/** The name of a place of the picture. */
export function placeName(place: Place, l10n: Localizer): string {
  switch (place) {
    case 'source':
      return l10n.t('Start');
    case 'destination':
      return l10n.t('Out');
    case 'process':
      return l10n.t('Process');
    case 'routing':
    case 'outputRouting':
      return l10n.t('Routing');
    case 'rerouting':
      return l10n.t('Reroute');
    case 'ipvs':
      return 'ip_vs';
    default:
      return place.toUpperCase();
  }
}

function presentVisit({ place, steps }: PlacedSteps, context: PresentationContext): Visit {
  const { l10n, numbers } = context;
  const rules = steps.filter(({ step }) => step.kind === 'rule');
  const tables = [...new Set(rules.map(({ step }) => step.table).filter((table) => table !== undefined))];
  const count =
    rules.length === 1 ? l10n.t('1 rule matched') : l10n.t('{0} rules matched', numbers.integer(rules.length));
  const last = steps.at(-1);
  const presented = steps.map(({ step, number }) => presentStep(step, number, context));
  const lastPresented = presented.at(-1);
  const isHook = ['prerouting', 'input', 'forward', 'output', 'postrouting'].includes(place);
  const detail = rules.length > 0 ? `${tables.join(', ')}: ${count}` : isHook ? count : (lastPresented?.effect ?? '');
  const title = placeName(place, l10n);
  const tone = last === undefined ? undefined : worstTone(presented.map((step) => step.tone));
  return {
    place,
    title,
    detail,
    brief: briefly(place, steps, tables, context),
    spoken: `${title}, ${detail}`,
    steps: presented,
    ...(tone === undefined ? {} : { tone }),
  };
}

/** Longer names of tables, such as `ip kube-proxy`, do not fit into the picture. */
const longestTables = 8;

function briefly(
  place: Place,
  steps: PlacedSteps['steps'],
  tables: readonly string[],
  { l10n, numbers }: PresentationContext,
): string {
  const effect = steps.at(-1)?.step.effect;
  if (place === 'ipvs') return effect?.kind === 'schedule' ? `→ ${effect.realServer}` : '';
  const count = steps.filter(({ step }) => step.kind === 'rule').length;
  const rules = count === 1 ? l10n.t('1 rule') : l10n.t('{0} rules', numbers.integer(count));
  const names = tables.join(', ');
  return names === '' || names.length > longestTables ? rules : l10n.t('{0}: {1}', names, rules);
}

function worstTone(tones: readonly (Tone | undefined)[]): Tone | undefined {
  return tones.includes('error') ? 'error' : tones.includes('warning') ? 'warning' : undefined;
}

function endOf({ verdict, delivered, hooks }: Outcome): Place | undefined {
  if (verdict.kind !== 'accept') return undefined;
  if (delivered?.to === 'node') return 'process';
  return delivered !== undefined || hooks.at(-1) === 'postrouting' ? 'destination' : undefined;
}

function toneOf({ kind }: Verdict): Tone {
  return kind === 'accept' ? 'good' : kind === 'unknown' ? 'warning' : 'error';
}

function summaryOf({ packet, outcomes }: Trace, { l10n, numbers }: PresentationContext): string {
  const [first] = outcomes;
  if (first === undefined) return l10n.t('The packet has no way through this node.');
  if (outcomes.length === 1) {
    switch (first.verdict.kind) {
      case 'accept':
        return arrivalWords(packet, first, l10n);
      case 'drop':
        return l10n.t('Dropped: it vanishes without an answer.');
      case 'reject':
        return l10n.t('Rejected: the sender hears {0}.', first.verdict.with);
      case 'unknown':
        return l10n.t('What becomes of it is not known: {0}', problemText(first.verdict.reason, l10n));
    }
  }
  const arrives = outcomes.filter(({ verdict }) => verdict.kind === 'accept').length;
  return arrives === outcomes.length
    ? l10n.t('One of {0} endpoints, by chance.', numbers.integer(outcomes.length))
    : l10n.t('{0} ways, of which {1} arrive.', numbers.integer(outcomes.length), numbers.integer(arrives));
}

function arrivalWords(packet: string, { destination, delivered }: Outcome, l10n: Localizer): string {
  if (delivered?.to === 'node') return l10n.t('Reaches a process of the node at {0}.', destination);
  return packet.endsWith(` ${destination}`)
    ? l10n.t('Sent on to {0}, untranslated.', destination)
    : l10n.t('Arrives at {0}.', destination);
}
