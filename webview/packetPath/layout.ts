import type { PathGraph, PathNode } from '../protocol.ts';

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
  readonly width: number;
  readonly height: number;
}

/** Sizes in CSS pixels. */
export const nodeWidth = 230;
export const nodeHeight = 44;
const columnGap = 90;
const rowGap = 12;
const margin = 16;

/**
 * Places a graph in columns from left to right: each node right of everything that leads to it, endpoints and final
 * verdicts in the last column. Within a column nodes keep the order in which their sources stand, so that few lines cross.
 */
export function layOut(graph: PathGraph): Layout {
  const columns = columnsOf(graph);
  const rows = new Map<string, number>();
  const placed: PlacedNode[] = [];
  const last = Math.max(0, ...columns.values());
  for (let column = 0; column <= last; column++) {
    const members = graph.nodes.filter(({ id }) => columns.get(id) === column);
    const ordered = members
      .map((node, index) => ({ node, index, rank: meanRow(node.id, graph, rows) }))
      .sort((left, right) => left.rank - right.rank || left.index - right.index);
    for (const [row, { node }] of ordered.entries()) {
      rows.set(node.id, row);
      placed.push({
        node,
        column,
        row,
        x: margin + column * (nodeWidth + columnGap),
        y: margin + row * (nodeHeight + rowGap),
      });
    }
  }
  const height = Math.max(0, ...placed.map(({ y }) => y)) + nodeHeight + margin;
  return { nodes: placed, width: 2 * margin + (last + 1) * nodeWidth + last * columnGap, height };
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
