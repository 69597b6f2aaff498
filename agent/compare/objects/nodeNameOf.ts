import type { KubernetesObjects } from '../../objects/kubernetesObjects.ts';
import type { LocalEndpoints } from './localEndpoints.ts';

/** The node that endpoints say they are on. */
export interface FoundName {
  readonly name: string;
  /** Whether it is a guess: no endpoint tells. */
  readonly isAssumed: boolean;
}

/**
 * The Kubernetes name of the node: the one that is known, if some endpoint is on a node of that name, or else the one
 * that most of the endpoints carry that rules or routes show to be on the node.
 */
export function nodeNameOf(
  { endpointSlices }: KubernetesObjects,
  known: readonly (string | undefined)[],
  local: LocalEndpoints,
  fallback: string,
): FoundName {
  const counts = new Map<string, number>();
  for (const { endpoints } of endpointSlices) {
    for (const { nodeName, addresses } of endpoints) {
      if (nodeName === undefined) continue;
      const isLocal = addresses[0] !== undefined && local.isLocal(addresses[0], false);
      counts.set(nodeName, (counts.get(nodeName) ?? 0) + Number(isLocal));
    }
  }
  const said = known.find((name) => name !== undefined && (counts.size === 0 || counts.has(name)));
  if (said !== undefined) return { name: said, isAssumed: false };
  const [likeliest] = [...counts].sort(([, a], [, b]) => b - a);
  if (likeliest !== undefined && (likeliest[1] > 0 || counts.size === 1)) {
    return { name: likeliest[0], isAssumed: likeliest[1] === 0 };
  }
  return { name: known.find((name) => name !== undefined) ?? fallback, isAssumed: true };
}
