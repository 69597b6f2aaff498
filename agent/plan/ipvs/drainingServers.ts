import type { IpFamily } from '../../model/address.ts';
import { ipvsSetName } from '../../model/ipvsSets.ts';
import type { FamilyRules, IpSet } from '../../model/serviceRules.ts';
import type { ConnectionsInUse } from './connectionsInUse.ts';
import { type Frontend, namingEntry } from './ownVirtualServers.ts';

/** A real server that is wanted no more and stays, without new connections, until those that it has are over. */
export interface DrainingServer {
  /** The virtual server's key. */
  readonly virtualServer: string;
  readonly realServer: string;
  readonly connections: number;
}

type Rules = Pick<FamilyRules, 'ipsets' | 'virtualServers' | 'serviceDevice'>;

/**
 * The real servers that have to stay for their connections' sake, by virtual server.
 *
 * As with kube-proxy (graceful_termination.go) only TCP waits when an endpoint goes: a UDP or SCTP client should rather
 * get another endpoint. When ipvs mode is left altogether the endpoints are still there, and all of their connections
 * go on. Unlike kube-proxy's, a Service that is deleted keeps its virtual server so long, as in the other modes.
 */
export function findDraining(current: Rules, desired: Rules, inUse: ConnectionsInUse): readonly DrainingServer[] {
  const isLeaving = desired.serviceDevice === undefined;
  const draining: DrainingServer[] = [];
  for (const [key, connections] of inUse) {
    const server = current.virtualServers.get(key);
    if (server === undefined || !(isLeaving || server.protocol === 'tcp')) continue;
    const wanted = desired.virtualServers.get(key)?.realServers;
    for (const [realServer, count] of connections) {
      if (count === 0 || !server.realServers.has(realServer) || wanted?.has(realServer) === true) continue;
      draining.push({ virtualServer: key, realServer, connections: count });
    }
  }
  return draining;
}

/** What else stays as long as virtual servers do that are not wanted. */
export interface KeptSigns {
  /** Addresses of the device. */
  readonly addresses: ReadonlySet<string>;
  /** Entries by name of set. */
  readonly entries: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * The addresses that bring the packets of draining connections to ipvs, and the entries of sets by which their virtual
 * servers are known for kube-proxy's the next time.
 */
export function keptSigns(
  draining: readonly DrainingServer[],
  current: Rules,
  desired: Rules,
  family: IpFamily,
): KeptSigns {
  const addresses = new Set<string>();
  const entries = new Map<string, Set<string>>();
  const keep = (set: string, entry: string): void => addTo(entries, set, entry);
  for (const key of new Set(draining.map(({ virtualServer }) => virtualServer))) {
    const server = current.virtualServers.get(key);
    if (server === undefined || desired.virtualServers.has(key)) continue;
    const frontend: Frontend = { protocol: server.protocol, ...splitAddress(server.address) };
    if (current.serviceDevice?.addresses.has(frontend.ip) === true) {
      addresses.add(frontend.ip);
      // While the node is in ipvs mode its own ports must not be open on that address.
      const closed = ipvsSetName('KUBE-IPVS-IPS', family);
      if (desired.ipsets.has(closed)) keep(closed, frontend.ip);
    } else {
      const sign = namingEntry(current, frontend, family);
      if (sign !== undefined) keep(sign.set, sign.entry);
    }
  }
  return { addresses, entries };
}

/** The entries, by name of set, by which the virtual servers at the node's own addresses are known for kube-proxy's. */
export function namingEntries(rules: Rules, family: IpFamily): ReadonlyMap<string, ReadonlySet<string>> {
  const entries = new Map<string, Set<string>>();
  for (const { protocol, address } of rules.virtualServers.values()) {
    const frontend: Frontend = { protocol, ...splitAddress(address) };
    if (rules.serviceDevice?.addresses.has(frontend.ip) === true) continue;
    const sign = namingEntry(rules, frontend, family);
    if (sign !== undefined) addTo(entries, sign.set, sign.entry);
  }
  return entries;
}

function addTo(entries: Map<string, Set<string>>, set: string, entry: string): void {
  const known = entries.get(set);
  if (known === undefined) entries.set(set, new Set([entry]));
  else known.add(entry);
}

/** Wanted sets with what has to stay in them, and sets that have to stay with nothing else in them. */
export function withKeptEntries(
  desired: ReadonlyMap<string, IpSet>,
  current: ReadonlyMap<string, IpSet>,
  kept: KeptSigns['entries'],
): ReadonlyMap<string, IpSet> {
  if (kept.size === 0) return desired;
  const sets = new Map(desired);
  for (const [name, entries] of kept) {
    const wanted = desired.get(name);
    const set = wanted ?? current.get(name);
    if (set !== undefined) sets.set(name, { ...set, entries: new Set([...(wanted?.entries ?? []), ...entries]) });
  }
  return sets;
}

/** The inverse of `formatAddress`. */
function splitAddress(address: string): { readonly ip: string; readonly port: number } {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon);
  return { ip: host.startsWith('[') ? host.slice(1, -1) : host, port: Number(address.slice(colon + 1)) };
}
