import { svgElement } from '../element.ts';
import type { PacketPathTexts } from '../protocol/packetPathTexts.ts';
import type { OutcomeLine, Path, Place, TraceView, Visit } from '../protocol/traceView.ts';
import {
  drawnEnds,
  endPlace,
  endSize,
  type Lane,
  laneKey,
  lanePath,
  lanes,
  lanesOf,
  mostEnds,
  type PlaceBox,
  pictureSize,
  placeBoxes,
} from './hooksLayout.ts';
import { shorten, shortenInside } from './shorten.ts';

/** What the picture tells its owner. */
export interface PictureEvents {
  onOutcome(outcome: number): void;
  onPlace(place: Place): void;
}

/** What is drawn. */
export interface Drawn {
  readonly view: TraceView | undefined;
  readonly path: Path | undefined;
}

/** Characters that fit into a unit of width, about. */
const charactersPerUnit = 1 / 7.6;
const detailCharactersPerUnit = 1 / 6.2;

/** Around the two texts of an end, and between them. */
const endPadding = 32;

const placeNames = Object.keys(placeBoxes) as readonly Place[];

/**
 * Draws the classic picture of the kernel's hooks with the lanes lit that the packet takes. It is a picture to look at
 * and to point at; the steps beside it say the same to those who do not see it.
 */
export function drawHooks({ view, path }: Drawn, texts: PacketPathTexts, events: PictureEvents): SVGSVGElement {
  const svg = svgElement('svg', {
    class: 'hooks',
    viewBox: `0 0 ${pictureSize.width} ${pictureSize.height}`,
    role: 'img',
    'aria-label': view === undefined ? texts.picture.label : `${texts.picture.label}: ${view.packet}. ${view.summary}`,
  });
  svg.append(arrowHeads());
  const chosen = path?.outcome ?? 0;
  const places = path?.visits.map((visit) => visit.place) ?? [];
  const lit = lanesOf(places);
  const others = otherLanes(view?.outcomes ?? [], lit);
  for (const lane of lanes) svg.append(drawLane(lane, 'lane'));
  for (const lane of others) svg.append(drawLane(lane, 'lane other'));
  for (const [index, lane] of lit.entries()) svg.append(drawLane(lane, 'lane lit', index));
  if (view !== undefined) drawEnds(svg, view.outcomes, chosen, texts, events);
  for (const place of placeNames) {
    const visits = path?.visits.filter((visit) => visit.place === place) ?? [];
    svg.append(drawPlace(place, visits, view, texts, events));
  }
  svg.append(svgElement('circle', { class: 'packet', r: 8, cx: 0, cy: 0 }));
  return svg;
}

/** Lanes of ways that are not the chosen one. */
function otherLanes(outcomes: readonly OutcomeLine[], lit: readonly Lane[]): readonly Lane[] {
  const known = new Set(lit.map(laneKey));
  const found: Lane[] = [];
  for (const outcome of outcomes) {
    for (const lane of lanesOf(outcome.places)) {
      if (known.has(laneKey(lane))) continue;
      known.add(laneKey(lane));
      found.push(lane);
    }
  }
  return found;
}

function drawLane(lane: Lane, className: string, order?: number): SVGElement {
  const isLit = order !== undefined;
  return svgElement('path', {
    class: className,
    d: lanePath(lane),
    fill: 'none',
    'data-lane': isLit ? laneKey(lane) : undefined,
    'data-order': order,
    'marker-end': isLit ? 'url(#lit-arrow)' : 'url(#arrow)',
  });
}

function arrowHeads(): SVGElement {
  const head = (id: string, className: string): SVGElement =>
    svgElement(
      'marker',
      {
        id,
        viewBox: '0 0 8 8',
        refX: 7,
        refY: 4,
        markerWidth: 8,
        markerHeight: 8,
        markerUnits: 'userSpaceOnUse',
        orient: 'auto',
      },
      svgElement('path', { class: className, d: 'M0 0L8 4L0 8z' }),
    );
  return svgElement('defs', {}, head('arrow', 'arrow'), head('lit-arrow', 'arrow lit'));
}

