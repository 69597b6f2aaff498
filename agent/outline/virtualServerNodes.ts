import { formatAddress } from '../model/address.ts';
import type { SourceLocation } from '../model/location.ts';
import type { NodeModel } from '../model/nodeModel.ts';
import type { ServicePort, VirtualServer } from '../model/service.ts';
import { excerptDocument } from './documents/excerptDocument.ts';
import { realServerSource } from './endpointNodes.ts';
import type { Siblings } from './outlineNode.ts';
import { isAt } from './place.ts';
import type { SnapshotText } from './snapshotText.ts';
import { searchable } from './words.ts';

function addressOf({ ip, port, mark }: VirtualServer): string {
  return ip === undefined ? `${mark ?? 0}` : formatAddress(ip, port);
}

/** Adds the heading of all virtual servers, when there are any. */
export function addVirtualServers(siblings: Siblings, model: NodeModel, text: SnapshotText): void {
  const { virtualServers } = model;
  if (virtualServers.length === 0) return;
  siblings.add('virtualServers', {
    facts: () => ({ kind: 'virtualServers', count: virtualServers.length }),
    childCount: () => virtualServers.length,
    children: (below) => {
      const services = new Map(
        model.services.flatMap((service) =>
          service.virtualServers.map((server) => [placeOf(server.location), service]),
        ),
      );
      for (const server of virtualServers) {
        addVirtualServer(below, server, text, services.get(placeOf(server.location)));
      }
    },
    holds: (place) =>
      virtualServers.some(({ location, realServers }) =>
        [location, ...realServers.map((server) => server.location)].some((each) => isAt(place, each)),
      ),
  });
}

function placeOf({ part, line, column }: SourceLocation): string {
  return `${part} ${line} ${column}`;
}

/** Adds a virtual server with its real servers below. */
export function addVirtualServer(
  siblings: Siblings,
  virtualServer: VirtualServer,
  text: SnapshotText,
  service: ServicePort | undefined,
): void {
  const { protocol, ip, port, mark, scheduler, persistenceSeconds, realServers, sets, onKubeIpvs0, location } =
    virtualServer;
  const title = `${protocol} ${addressOf(virtualServer)}`;
  const document = (target?: SourceLocation) =>
    excerptDocument(
      title,
      [{ kind: 'lines', entries: [location, ...realServers.map((server) => server.location)] }],
      text,
      target,
    );
  siblings.add(`${protocol}:${addressOf(virtualServer)}`, {
    facts: () => ({
      kind: 'virtualServer',
      protocol,
      ...(ip !== undefined && { ip }),
      ...(port !== undefined && { port }),
      ...(mark !== undefined && { mark }),
      scheduler,
      ...(persistenceSeconds !== undefined && { persistenceSeconds }),
      sets: [...sets],
      ...(onKubeIpvs0 !== undefined && { onKubeIpvs0 }),
      ...(service && service.name !== '' && { service: servicePortName(service) }),
      realServers: realServers.length,
    }),
    location,
    counters: () => virtualServer.counters,
    childCount: () => realServers.length,
    children: (below) => {
      for (const server of realServers) {
        below.add(formatAddress(server.ip, server.port), realServerSource(virtualServer, server, document));
      }
    },
    searchText: () => searchable(ip, port, protocol, ...sets, service && servicePortName(service)),
    searchTextBelow: () => searchable(...realServers.flatMap((server) => [server.ip, server.port])),
    endpointCount: () => realServers.length,
    holds: (place) => isAt(place, location) || realServers.some((server) => isAt(place, server.location)),
    document: () => document(location),
  });
}

/** `NAMESPACE/NAME:PORT`, without the port's name where it has none. */
function servicePortName({ namespace, name, port }: ServicePort): string {
  return port.name === '' ? `${namespace}/${name}` : `${namespace}/${name}:${port.name}`;
}
