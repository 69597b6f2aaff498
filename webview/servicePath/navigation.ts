import type { PathGraph } from '../protocol/servicePath.ts';
import type { Layout } from './layout.ts';

/**
 * The node that a key leads to from another: up and down within a column, right to the first node that packets go to
 * next, left to the first that they come from. Undefined for other keys and where there is none.
 */
export function nextNode(key: string, current: string, graph: PathGraph, layout: Layout): string | undefined {
  const placed = layout.nodes.find(({ node }) => node.id === current);
  if (placed === undefined) return undefined;
  const column = layout.nodes.filter((other) => other.column === placed.column);
  const byRow = (ids: readonly string[]): string | undefined =>
    layout.nodes.filter(({ node }) => ids.includes(node.id)).sort((left, right) => left.row - right.row)[0]?.node.id;
  switch (key) {
    case 'ArrowUp':
      return column.find(({ row }) => row === placed.row - 1)?.node.id;
    case 'ArrowDown':
      return column.find(({ row }) => row === placed.row + 1)?.node.id;
    case 'ArrowRight':
      return byRow(graph.edges.filter(({ from }) => from === current).map(({ to }) => to));
    case 'ArrowLeft':
      return byRow(graph.edges.filter(({ to }) => to === current).map(({ from }) => from));
    case 'Home':
      return layout.nodes[0]?.node.id;
    case 'End':
      return layout.nodes.at(-1)?.node.id;
    default:
      return undefined;
  }
}
