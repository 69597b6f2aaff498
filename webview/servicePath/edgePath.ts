import { type Layout, nodeHeight, type PlacedNode, rowGap, rowTop } from './layout.ts';

/**
 * The SVG path of a line between two nodes. A line that skips columns passes between their rows, so that it does not
 * seem to lead to a node that it only passes.
 */
export function edgePath(from: PlacedNode, to: PlacedNode, layout: Layout): string {
  const start = { x: from.x + layout.nodeWidth, y: from.y + nodeHeight / 2 };
  const end = { x: to.x, y: to.y + nodeHeight / 2 };
  let path = `M${start.x} ${start.y}`;
  let at = start;
  for (let column = from.column + 1; column < to.column; column++) {
    const passed = layout.nodes.find((node) => node.column === column);
    if (passed === undefined) continue;
    const straight = start.y + ((end.y - start.y) * (column - from.column)) / (to.column - from.column);
    const y = laneNear(straight);
    path += curve(at, { x: passed.x, y });
    at = { x: passed.x + layout.nodeWidth, y };
    path += `L${at.x} ${at.y}`;
  }
  return path + curve(at, end);
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function curve(from: Point, to: Point): string {
  const bend = Math.max(20, (to.x - from.x) / 2);
  return `C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
}

/** The middle of the gap between two rows that is nearest to a height. */
function laneNear(y: number): number {
  const row = Math.max(1, Math.round((y - rowTop(0) + rowGap / 2) / (nodeHeight + rowGap)));
  return rowTop(row) - rowGap / 2;
}
