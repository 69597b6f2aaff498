import type { EndpointObject } from '../objects/kubernetesObjects.ts';
import type { ResolvedEndpoint } from './resolvedService.ts';

/** An endpoint of one Service port with what decides whether this node uses it. */
export interface EndpointCandidate {
  readonly endpoint: ResolvedEndpoint;
  readonly object: EndpointObject;
}

/** Where the choice is made. */
export interface NodePlace {
  readonly nodeName: string;
  /** Undefined when the node has no zone label. */
  readonly zone: string | undefined;
}

/** Which kinds of traffic policy lead to a Service port. */
export interface PolicyUse {
  readonly usesClusterEndpoints: boolean;
  readonly usesLocalEndpoints: boolean;
}

/** The endpoints of a Service port that this node uses, by traffic policy. */
export interface CategorizedEndpoints {
  readonly clusterEndpoints: readonly ResolvedEndpoint[];
  readonly localEndpoints: readonly ResolvedEndpoint[];
  readonly allLocallyReachableEndpoints: readonly ResolvedEndpoint[];
  readonly hasAnyEndpoints: boolean;
}

const none: CategorizedEndpoints = {
  clusterEndpoints: [],
  localEndpoints: [],
  allLocallyReachableEndpoints: [],
  hasAnyEndpoints: false,
};

/**
 * Chooses as kube-proxy's `CategorizeEndpoints` does (pkg/proxy/topology.go): ready endpoints, or, where there are none,
 * those that still serve while they terminate; for policy Cluster, those that the hints mean for this node or its
 * zone. Hints do not matter for policy Local.
 *
 * @param candidates in the order in which the chosen ones shall stand
 */
export function categorizeEndpoints(
  candidates: readonly EndpointCandidate[],
  { usesClusterEndpoints, usesLocalEndpoints }: PolicyUse,
  place: NodePlace,
): CategorizedEndpoints {
  if (candidates.length === 0) return none;
  const clusterEndpoints = usesClusterEndpoints ? readyOrServing(candidates, hintFilter(candidates, place)) : [];
  if (!usesLocalEndpoints) {
    const hasAnyEndpoints = clusterEndpoints.length > 0;
    return { ...none, clusterEndpoints, allLocallyReachableEndpoints: clusterEndpoints, hasAnyEndpoints };
  }
  const localEndpoints = readyOrServing(candidates.filter(({ endpoint }) => endpoint.isLocal));
  return {
    clusterEndpoints,
    localEndpoints,
    allLocallyReachableEndpoints: union(candidates, clusterEndpoints, localEndpoints),
    hasAnyEndpoints: candidates.some(({ object }) => object.ready || (object.serving && object.terminating)),
  };
}

type HintFilter = (object: EndpointObject) => boolean;

function readyOrServing(candidates: readonly EndpointCandidate[], isHinted?: HintFilter): ResolvedEndpoint[] {
  const chosen: ResolvedEndpoint[] = [];
  for (const { endpoint, object } of candidates) {
    if (object.ready && (isHinted === undefined || isHinted(object))) chosen.push(endpoint);
  }
  if (chosen.length > 0) return chosen;
  for (const { endpoint, object } of candidates) if (object.serving && object.terminating) chosen.push(endpoint);
  return chosen;
}

/**
 * The filter that the hints of the ready endpoints ask for. Hints count only where every ready endpoint has one and at
 * least one of them names this node (or else its zone); otherwise somebody would be left without endpoints.
 *
 * @returns undefined when every endpoint is as good as any other.
 */
function hintFilter(candidates: readonly EndpointCandidate[], { nodeName, zone }: NodePlace): HintFilter | undefined {
  const ready = candidates.filter(({ object }) => object.ready).map(({ object }) => object);
  const isForNode: HintFilter = ({ nodeHints }) => nodeHints?.includes(nodeName) === true;
  if (ready.every(({ nodeHints }) => nodeHints !== undefined) && ready.some(isForNode)) return isForNode;
  const isForZone: HintFilter = ({ zoneHints }) => zone !== undefined && zoneHints?.includes(zone) === true;
  if (ready.every(({ zoneHints }) => zoneHints !== undefined) && ready.some(isForZone)) return isForZone;
  return undefined;
}

function union(
  candidates: readonly EndpointCandidate[],
  cluster: readonly ResolvedEndpoint[],
  local: readonly ResolvedEndpoint[],
): readonly ResolvedEndpoint[] {
  if (cluster.length === 0) return local;
  const members = new Set([...cluster, ...local]);
  if (members.size === cluster.length) return cluster;
  return candidates.map(({ endpoint }) => endpoint).filter((endpoint) => members.has(endpoint));
}
