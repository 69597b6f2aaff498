import type { IpFamily } from '../model/address.ts';
import type { FamilyRules, ServiceRules } from '../model/serviceRules.ts';
import type { IptablesBackend } from '../model/snapshot.ts';

/** A family in which nothing is programmed. */
export const noFamilyRules: FamilyRules = {
  iptables: { backend: undefined, tables: new Map() },
  ipsets: new Map(),
  virtualServers: new Map(),
  serviceDevice: undefined,
  nftables: undefined,
};

/** What stands on a node on which Services are not programmed: planned for, it takes everything away. */
export function noRules(families: Iterable<IpFamily>, backend: IptablesBackend | undefined): ServiceRules {
  const none: FamilyRules = { ...noFamilyRules, iptables: { backend, tables: new Map() } };
  return { families: new Map([...families].map((family) => [family, none])), sysctls: new Map() };
}
