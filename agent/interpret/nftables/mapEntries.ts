import type { ServiceProtocol } from '../../model/address.ts';
import { canonicalIp } from '../../model/canonicalIp.ts';
import type { MapElement } from '../../model/service.ts';
import type { NftElement } from '../../ruleset/nftables/document.ts';
import type { NftVerdict } from '../../ruleset/nftables/expression.ts';
import { constantText, formatExpression } from './format.ts';
import type { ProxyTable } from './proxyTable.ts';

/** The maps through which kube-proxy's nftables mode finds a packet's Service. */
export const serviceMaps = [
  'service-ips',
  'service-nodeports',
  'no-endpoint-services',
  'no-endpoint-nodeports',
  'firewall-ips',
] as const;
export type ServiceMap = (typeof serviceMaps)[number];

/** One element of one of these maps. */
export interface MapEntry {
  readonly proxyTable: ProxyTable;
  readonly map: ServiceMap;
  readonly element: NftElement;
  /** Absent in the maps of node ports. */
  readonly ip: string | undefined;
  readonly protocol: ServiceProtocol;
  readonly port: number;
  readonly verdict: NftVerdict;
}

/** All elements of the maps that lead to Services; elements that kube-proxy would not write are passed over. */
export function readMapEntries(proxyTable: ProxyTable): MapEntry[] {
  const entries: MapEntry[] = [];
  for (const map of serviceMaps) {
    for (const element of proxyTable.sets.get(map)?.elements() ?? []) {
      const entry = readEntry(proxyTable, map, element);
      if (entry !== undefined) entries.push(entry);
    }
  }
  return entries;
}

/** The entry as the model shows it. */
export function describeEntry({ proxyTable, map, element }: MapEntry): MapElement {
  return {
    family: proxyTable.family,
    table: proxyTable.table.name,
    map,
    key: formatExpression(element.key),
    verdict: element.data === undefined ? '' : formatExpression(element.data),
    location: proxyTable.locator.at(element.span),
  };
}

function readEntry(proxyTable: ProxyTable, map: ServiceMap, element: NftElement): MapEntry | undefined {
  if (element.key.kind !== 'concatenation' || element.data?.kind !== 'verdict') return undefined;
  const values = element.key.items.map(constantText);
  const port = Number(values.at(-1));
  const protocol = values.at(-2);
  const address = values.at(-3);
  const ip = address === undefined ? undefined : canonicalIp(address);
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') return undefined;
  if (!Number.isInteger(port) || (address !== undefined && ip === undefined)) return undefined;
  return { proxyTable, map, element, ip, protocol, port, verdict: element.data.verdict };
}
