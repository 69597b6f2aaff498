import type { Place } from '../protocol/traceView.ts';

/** A place's box; `x` and `y` are its middle. All sizes are units of the picture, which scales. */
export interface PlaceBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly shape: 'hook' | 'decision' | 'end';
}

/** The picture without what is around it. */
export const pictureSize = { width: 1342, height: 330 } as const;

const upper = 70;
const lower = 190;
const lowest = 286;

/** The classic picture of netfilter's hooks: what comes in above, what the node itself receives and sends below. */
export const placeBoxes: Readonly<Record<Place, PlaceBox>> = {
  source: { x: 68, y: upper, width: 124, height: 50, shape: 'end' },
  prerouting: { x: 218, y: upper, width: 150, height: 56, shape: 'hook' },
  routing: { x: 362, y: upper, width: 108, height: 62, shape: 'decision' },
  forward: { x: 516, y: upper, width: 150, height: 56, shape: 'hook' },
  postrouting: { x: 912, y: upper, width: 150, height: 56, shape: 'hook' },
  destination: { x: 1042, y: upper, width: 66, height: 44, shape: 'end' },
  input: { x: 362, y: lower, width: 150, height: 56, shape: 'hook' },
  process: { x: 516, y: lower, width: 116, height: 50, shape: 'end' },
  outputRouting: { x: 642, y: lower, width: 108, height: 62, shape: 'decision' },
  output: { x: 782, y: lower, width: 150, height: 56, shape: 'hook' },
  rerouting: { x: 912, y: lower, width: 88, height: 48, shape: 'decision' },
  ipvs: { x: 516, y: lowest, width: 150, height: 56, shape: 'hook' },
};

/** A way from one place to the next. */
export interface Lane {
  readonly from: Place;
  readonly to: Place;
}

/** The lanes that are always drawn. */
export const lanes: readonly Lane[] = [
  { from: 'source', to: 'prerouting' },
  { from: 'prerouting', to: 'routing' },
  { from: 'routing', to: 'forward' },
  { from: 'forward', to: 'postrouting' },
  { from: 'postrouting', to: 'destination' },
  { from: 'routing', to: 'input' },
  { from: 'input', to: 'process' },
  { from: 'input', to: 'ipvs' },
  { from: 'ipvs', to: 'output' },
  { from: 'ipvs', to: 'postrouting' },
  { from: 'process', to: 'outputRouting' },
  { from: 'outputRouting', to: 'output' },
  { from: 'output', to: 'rerouting' },
  { from: 'rerouting', to: 'postrouting' },
];

/** How far right of the middle of POSTROUTING the lane from ip_vs comes up to it. */
const ipvsOffset = 60;

/** The SVG path of a lane, from the edge of one box to the edge of the other. */
export function lanePath({ from, to }: Lane): string {
  const start = placeBoxes[from];
  const end = placeBoxes[to];
  const right = `M${start.x + start.width / 2} ${start.y}`;
  switch (`${from} ${to}`) {
    case 'input ipvs':
      return `M${start.x} ${start.y + start.height / 2}V${end.y}H${end.x - end.width / 2}`;
    case 'ipvs postrouting':
      return `${right}H${end.x + ipvsOffset}V${end.y + end.height / 2}`;
    case 'ipvs output':
    case 'ipvs rerouting':
      return `${right}H${end.x}V${end.y + end.height / 2}`;
    case 'output ipvs':
      return `M${start.x} ${start.y + start.height / 2}V${end.y}H${end.x + end.width / 2}`;
    case 'output postrouting':
      return `${right}H${end.x}V${end.y + end.height / 2}`;
  }
  if (start.y === end.y && start.x < end.x) return `${right}H${end.x - end.width / 2}`;
  if (start.x === end.x) {
    const down = start.y < end.y ? 1 : -1;
    return `M${start.x} ${start.y + (down * start.height) / 2}V${end.y - (down * end.height) / 2}`;
  }
  // A way that the classic picture does not have, such as through the loopback device: over the top of all.
  const top = 14;
  return `M${start.x} ${start.y - start.height / 2}V${top}H${end.x}V${end.y - end.height / 2}`;
}

/**
 * The lanes between the places of a way, in order. A packet whose destination is translated at OUTPUT is routed again
 * and comes back to the rest of OUTPUT, which is drawn as going on.
 */
export function lanesOf(places: readonly Place[]): readonly Lane[] {
  const drawn = places.filter((place, index) => place !== 'output' || places[index - 1] !== 'rerouting');
  return drawn.slice(1).flatMap((to, index) => {
    const from = drawn[index];
    return from === undefined || from === to ? [] : [{ from, to }];
  });
}

/** Names a lane. */
export function laneKey({ from, to }: Lane): string {
  return `${from}-${to}`;
}

/** Ends of ways beside the picture: the first ones and the chosen one; the others are counted. */
export const mostEnds = 8;

/** Which ends are drawn, and how many are not. */
export function drawnEnds(count: number, chosen: number): { readonly ends: readonly number[]; readonly left: number } {
  if (count <= mostEnds) return { ends: [...Array(count).keys()], left: 0 };
  const first = [...Array(mostEnds - 1).keys()];
  const ends = chosen < first.length ? first : [...first.slice(0, -1), chosen];
  return { ends, left: count - ends.length };
}

/** An end's box: its left edge and middle. */
export function endPlace(index: number, count: number): { readonly x: number; readonly y: number } {
  const pitch = Math.min(38, (pictureSize.height - 30) / Math.max(1, count));
  const first = Math.max(24, upper - ((count - 1) * pitch) / 2);
  return { x: 1106, y: first + index * pitch };
}

/** Size of an end's box. */
export const endSize = { width: 228, height: 30 } as const;
