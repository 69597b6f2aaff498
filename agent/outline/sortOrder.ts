import type { OutlineNode } from './outlineNode.ts';

/**
 * `name` is the order of the model, which for rules is the order in which packets meet them. The others put the most
 * endpoints or packets first.
 */
export type SortOrder = 'name' | 'endpoints' | 'traffic';

/** What stands in no order of its own; chains, rules and headings are left as they are. */
const sortableKinds = new Set(['service', 'virtualServer', 'endpoint', 'set']);

/** Siblings in the order asked for. */
export function sorted(nodes: readonly OutlineNode[], order: SortOrder): readonly OutlineNode[] {
  if (order === 'name') return nodes;
  const weighed = nodes.map((node) => ({ node, weight: weight(node, order) }));
  if (weighed.some((each) => each.weight === undefined)) return nodes;
  return weighed.sort((a, b) => (b.weight ?? 0) - (a.weight ?? 0)).map(({ node }) => node);
}

function weight({ source }: OutlineNode, order: 'endpoints' | 'traffic'): number | undefined {
  if (!sortableKinds.has(source.facts().kind)) return undefined;
  return order === 'endpoints' ? (source.endpointCount?.() ?? 0) : (source.counters?.()?.packets ?? 0);
}
