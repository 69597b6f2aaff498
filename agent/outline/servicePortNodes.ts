import type { Frontend, MapElement, ServicePort } from '../model/service.ts';
import { serviceDocument } from './documents/serviceDocument.ts';
import { endpointSource } from './endpointNodes.ts';
import type { NodeSource } from './outlineNode.ts';
import { isAt } from './place.ts';
import { addChains } from './serviceChainNodes.ts';
import { frontendCounters } from './serviceGroups.ts';
import type { ServicePlaces } from './servicePlaces.ts';
import type { SnapshotText } from './snapshotText.ts';
import { addVirtualServer } from './virtualServerNodes.ts';
import { searchable } from './words.ts';

/**
 * A port of a Service: its frontends, then what its packets pass — chains, virtual servers, or map elements and
 * chains — and below that the endpoints.
 */
export function servicePortSource(port: ServicePort, text: SnapshotText, places: ServicePlaces): NodeSource {
  const { namespace, name, affinitySeconds } = port;
  const document = (target = port.frontends[0]?.location) => serviceDocument([port], text, target);
  return {
    facts: () => ({
      kind: 'servicePort',
      namespace,
      service: name,
      name: port.port.name,
      protocol: port.port.protocol,
      port: port.port.port,
      endpoints: port.endpoints.length,
      ...(affinitySeconds !== undefined && { affinitySeconds }),
    }),
    location: port.frontends[0]?.location,
    counters: () => frontendCounters([port]),
    children: (siblings) => {
      for (const frontend of port.frontends) {
        const { kind, family, ip = '', port: number } = frontend;
        siblings.add(`${kind}:${ip === '' ? family : ip}:${number}`, frontendSource(port, frontend, document));
      }
      for (const element of port.maps) {
        siblings.add(`${element.map}:${element.key}`, mapElementSource(element, document));
      }
      addChains(siblings, port, text, document);
      for (const virtualServer of port.virtualServers) addVirtualServer(siblings, virtualServer, text, port);
      if (port.chains.length === 0 && port.virtualServers.length === 0) {
        for (const endpoint of port.endpoints) {
          siblings.add(`${endpoint.ip}:${endpoint.port}`, endpointSource(endpoint, document));
        }
      }
    },
    searchText: () => searchTextOf(port),
    searchTextBelow: () => searchTextBelow(port),
    endpointCount: () => port.endpoints.length,
    holds: (place) => places.find(place) === port,
    document: () => document(),
  };
}

function searchTextOf({ port, frontends }: ServicePort): string {
  return searchable(
    port.name,
    port.port,
    port.protocol,
    ...frontends.flatMap((frontend) => [frontend.ip, frontend.port]),
  );
}

/** Everything that a filter can find at and below a port. */
export function searchTextBelow(port: ServicePort): string {
  return searchable(
    searchTextOf(port),
    ...port.endpoints.flatMap(({ ip, port: number, chain }) => [ip, number, chain]),
    ...port.chains.map(({ name }) => name),
    ...port.virtualServers.flatMap(({ sets, ip, port: number }) => [...sets, ip, number]),
    ...port.maps.flatMap(({ key, verdict }) => [key, verdict]),
  );
}

function frontendSource(
  { port: { protocol } }: ServicePort,
  frontend: Frontend,
  document: (target?: Frontend['location']) => ReturnType<typeof serviceDocument>,
): NodeSource {
  const { kind, kindAssumed, family, ip, port, verdict, localOnly, sourceRanges, location, counters } = frontend;
  return {
    facts: () => ({
      kind: 'frontend',
      frontend: kind,
      ...(kindAssumed && { kindAssumed }),
      family,
      ...(ip !== undefined && { ip }),
      port,
      protocol,
      verdict,
      localOnly,
      ...(sourceRanges && { sourceRanges: [...sourceRanges] }),
    }),
    location,
    counters: () => counters,
    childCount: () => 0,
    searchText: () => searchable(ip, port),
    holds: (place) => isAt(place, location),
    document: () => document(location),
  };
}

function mapElementSource(
  { family, table, map, key, verdict, location }: MapElement,
  document: (target?: Frontend['location']) => ReturnType<typeof serviceDocument>,
): NodeSource {
  return {
    facts: () => ({ kind: 'mapElement', family, table, map, key, verdict }),
    location,
    childCount: () => 0,
    searchText: () => searchable(key, verdict),
    holds: (place) => isAt(place, location),
    document: () => document(location),
  };
}
