import type { IpFamily } from '../../model/address.ts';
import type { FamilyRules, ServiceRules, VirtualServerRules } from '../../model/serviceRules.ts';
import type { ConnectionsInUse } from '../ipvs/connectionsInUse.ts';
import { type DrainingServer, keptSigns, namingEntries, withKeptEntries } from '../ipvs/drainingServers.ts';
import type { NodeUse } from './nodeUse.ts';

/**
 * What a change leaves of ipvs in one family, for the sake of connections: their packets find their way only as long as
 * the virtual server stands and its address is the node's.
 */
export interface DrainingFamily {
  readonly family: IpFamily;
  /** Whether ipvs mode is left altogether, so that nothing of it stays afterwards. */
  readonly isLeaving: boolean;
  readonly servers: readonly DrainingVirtualServer[];
}

export interface DrainingVirtualServer {
  /** See `virtualServerKey`. */
  readonly key: string;
  /** Whether the virtual server itself is not wanted either. */
  readonly goes: boolean;
  readonly realServers: readonly string[];
}

/**
 * Everything that a change might have to leave: each real server of `current`, as if it had a connection. What has one
 * when the rules have changed is not known before.
 */
export function everythingInUse({ virtualServers }: FamilyRules): ConnectionsInUse {
  return new Map(
    [...virtualServers].map(([key, { realServers }]) => [
      key,
      new Map([...realServers.keys()].map((each) => [each, 1])),
    ]),
  );
}

/** Puts together what drains in a family; undefined when nothing does. */
export function drainingFamily(
  family: IpFamily,
  desired: FamilyRules,
  draining: readonly DrainingServer[],
): DrainingFamily | undefined {
  if (draining.length === 0) return undefined;
  const byServer = new Map<string, string[]>();
  for (const { virtualServer, realServer } of draining) {
    const known = byServer.get(virtualServer);
    if (known === undefined) byServer.set(virtualServer, [realServer]);
    else known.push(realServer);
  }
  return {
    family,
    isLeaving: desired.serviceDevice === undefined,
    servers: [...byServer].map(([key, realServers]) => ({ key, goes: !desired.virtualServers.has(key), realServers })),
  };
}

/** How many connections use what drains. */
export function countDraining(draining: readonly DrainingFamily[], inUse: ConnectionsInUse): number {
  let count = 0;
  for (const { servers } of draining) {
    for (const { key, realServers } of servers) {
      for (const realServer of realServers) count += inUse.get(key)?.get(realServer) ?? 0;
    }
  }
  return count;
}

/**
 * Which parts of what drains are in use, as text to compare with later: as long as it is the same, planning anew would
 * find nothing to take away.
 */
export function usedParts(draining: readonly DrainingFamily[], { inUse, boundAddresses }: NodeUse): string {
  const used = new Set<string>();
  for (const { servers } of draining) {
    for (const { key, realServers } of servers) {
      for (const realServer of realServers) {
        if ((inUse.get(key)?.get(realServer) ?? 0) > 0) used.add(`${key} ${realServer}`);
      }
      const ip = ipOf(key);
      if (boundAddresses.has(ip)) used.add(ip);
    }
  }
  return [...used].sort().join('\n');
}

/** What stands right after a change: what is wanted, and what drains. */
export function rulesWhileDraining(
  current: ServiceRules,
  desired: ServiceRules,
  draining: readonly DrainingFamily[],
): ServiceRules {
  const families = new Map(desired.families);
  for (const each of draining) {
    const before = current.families.get(each.family);
    const wanted = desired.families.get(each.family);
    if (before !== undefined && wanted !== undefined)
      families.set(each.family, familyWhileDraining(before, wanted, each));
  }
  return { ...desired, families };
}

