import type { IpFamily } from '../model/address.ts';
import type {
  FamilyRules,
  IpSet,
  IptablesRules,
  NftablesChain,
  NftablesSet,
  NftablesTable,
  ServiceRules,
  VirtualServerRules,
} from '../model/serviceRules.ts';
import { sameHook, sameRules, sameSetForm } from './nftables/sameMeaning.ts';
import { noFamilyRules } from './noRules.ts';

/**
 * In how many rules, entries, servers, addresses and settings two states differ: 0 says that they are the same for
 * every packet. Rules count with their order; what is a set counts as one. Kernel settings count where both sides
 * know them, since a snapshot holds only those that could be read.
 */
export function ruleDifferences(one: ServiceRules, other: ServiceRules): number {
  const families = new Set<IpFamily>([...one.families.keys(), ...other.families.keys()]);
  let count = 0;
  for (const family of families) {
    count += ofFamily(one.families.get(family) ?? noFamilyRules, other.families.get(family) ?? noFamilyRules);
  }
  for (const [path, value] of one.sysctls) {
    const there = other.sysctls.get(path);
    if (there !== undefined && there !== value) count++;
  }
  if (one.otherBackend !== undefined && other.otherBackend !== undefined) {
    for (const family of families) {
      const none = noFamilyRules.iptables;
      count += ofIptables(one.otherBackend.get(family) ?? none, other.otherBackend.get(family) ?? none);
    }
  }
  return hasDevice(one) === hasDevice(other) ? count : count + 1;
}

/** The device belongs to both families, also where only one has addresses for it. */
function hasDevice({ families }: ServiceRules): boolean {
  return [...families.values()].some(({ serviceDevice }) => serviceDevice !== undefined);
}

const noAddresses: ReadonlySet<string> = new Set();

function ofFamily(one: FamilyRules, other: FamilyRules): number {
  return (
    ofIptables(one.iptables, other.iptables) +
    ofEach(one.ipsets, other.ipsets, ofIpsets, (set) => 1 + set.entries.size) +
    ofEach(one.virtualServers, other.virtualServers, ofServers, (server) => 1 + server.realServers.size) +
    ofSets(one.serviceDevice?.addresses ?? noAddresses, other.serviceDevice?.addresses ?? noAddresses) +
    ofTables(one.nftables, other.nftables)
  );
}

/** Sums what differs over two maps: `ofBoth` for what both have, `ofOne` for what one has. */
function ofEach<Value>(
  one: ReadonlyMap<string, Value>,
  other: ReadonlyMap<string, Value>,
  ofBoth: (one: Value, other: Value) => number,
  ofOne: (value: Value) => number,
): number {
  let count = 0;
  for (const [key, value] of one) {
    const there = other.get(key);
    count += there === undefined ? ofOne(value) : ofBoth(value, there);
  }
  for (const [key, value] of other) if (!one.has(key)) count += ofOne(value);
  return count;
}

/** The rules that only one of two lists has; 1 when they differ in nothing but the order. */
function ofLists(one: readonly string[], other: readonly string[]): number {
  if (one.length === other.length && one.every((rule, index) => rule === other[index])) return 0;
  const balance = new Map<string, number>();
  for (const rule of one) balance.set(rule, (balance.get(rule) ?? 0) + 1);
  for (const rule of other) balance.set(rule, (balance.get(rule) ?? 0) - 1);
  let count = 0;
  for (const surplus of balance.values()) count += Math.abs(surplus);
  return Math.max(count, 1);
}

function ofValues(one: string | number | undefined, other: string | number | undefined): number {
  return one === other ? 0 : 1;
}

function ofSets(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let shared = 0;
  for (const entry of one) if (other.has(entry)) shared++;
  return one.size + other.size - 2 * shared;
}

function ofIptables(one: IptablesRules, other: IptablesRules): number {
  const empty = { chains: new Map<string, readonly string[]>(), hooks: new Map<string, readonly string[]>() };
  let count = 0;
  for (const name of new Set([...one.tables.keys(), ...other.tables.keys()])) {
    const here = one.tables.get(name) ?? empty;
    const there = other.tables.get(name) ?? empty;
    count += ofEach(here.chains, there.chains, ofLists, (rules) => 1 + rules.length);
    count += ofEach(here.hooks, there.hooks, ofLists, (rules) => rules.length);
  }
  // The same rules in the other backend are other rules, but then all of them are.
  return count === 0 && one.backend !== other.backend && one.tables.size + other.tables.size > 0 ? 1 : count;
}

function ofIpsets(one: IpSet, other: IpSet): number {
  return ofValues(one.type, other.type) + ofValues(one.options, other.options) + ofSets(one.entries, other.entries);
}

function ofServers(one: VirtualServerRules, other: VirtualServerRules): number {
  return (
    ofValues(one.scheduler, other.scheduler) +
    ofValues(one.persistenceSeconds, other.persistenceSeconds) +
    ofValues(one.persistenceMask, other.persistenceMask) +
    ofLists(one.flags, other.flags) +
    ofEach(one.realServers, other.realServers, ofValues, () => 1)
  );
}

function ofTables(one: NftablesTable | undefined, other: NftablesTable | undefined): number {
  if (one === undefined && other === undefined) return 0;
  return (
    ofValues(one === undefined ? 0 : 1, other === undefined ? 0 : 1) +
    ofValues(one?.comment, other?.comment) +
    ofEach<NftablesChain>(
      one?.chains ?? new Map(),
      other?.chains ?? new Map(),
      (here, there) =>
        (sameHook(here.hook, there.hook) ? 0 : 1) +
        ofValues(here.comment, there.comment) +
        (sameRules(here.rules, there.rules) ? 0 : ofLists(here.rules, there.rules)),
      (chain) => 1 + chain.rules.length,
    ) +
    ofEach<NftablesSet>(
      one?.sets ?? new Map(),
      other?.sets ?? new Map(),
      ofNftablesSets,
      (set) => 1 + set.elements.size,
    )
  );
}

function ofNftablesSets(one: NftablesSet, other: NftablesSet): number {
  return (
    (sameSetForm(one, other) ? 0 : 1) +
    ofValues(one.comment, other.comment) +
    ofEach(one.elements, other.elements, ofValues, () => 1) +
    ofEach(one.elementComments, other.elementComments, ofValues, () => 1)
  );
}
