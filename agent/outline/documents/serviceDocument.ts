import type { SourceLocation } from '../../model/location.ts';
import type { ServicePort } from '../../model/service.ts';
import { ChainWalk } from '../serviceChainNodes.ts';
import type { ServicePorts } from '../serviceGroups.ts';
import type { SnapshotText } from '../snapshotText.ts';
import type { Excerpt } from './excerpt.ts';
import { excerptDocument } from './excerptDocument.ts';
import type { OutlineDocument } from './outlineDocument.ts';

/**
 * All rules of ports of one Service: what matches their frontends, then their chains as packets walk them, or their
 * virtual servers.
 */
export function serviceDocument(ports: ServicePorts, text: SnapshotText, target?: SourceLocation): OutlineDocument {
  const [{ namespace, name, port }] = ports;
  const service = name === '' ? `${port.protocol} ${port.port}` : `${namespace}/${name}`;
  const title = ports.length === 1 && name !== '' && port.name !== '' ? `${service}:${port.name}` : service;
  return excerptDocument(
    title,
    ports.flatMap((each) => excerptsOf(each, text)),
    text,
    target,
  );
}

function excerptsOf(port: ServicePort, text: SnapshotText): readonly Excerpt[] {
  const shown = new Set<string>();
  /** A frontend is often the virtual server or map element itself. */
  const once = (location: SourceLocation | undefined): readonly SourceLocation[] => {
    if (location === undefined) return [];
    const key = `${location.part} ${location.line} ${location.column}`;
    if (shown.has(key)) return [];
    shown.add(key);
    return [location];
  };
  const virtualServers = port.virtualServers.map(
    ({ location, realServers }): Excerpt => ({
      kind: 'lines',
      entries: [location, ...realServers.map((server) => server.location)].flatMap(once),
    }),
  );
  const maps = port.maps.map(
    ({ family, table, map, location }): Excerpt => ({ kind: 'map', family, table, name: map, entries: once(location) }),
  );
  const frontends = port.frontends.map(({ location }): Excerpt => ruleExcerpt(once(location), text));
  const chains = new ChainWalk(port).inWalkOrder().map(
    ({ family, table, name, location, ruleLocations }): Excerpt => ({
      kind: 'chain',
      family,
      table,
      name,
      declaration: location,
      entries: ruleLocations,
    }),
  );
  return [...virtualServers, ...maps, ...frontends, ...chains];
}

/** A rule that stands in a chain of kube-proxy's own; other lines stand for themselves. */
export function ruleExcerpt(entries: readonly SourceLocation[], text: SnapshotText): Excerpt {
  const [first] = entries;
  if (first && text.part(first.part)?.kind === 'iptables-save') {
    return { kind: 'chain', table: text.iptablesTable(first.part, first.line), entries };
  }
  return { kind: 'lines', entries };
}
