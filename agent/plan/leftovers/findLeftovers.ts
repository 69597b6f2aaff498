import type { IpFamily } from '../../model/address.ts';
import type {
  FamilyRules,
  IptablesRules,
  IptablesTable,
  NftablesTable,
  ServiceRules,
} from '../../model/serviceRules.ts';
import type { IptablesBackend } from '../../model/snapshot.ts';
import { drainingFamily, rulesWhileDraining } from '../draining/draining.ts';
import { serviceChainKind } from '../iptables/ownChains.ts';
import type { ConnectionsInUse } from '../ipvs/connectionsInUse.ts';
import { findDraining } from '../ipvs/drainingServers.ts';
import { serviceDeviceName } from '../ipvs/readServiceDevice.ts';
import type { RulesMode } from '../modeOf.ts';
import { noFamilyRules } from '../noRules.ts';
import type { PlanPart } from '../planStep.ts';
import { rulesOfMode } from './rulesOfMode.ts';

/** Something of kube-proxy's, or of this agent's, that the node's mode does not use. */
export interface Leftover {
  readonly part: PlanPart;
  readonly family: IpFamily;
  /** Of iptables' chains and rules. */
  readonly backend?: IptablesBackend;
  /** `nat KUBE-NODE-PORT`, `nat KUBE-SEP-*`, `filter INPUT`, `KUBE-CLUSTER-IP`, `kube-ipvs0`, `table ip kube-proxy`. */
  readonly place: string;
  /** How many rules, entries, servers or addresses; an empty chain or set counts as one. */
  readonly count: number;
}

/**
 * Finds what an earlier mode, or an earlier kube-proxy, left behind: `kube-proxy --cleanup` leaves the IPv6 sets of ipvs
 * mode, and a kube-proxy that is started in another mode leaves much more. What still carries connections is not left
 * behind: it drains.
 */
export function findLeftovers(rules: ServiceRules, mode: RulesMode, inUse: ConnectionsInUse): readonly Leftover[] {
  const used = rulesOfMode(rules, mode);
  const draining = [...rules.families].flatMap(([family, current]) => {
    const wanted = used.families.get(family) ?? noFamilyRules;
    return drainingFamily(family, wanted, findDraining(current, wanted, inUse)) ?? [];
  });
  const staying = rulesWhileDraining(rules, used, draining);
  const found: Leftover[] = [];
  for (const [family, current] of rules.families) {
    const kept = staying.families.get(family) ?? noFamilyRules;
    found.push(...ofIptables(current.iptables, kept.iptables, family), ...ofIpvs(current, kept, family));
    if (current.nftables !== undefined && kept.nftables === undefined) found.push(ofTable(current.nftables, family));
  }
  const hasDevice = (all: ServiceRules): boolean => [...all.families.values()].some((each) => each.serviceDevice);
  if (hasDevice(rules) && !hasDevice(staying) && !found.some(({ part }) => part === 'serviceDevice')) {
    found.push({ part: 'serviceDevice', family: 'ipv4', place: serviceDeviceName, count: 1 });
  }
  for (const [family, other] of rules.otherBackend ?? []) {
    found.push(...ofIptables(other, noFamilyRules.iptables, family));
  }
  return found;
}

const noTable: IptablesTable = { chains: new Map(), hooks: new Map() };

function ofIptables({ backend, tables }: IptablesRules, kept: IptablesRules, family: IpFamily): readonly Leftover[] {
  const counts = new Map<string, number>();
  const count = (place: string, rules: number): void => {
    counts.set(place, (counts.get(place) ?? 0) + rules);
  };
  for (const [name, { chains, hooks }] of tables) {
    const { chains: keptChains, hooks: keptHooks } = kept.tables.get(name) ?? noTable;
    for (const [chain, rules] of hooks) {
      const more = rules.length - (keptHooks.get(chain)?.length ?? 0);
      if (more > 0) count(`${name} ${chain}`, more);
    }
    for (const [chain, rules] of chains) {
      if (keptChains.has(chain)) continue;
      const kind = serviceChainKind(chain);
      count(`${name} ${kind === undefined ? chain : `KUBE-${kind}-*`}`, Math.max(1, rules.length));
    }
  }
  return [...counts].map(([place, rules]) => ({
    part: 'iptables',
    family,
    ...(backend && { backend }),
    place,
    count: rules,
  }));
}

function ofIpvs(current: FamilyRules, kept: FamilyRules, family: IpFamily): readonly Leftover[] {
  const found: Leftover[] = [];
  for (const [name, { entries }] of current.ipsets) {
    const left = entries.size - (kept.ipsets.get(name)?.entries.size ?? 0);
    if (left > 0 || !kept.ipsets.has(name)) {
      found.push({ part: 'ipsets', family, place: name, count: Math.max(1, left) });
    }
  }
  for (const [key, { realServers }] of current.virtualServers) {
    if (!kept.virtualServers.has(key)) {
      found.push({ part: 'virtualServers', family, place: key, count: Math.max(1, realServers.size) });
    }
  }
  const addresses = (current.serviceDevice?.addresses.size ?? 0) - (kept.serviceDevice?.addresses.size ?? 0);
  if (addresses > 0) found.push({ part: 'serviceDevice', family, place: serviceDeviceName, count: addresses });
  return found;
}

function ofTable({ chains, sets }: NftablesTable, family: IpFamily): Leftover {
  const place = `table ${family === 'ipv4' ? 'ip' : 'ip6'} kube-proxy`;
  return { part: 'nftables', family, place, count: Math.max(1, chains.size + sets.size) };
}
