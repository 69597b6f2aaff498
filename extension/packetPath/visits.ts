import type { Place } from '../../webview/protocol/traceView.ts';
import type { Outcome, Stage, Step } from './traceTypes.ts';

/** The steps that follow each other at one place of the picture. */
export interface PlacedSteps {
  readonly place: Place;
  readonly steps: readonly { readonly step: Step; readonly number: number }[];
}

/**
 * Groups the steps of a way by the places of the picture. The trace tells hooks; which routing decision one is, and
 * where the packet starts and ends, follows from what was before. A hook that asked no rule is a place without steps.
 */
export function visitsOf(
  { steps, hooks }: Pick<Outcome, 'steps' | 'hooks'>,
  isFromNode: boolean,
): readonly PlacedSteps[] {
  const visits: { place: Place; steps: { step: Step; number: number }[] }[] = [];
  let previous: Place | undefined;
  for (const [number, step] of steps.entries()) {
    const place: Place = placeOf(step, previous, isFromNode);
    const last = visits.at(-1);
    if (last !== undefined && last.place === place) last.steps.push({ step, number });
    else visits.push({ place, steps: [{ step, number }] });
    previous = place;
  }
  let at = 1;
  for (const hook of hooks) {
    if (hook === 'routing' || hook === 'ingress' || hook === 'end') continue;
    const found = visits.findIndex(({ place }, index) => index >= at && place === hook);
    if (found < 0) {
      while (isBefore(visits[at]?.place, hook)) at++;
      visits.splice(at, 0, { place: hook, steps: [] });
      at++;
    } else at = found + 1;
  }
  return visits;
}

/** Whether a packet that goes on to a hook comes through a place first. */
function isBefore(place: Place | undefined, hook: Place): boolean {
  if (place === 'routing' || place === 'outputRouting' || place === 'rerouting') return true;
  return place === 'ipvs' && (hook === 'output' || hook === 'postrouting');
}

/** What stands between two hooks that a packet goes through one after another, by `FROM TO`. */
const between: Readonly<Record<string, readonly Place[]>> = {
  'prerouting input': ['routing'],
  'prerouting forward': ['routing'],
  'process output': ['outputRouting'],
  'input output': ['ipvs'],
  'input postrouting': ['ipvs'],
};

/** The way through the picture of a packet whose steps are not there, by the hooks that it goes through. */
export function placesOf(hooks: readonly Stage[], isFromNode: boolean, reaches: Place | undefined): readonly Place[] {
  const places: Place[] = [isFromNode ? 'process' : 'source'];
  for (const hook of hooks) {
    const last = places.at(-1);
    const place = stagePlace(hook, last, isFromNode);
    if (place !== undefined && place !== last) places.push(...(between[`${last} ${place}`] ?? []), place);
  }
  if (reaches !== undefined && places.at(-1) !== reaches) places.push(reaches);
  return places;
}

function placeOf(step: Step, previous: Place | undefined, isFromNode: boolean): Place {
  if (step.kind === 'start') return isFromNode ? 'process' : 'source';
  if (step.kind === 'end' || step.hook === 'end') {
    // Where the snapshot has no routes, it is not known through which device.
    if (step.effect.kind === 'leave' || (step.effect.kind === 'accept' && previous === 'postrouting'))
      return 'destination';
    if (step.effect.kind === 'deliver') return 'process';
    return previous ?? 'source';
  }
  return stagePlace(step.hook, previous, isFromNode) ?? previous ?? 'source';
}

function stagePlace(stage: Stage, previous: Place | undefined, isFromNode: boolean): Place | undefined {
  switch (stage) {
    case 'ingress':
      return 'source';
    case 'routing':
      if (previous === 'output' || previous === 'rerouting' || previous === 'ipvs') return 'rerouting';
      return previous === 'process' || (previous === undefined && isFromNode)
        ? 'outputRouting'
        : laterRouting(previous);
    case 'end':
      return undefined;
    default:
      return stage;
  }
}

/** More than one routing decision in a row is drawn as one. */
function laterRouting(previous: Place | undefined): Place {
  return previous === 'outputRouting' ? 'outputRouting' : 'routing';
}
