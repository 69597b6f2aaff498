import type { PathGraph, PathNode } from '../protocol/servicePath.ts';

/** More endpoints than this are shown as one node until they are asked for. */
const mostEndpoints = 50;

/** Id of the node that stands for the endpoints that are not shown. */
export const collapsedId = 'collapsed-endpoints';

/** What of a graph is shown. */
export interface GraphView {
  readonly filter: string;
  readonly allEndpoints: boolean;
}

/**
 * The part of a graph that is shown: what matches the filter with everything before and behind it, and the first
 * endpoints where there are many. `wordMore` words the node that stands for the others.
 */
export function visibleGraph(graph: PathGraph, view: GraphView, wordMore: (count: number) => string): PathGraph {
  return collapse(filtered(graph, view.filter), view.allEndpoints, wordMore);
}

function filtered(graph: PathGraph, filter: string): PathGraph {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return graph;
  const kept = new Set<string>();
  for (const node of graph.nodes) {
    const text = `${node.label} ${node.detail}`.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    reach(node.id, graph, kept, 'from', 'to');
    reach(node.id, graph, kept, 'to', 'from');
  }
  return restrict(graph, kept);
}

/** Adds a node and all nodes that edges lead to in one direction. */
function reach(start: string, graph: PathGraph, found: Set<string>, here: 'from' | 'to', there: 'from' | 'to'): void {
  const seen = new Set([start]);
  const open = [start];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    found.add(id);
    for (const edge of graph.edges) {
      if (edge[here] !== id || seen.has(edge[there])) continue;
      seen.add(edge[there]);
      open.push(edge[there]);
    }
  }
}

function restrict(graph: PathGraph, kept: ReadonlySet<string>): PathGraph {
  return {
    title: graph.title,
    nodes: graph.nodes.filter(({ id }) => kept.has(id)),
    edges: graph.edges.filter(({ from, to }) => kept.has(from) && kept.has(to)),
  };
}

function collapse(graph: PathGraph, all: boolean, wordMore: (count: number) => string): PathGraph {
  const endpoints = graph.nodes.filter(({ kind }) => kind === 'endpoint');
  if (all || endpoints.length <= mostEndpoints) return graph;
  const hidden = new Set(endpoints.slice(mostEndpoints).map(({ id }) => id));
  const label = wordMore(hidden.size);
  const more: PathNode = { id: collapsedId, kind: 'endpoint', label, detail: '', spoken: label };
  const sources = new Set(graph.edges.filter(({ to }) => hidden.has(to)).map(({ from }) => from));
  return {
    title: graph.title,
    nodes: [...graph.nodes.filter(({ id }) => !hidden.has(id)), more],
    edges: [
      ...graph.edges.filter(({ to }) => !hidden.has(to)),
      ...[...sources].map((from) => ({ from, to: collapsedId })),
    ],
  };
}