function familyWhileDraining(before: FamilyRules, wanted: FamilyRules, draining: DrainingFamily): FamilyRules {
  const virtualServers = new Map(wanted.virtualServers);
  for (const { key, realServers } of draining.servers) {
    const server = wanted.virtualServers.get(key) ?? before.virtualServers.get(key);
    if (server === undefined) continue;
    const stays: VirtualServerRules['realServers'] = wanted.virtualServers.get(key)?.realServers ?? new Map();
    const draining = realServers.map((realServer) => [realServer, 0] as const);
    virtualServers.set(key, { ...server, realServers: new Map([...stays, ...draining]) });
  }
  const kept = keptSigns(drainingServers(draining), before, wanted, draining.family);
  const device = wanted.serviceDevice ?? before.serviceDevice;
  return {
    ...wanted,
    virtualServers,
    ipsets: withKeptEntries(wanted.ipsets, before.ipsets, kept.entries),
    serviceDevice: device && {
      ...device,
      addresses: new Set([...(wanted.serviceDevice?.addresses ?? []), ...kept.addresses]),
    },
  };
}

/** What stands when all that drains is over. */
export function rulesAfterDraining(current: ServiceRules, draining: readonly DrainingFamily[]): ServiceRules {
  const families = new Map(current.families);
  // The device is one for both families.
  if (draining.some(({ isLeaving }) => isLeaving)) {
    for (const [family, rules] of families) families.set(family, { ...rules, serviceDevice: undefined });
  }
  for (const each of draining) {
    const rules = families.get(each.family);
    if (rules !== undefined) families.set(each.family, familyAfterDraining(rules, each));
  }
  return { ...current, families };
}

function familyAfterDraining(rules: FamilyRules, draining: DrainingFamily): FamilyRules {
  if (draining.isLeaving) {
    return { ...rules, virtualServers: new Map(), ipsets: new Map() };
  }
  const virtualServers = new Map(rules.virtualServers);
  for (const { key, goes, realServers } of draining.servers) {
    const server = virtualServers.get(key);
    if (server === undefined) continue;
    if (goes) virtualServers.delete(key);
    else {
      const left = new Map([...server.realServers].filter(([address]) => !realServers.includes(address)));
      virtualServers.set(key, { ...server, realServers: left });
    }
  }
  const signs = keptSigns(drainingServers(draining), rules, { ...rules, virtualServers }, draining.family);
  const isServed = servedAddresses(virtualServers);
  // One port names the virtual servers of a node port at all addresses of the node.
  const names = namingEntries({ ...rules, virtualServers }, draining.family);
  const gone = new Set([...signs.addresses].filter((address) => !isServed.has(address)));
  return {
    ...rules,
    virtualServers,
    ipsets: new Map(
      [...rules.ipsets].map(([name, set]) => {
        const signsOfSet = signs.entries.get(name);
        if (signsOfSet === undefined) return [name, set];
        const isUsed = (entry: string): boolean => isServed.has(entry) || names.get(name)?.has(entry) === true;
        const entries = [...set.entries].filter((entry) => !signsOfSet.has(entry) || isUsed(entry));
        return [name, { ...set, entries: new Set(entries) }];
      }),
    ),
    serviceDevice: rules.serviceDevice && {
      ...rules.serviceDevice,
      addresses: new Set([...rules.serviceDevice.addresses].filter((address) => !gone.has(address))),
    },
  };
}

/** The addresses that virtual servers are at. */
function servedAddresses(servers: FamilyRules['virtualServers']): ReadonlySet<string> {
  return new Set([...servers.values()].map(({ address }) => ipOf(address)));
}

/** The address in `tcp 10.96.0.10:80`, or in `[fd00::a]:53`. */
function ipOf(address: string): string {
  return address.slice(address.indexOf(' ') + 1, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

function drainingServers({ servers }: DrainingFamily): readonly DrainingServer[] {
  return servers.flatMap(({ key, realServers }) =>
    realServers.map((realServer) => ({ virtualServer: key, realServer, connections: 1 })),
  );
}
