import type { PathGraph, PathTexts } from '../protocol/servicePath.ts';
import { edgePath } from './edgePath.ts';
import { type Layout, layOut, nodeHeight, type PlacedNode } from './layout.ts';
import { nextNode } from './navigation.ts';

const svgNamespace = 'http://www.w3.org/2000/svg';

/** What the picture tells its owner. */
export interface PictureEvents {
  /** A node was chosen with the pointer or with Enter. */
  readonly onChoose: (id: string) => void;
  /** Another node has the focus now. */
  readonly onFocus: (id: string) => void;
}

/**
 * Draws a graph: lines as SVG, nodes as elements of a tree that screen readers walk in the same order as the eye.
 * One node is in the tab order; arrow keys move on from there. `width` is what there is to draw in, in CSS pixels.
 */
export function drawPicture(
  graph: PathGraph,
  width: number,
  texts: PathTexts,
  focused: string | undefined,
  events: PictureEvents,
): HTMLElement {
  const layout = layOut(graph, width);
  const picture = document.createElement('div');
  picture.className = 'picture';
  picture.style.width = `${layout.width}px`;
  picture.style.height = `${layout.height}px`;
  picture.setAttribute('role', 'tree');
  picture.setAttribute('aria-label', texts.picture);
  picture.append(drawEdges(graph, layout));
  const start = layout.nodes.some(({ node }) => node.id === focused) ? focused : layout.nodes[0]?.node.id;
  const columnSizes = new Map<number, number>();
  for (const { column } of layout.nodes) columnSizes.set(column, (columnSizes.get(column) ?? 0) + 1);
  for (const placed of layout.nodes) {
    const element = drawNode(placed, layout.nodeWidth, graph, texts);
    element.setAttribute('aria-setsize', String(columnSizes.get(placed.column) ?? 1));
    element.tabIndex = placed.node.id === start ? 0 : -1;
    element.addEventListener('click', () => events.onChoose(placed.node.id));
    element.addEventListener('focus', () => {
      for (const other of picture.querySelectorAll<HTMLElement>('[role=treeitem]')) other.tabIndex = -1;
      element.tabIndex = 0;
      markEdges(picture, placed.node.id);
      events.onFocus(placed.node.id);
    });
    picture.append(element);
  }
  picture.addEventListener('keydown', (event) => onKey(event, picture, graph, layout, events));
  return picture;
}

/** Moves the focus to a node of a picture; whether it is there. */
export function focusNode(picture: HTMLElement, id: string): boolean {
  const element = picture.querySelector<HTMLElement>(`[data-node="${CSS.escape(id)}"]`);
  element?.focus();
  return element !== null;
}

function onKey(
  event: KeyboardEvent,
  picture: HTMLElement,
  graph: PathGraph,
  layout: Layout,
  events: PictureEvents,
): void {
  const current = event.target instanceof HTMLElement ? event.target.dataset['node'] : undefined;
  if (current === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    events.onChoose(current);
    return;
  }
  const next = nextNode(event.key, current, graph, layout);
  if (next !== undefined && focusNode(picture, next)) event.preventDefault();
}

function drawNode(
  { node, column, row, x, y }: PlacedNode,
  width: number,
  graph: PathGraph,
  texts: PathTexts,
): HTMLElement {
  const element = document.createElement('div');
  element.className = `node ${node.kind}${node.tone === undefined ? '' : ` ${node.tone}`}`;
  element.dataset['node'] = node.id;
  element.style.left = `${x}px`;
  element.style.top = `${y}px`;
  element.style.width = `${width}px`;
  element.style.height = `${nodeHeight}px`;
  element.setAttribute('role', 'treeitem');
  element.setAttribute('aria-level', String(column + 1));
  element.setAttribute('aria-posinset', String(row + 1));
  element.setAttribute('aria-label', spoken(node.id, node.spoken, graph, texts));
  element.title = node.detail === '' ? node.label : `${node.label}\n${node.detail}`;
  const label = document.createElement('span');
  label.className = 'label';
  label.textContent = node.label;
  element.append(label);
  if (node.detail !== '') {
    const detail = document.createElement('span');
    detail.className = 'detail';
    detail.textContent = node.detail;
    element.append(detail);
  }
  return element;
}

/** What a node is and where packets go from it. */
function spoken(id: string, words: string, graph: PathGraph, texts: PathTexts): string {
  const targets = graph.edges
    .filter(({ from }) => from === id)
    .map(({ to, text }) => [graph.nodes.find((node) => node.id === to)?.label, text].filter(Boolean).join(' '));
  return targets.length === 0 ? words : `${words}. ${texts.leadsTo.replace('{0}', targets.join(', '))}`;
}

function drawEdges(graph: PathGraph, layout: Layout): SVGElement {
  const svg = document.createElementNS(svgNamespace, 'svg');
  svg.setAttribute('width', String(layout.width));
  svg.setAttribute('height', String(layout.height));
  svg.setAttribute('aria-hidden', 'true');
  const labels = new Map<string, string[]>();
  const places = new Map(layout.nodes.map((placed) => [placed.node.id, placed]));
  for (const edge of graph.edges) {
    const from = places.get(edge.from);
    const to = places.get(edge.to);
    if (from === undefined || to === undefined) continue;
    const path = document.createElementNS(svgNamespace, 'path');
    path.setAttribute('d', edgePath(from, to, layout));
    path.setAttribute('class', 'edge');
    path.dataset['from'] = edge.from;
    path.dataset['to'] = edge.to;
    // A tenth of the traffic is still a line that can be seen.
    path.style.strokeWidth = `${1 + 3 * (edge.share ?? 0)}px`;
    svg.append(path);
    // Several lines to one node have one label for each different share, one above and one below the lines.
    const texts = labels.get(edge.to) ?? [];
    if (edge.text === undefined || texts.includes(edge.text) || texts.length > 1) continue;
    labels.set(edge.to, [...texts, edge.text]);
    svg.append(drawShare(edge.text, { x: to.x, y: to.y + nodeHeight / 2 + (texts.length === 0 ? -7 : 16) }));
  }
  return svg;
}

function drawShare(text: string, end: { readonly x: number; readonly y: number }): SVGElement {
  const label = document.createElementNS(svgNamespace, 'text');
  label.setAttribute('x', String(end.x - 8));
  label.setAttribute('y', String(end.y));
  label.setAttribute('class', 'share');
  label.textContent = text;
  return label;
}

/** Brings out the lines of the node that has the focus. */
function markEdges(picture: HTMLElement, id: string): void {
  for (const edge of picture.querySelectorAll<SVGElement>('.edge')) {
    edge.classList.toggle('active', edge.dataset['from'] === id || edge.dataset['to'] === id);
  }
}
