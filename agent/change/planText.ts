import type { PlannedChange } from '../plan/planStep.ts';

/** Characters of a text at most; VS Code opens what is much longer slowly, and no person reads it. */
const maxLength = 4_000_000;

/** What no single Service stands for: common chains, sets and hooks. */
const common = '';

export interface PlanText {
  readonly text: string;
  readonly linesLeftOut: number;
}

/** Changes by Service, in the order of their names; what belongs to none comes last. */
function byService(changes: readonly PlannedChange[]): [service: string, changes: PlannedChange[]][] {
  const groups = new Map<string, PlannedChange[]>();
  for (const change of changes) {
    const group = groups.get(change.service ?? common);
    if (group) group.push(change);
    else groups.set(change.service ?? common, [change]);
  }
  const rank = (service: string): string => (service === common ? '\uffff' : service);
  return [...groups].sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1));
}

/** What a plan does to each Service. */
export function countByService(
  changes: readonly PlannedChange[],
): { readonly service: string; readonly added: number; readonly removed: number }[] {
  return byService(changes).flatMap(([service, group]) => {
    if (service === common) return [];
    const added = group.reduce((sum, { sign }) => (sign === '+' ? sum + 1 : sum), 0);
    return [{ service, added, removed: group.length - added }];
  });
}

/**
 * Writes a plan as a unified diff: a file for each Service, a hunk for each place, and in it what goes and what comes.
 * Diff editors colour it.
 *
 * @param service leaves out what belongs to others
 */
export function planText(changes: readonly PlannedChange[], service?: string): PlanText {
  const wanted = service === undefined ? changes : changes.filter((change) => change.service === service);
  const pieces: string[] = [];
  let length = 0;
  let linesLeftOut = 0;
  for (const line of diffLines(wanted)) {
    if (length > maxLength) {
      linesLeftOut++;
      continue;
    }
    pieces.push(line, '\n');
    length += line.length + 1;
  }
  return { text: pieces.join(''), linesLeftOut };
}

function* diffLines(changes: readonly PlannedChange[]): Generator<string> {
  for (const [service, group] of byService(changes)) {
    const name = service === common ? 'common' : service;
    yield `--- ${name}`;
    yield `+++ ${name}`;
    const places = new Map<string, PlannedChange[]>();
    for (const change of group) {
      const place = `${change.family} ${change.part} ${change.place}`;
      const there = places.get(place);
      if (there) there.push(change);
      else places.set(place, [change]);
    }
    for (const [place, there] of places) {
      const removed = there.filter(({ sign }) => sign === '-');
      yield `@@ -${removed.length} +${there.length - removed.length} @@ ${place}`;
      for (const { text } of removed) yield `-${text}`;
      for (const { sign, text } of there) if (sign === '+') yield `+${text}`;
    }
  }
}
