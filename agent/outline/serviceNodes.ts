import type { NodeModel } from '../model/nodeModel.ts';
import { serviceDocument } from './documents/serviceDocument.ts';
import type { NodeSource, Siblings } from './outlineNode.ts';
import {
  clusterIPs,
  endpointCount,
  frontendCounters,
  groupPorts,
  type ServicePorts,
  serviceKey,
} from './serviceGroups.ts';
import type { ServicePlaces } from './servicePlaces.ts';
import { searchTextBelow, servicePortSource } from './servicePortNodes.ts';
import type { SnapshotText } from './snapshotText.ts';
import { searchable } from './words.ts';

/** Adds the heading of the Services, with namespaces, Services and their ports below. */
export function addServices(siblings: Siblings, model: NodeModel, text: SnapshotText, places: ServicePlaces): void {
  const namespaces = groupPorts(model.services, ({ namespace }) => namespace).map((ports) => ({
    name: ports[0].namespace,
    services: groupPorts(ports, serviceKey),
  }));
  siblings.add('services', {
    facts: () => ({
      kind: 'services',
      count: namespaces.reduce((sum, { services }) => sum + services.length, 0),
    }),
    childCount: () => namespaces.length,
    children: (below) => {
      for (const { name, services } of namespaces) below.add(name, namespaceSource(name, services, text, places));
    },
    holds: (place) => places.find(place) !== undefined,
  });
}

function namespaceSource(
  name: string,
  services: readonly ServicePorts[],
  text: SnapshotText,
  places: ServicePlaces,
): NodeSource {
  return {
    facts: () => ({ kind: 'namespace', name, services: services.length }),
    childCount: () => services.length,
    children: (siblings) => {
      for (const ports of services) siblings.add(serviceKey(ports[0]), serviceSource(ports, text, places));
    },
    searchText: () => searchable(name),
    holds: (place) => places.find(place)?.namespace === name,
  };
}

function serviceSource(ports: ServicePorts, text: SnapshotText, places: ServicePlaces): NodeSource {
  const [{ namespace, name }] = ports;
  let own: string | undefined;
  let below: string | undefined;
  return {
    facts: () => ({
      kind: 'service',
      namespace,
      name,
      ports: ports.length,
      clusterIPs: [...clusterIPs(ports)],
      endpoints: endpointCount(ports),
    }),
    counters: () => frontendCounters(ports),
    childCount: () => ports.length,
    children: (siblings) => {
      for (const port of ports) {
        const { name: portName, protocol, port: number } = port.port;
        siblings.add(`${portName}:${protocol}:${number}`, servicePortSource(port, text, places));
      }
    },
    searchText: () => {
      own ??= searchable(name, ...clusterIPs(ports));
      return own;
    },
    searchTextBelow: () => {
      below ??= ports.map(searchTextBelow).join(' ');
      return below;
    },
    endpointCount: () => endpointCount(ports),
    holds: (place) => ports.some((port) => port === places.find(place)),
    document: () => serviceDocument(ports, text),
  };
}
