import type { PathGraph, PathNode } from '../protocol/servicePath.ts';

/** A node with its place, in CSS pixels from the picture's top left corner. */
export interface PlacedNode {
  readonly node: PathNode;
  readonly column: number;
  readonly row: number;
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly nodes: readonly PlacedNode[];
  readonly nodeWidth: number;
  readonly width: number;
  readonly height: number;
}

/** Sizes in CSS pixels. */
export const nodeHeight = 44;
export const rowGap = 14;
const margin = 16;
const widestNode = 240;
const narrowestNode = 128;
const widestGap = 90;
const narrowestGap = 48;

/**
 * Places a graph in columns from left to right: each node right of everything that leads to it, endpoints and final
 * verdicts in the last column. Within a column nodes keep the order in which their sources stand, so that few lines
 * cross.
 *
 * @param available the width to fit into; where that is too little the layout is wider
 */
export function layOut(graph: PathGraph, available: number): Layout {
  const columns = columnsOf(graph);
  const last = Math.max(0, ...columns.values());
  const gap = clamp((available - 2 * margin - (last + 1) * widestNode) / Math.max(1, last), narrowestGap, widestGap);
  const nodeWidth = clamp((available - 2 * margin - last * gap) / (last + 1), narrowestNode, widestNode);
  const rows = new Map<string, number>();
  const placed: PlacedNode[] = [];
  for (let column = 0; column <= last; column++) {
    const members = graph.nodes.filter(({ id }) => columns.get(id) === column);
    const ordered = members
      .map((node, index) => ({ node, index, rank: meanRow(node.id, graph, rows) }))
      .sort((left, right) => left.rank - right.rank || left.index - right.index);
    for (const [row, { node }] of ordered.entries()) {
      rows.set(node.id, row);
      placed.push({ node, column, row, x: margin + column * (nodeWidth + gap), y: rowTop(row) });
    }
  }
  const height = Math.max(0, ...placed.map(({ y }) => y)) + nodeHeight + margin;
  return { nodes: placed, nodeWidth, width: 2 * margin + (last + 1) * nodeWidth + last * gap, height };
}

/** The top of a row's nodes. */
export function rowTop(row: number): number {
  return margin + row * (nodeHeight + rowGap);
}

function clamp(value: number, lowest: number, highest: number): number {
  return Math.min(highest, Math.max(lowest, value));
}

/** The column of each node: the longest way that leads to it; ends of the path stand together in the last one. */
function columnsOf(graph: PathGraph): ReadonlyMap<string, number> {
  const depth = new Map<string, number>(graph.nodes.map(({ id }) => [id, 0]));
  // A way can be no longer than there are nodes; rules that go round in circles end there.
  for (let round = 0; round < graph.nodes.length; round++) {
    let changed = false;
    for (const { from, to } of graph.edges) {
      const behind = (depth.get(from) ?? 0) + 1;
      if (behind <= (depth.get(to) ?? 0) || behind >= graph.nodes.length) continue;
      depth.set(to, behind);
      changed = true;
    }
    if (!changed) break;
  }
  const last = Math.max(0, ...depth.values());
  for (const { id, kind } of graph.nodes) {
    if (kind === 'endpoint' || kind === 'verdict') depth.set(id, last);
  }
  return depth;
}

function meanRow(id: string, graph: PathGraph, rows: ReadonlyMap<string, number>): number {
  const sources = graph.edges.filter(({ to }) => to === id).map(({ from }) => rows.get(from));
  const known = sources.filter((row) => row !== undefined);
  return known.length === 0 ? Number.MAX_SAFE_INTEGER : known.reduce((sum, row) => sum + row, 0) / known.length;
}
