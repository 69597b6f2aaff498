import type { SourceLocation } from '../model/location.ts';
import type { Endpoint, RealServer, VirtualServer } from '../model/service.ts';
import type { OutlineDocument } from './documents/outlineDocument.ts';
import type { NodeSource } from './outlineNode.ts';
import { isAt } from './place.ts';
import { searchable } from './words.ts';

/** An endpoint as chains lead to it. */
export function endpointSource(endpoint: Endpoint, document: (target?: SourceLocation) => OutlineDocument): NodeSource {
  const { ip, port, family, share, localShare, weight, local, chain, location, counters } = endpoint;
  return {
    facts: () => ({
      kind: 'endpoint',
      ip,
      port,
      family,
      share,
      ...(localShare !== undefined && { localShare }),
      ...(weight !== undefined && { weight }),
      ...(local !== undefined && { local }),
      ...(chain !== undefined && { chain }),
    }),
    location,
    counters: () => counters,
    childCount: () => 0,
    searchText: () => searchable(ip, port, chain),
    holds: (place) => isAt(place, location) || (chain !== undefined && place.block?.name === chain),
    document: () => document(location),
  };
}

/** A real server of a virtual server. */
export function realServerSource(
  { family }: VirtualServer,
  { ip, port, weight, share, location, counters }: RealServer,
  document: (target?: SourceLocation) => OutlineDocument,
): NodeSource {
  return {
    facts: () => ({ kind: 'endpoint', ip, port, family, share, weight }),
    location,
    counters: () => counters,
    childCount: () => 0,
    searchText: () => searchable(ip, port),
    holds: (place) => isAt(place, location),
    document: () => document(location),
  };
}