function drawPlace(
  place: Place,
  visits: readonly Visit[],
  view: TraceView | undefined,
  texts: PacketPathTexts,
  events: PictureEvents,
): SVGElement {
  const box = placeBoxes[place];
  const isLit = visits.length > 0;
  const tone = visits.find((visit) => visit.tone !== undefined)?.tone;
  const start = place === 'source' && isLit ? view?.source : undefined;
  const title = start?.kind ?? texts.picture.places[place];
  const detail = start?.address ?? (box.shape === 'hook' ? (visits[0]?.brief ?? '') : '');
  const hasDetail = detail !== '';
  const group = svgElement('g', {
    class: ['place', box.shape, isLit ? 'lit' : '', tone ?? ''].filter(Boolean).join(' '),
    'data-place': place,
  });
  const fits = Math.floor(box.width * charactersPerUnit);
  group.append(
    outline(box),
    svgElement(
      'text',
      { class: 'name', x: box.x, y: box.y + (hasDetail ? -4 : 4), 'text-anchor': 'middle' },
      shorten(title, fits),
    ),
  );
  if (hasDetail) {
    group.append(
      svgElement(
        'text',
        { class: 'detail', x: box.x, y: box.y + 14, 'text-anchor': 'middle' },
        shorten(detail, Math.floor(box.width * detailCharactersPerUnit)),
      ),
    );
  }
  const spoken = visits.map((visit) => visit.spoken).join('\n');
  group.append(svgElement('title', {}, spoken === '' ? title : spoken));
  if (isLit) group.addEventListener('click', () => events.onPlace(place));
  return group;
}

function outline({ x, y, width, height, shape }: PlaceBox): SVGElement {
  if (shape === 'decision') {
    const points = [
      [x - width / 2, y],
      [x, y - height / 2],
      [x + width / 2, y],
      [x, y + height / 2],
    ];
    return svgElement('polygon', { class: 'box', points: points.map((point) => point.join(',')).join(' ') });
  }
  const corner = shape === 'end' ? height / 2 : 5;
  return svgElement('rect', { class: 'box', x: x - width / 2, y: y - height / 2, width, height, rx: corner });
}

/** The ends of the ways, each with its share, and lanes that lead to those that leave the node. */
function drawEnds(
  svg: SVGElement,
  outcomes: readonly OutcomeLine[],
  chosen: number,
  texts: PacketPathTexts,
  events: PictureEvents,
): void {
  const { ends, left } = drawnEnds(outcomes.length, chosen);
  const count = Math.min(outcomes.length, mostEnds);
  const { x: outX, y: outY, width: outWidth } = placeBoxes.destination;
  for (const [index, number] of ends.entries()) {
    const outcome = outcomes[number];
    if (outcome === undefined) continue;
    const isChosen = number === chosen;
    const { x, y } = endPlace(index, count);
    if (outcome.places.at(-1) === 'destination') {
      const start = outX + outWidth / 2;
      const bend = (x - start) / 2;
      svg.append(
        svgElement('path', {
          class: isChosen ? 'lane lit fan' : 'lane other fan',
          fill: 'none',
          d: `M${start} ${outY}C${start + bend} ${outY} ${x - bend} ${y} ${x} ${y}`,
        }),
      );
    }
    const group = svgElement('g', {
      class: `outcome ${outcome.tone}${isChosen ? ' chosen' : ''}`,
      'data-outcome': number,
    });
    const fits = Math.floor((endSize.width - endPadding) * charactersPerUnit) - outcome.share.length;
    group.append(
      svgElement('rect', { class: 'box', x, y: y - endSize.height / 2, ...endSize, rx: 5 }),
      svgElement('text', { class: 'name', x: x + 10, y: y + 4 }, shortenInside(outcome.label, fits)),
      svgElement('text', { class: 'share', x: x + endSize.width - 10, y: y + 4, 'text-anchor': 'end' }, outcome.share),
      svgElement('title', {}, outcome.spoken),
    );
    group.addEventListener('click', () => events.onOutcome(number));
    svg.append(group);
  }
  if (left > 0) {
    const { x, y } = endPlace(mostEnds - 1, count);
    svg.append(
      svgElement('text', { class: 'more', x: x + 10, y: y + 4 }, texts.outcomes.left.replace('{0}', String(left))),
    );
  }
}
