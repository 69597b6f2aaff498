import type { IpFamily } from '../../model/address.ts';
import type { FamilyRules } from '../../model/serviceRules.ts';
import type { PartPlan } from '../planStep.ts';
import type { ConnectionsInUse } from './connectionsInUse.ts';
import { type DrainingServer, findDraining, keptSigns, withKeptEntries } from './drainingServers.ts';
import { IpvsOwners } from './ipvsOwners.ts';
import { planServiceDevice } from './planServiceDevice.ts';
import { planSets } from './planSets.ts';
import { planVirtualServers } from './planVirtualServers.ts';

/** The difference in ipsets, virtual servers and the device of one family. */
export interface IpvsPlan extends PartPlan {
  /** What stays for the sake of its connections. Planning anew when they are over takes it away. */
  readonly draining: readonly DrainingServer[];
  /** Addresses that stay on the device though they are not wanted: those of draining servers, and bound ones. */
  readonly keptAddresses: ReadonlySet<string>;
}

type IpvsState = Pick<FamilyRules, 'ipsets' | 'virtualServers' | 'serviceDevice'>;

/**
 * Plans what ipvs mode has beside its rules of iptables. Steps stand in the order of their phases: sets, virtual servers
 * and the device are made, addresses are turned to ipvs, and what is left over goes: virtual servers, then addresses,
 * then the sets, which tell kube-proxy's virtual servers from others to the end. The device itself belongs to both
 * families: see `planDeviceRemoval`.
 *
 * @param owners the Service (`NAMESPACE/NAME`) of each virtual server that is known, by its key
 * @param boundAddresses addresses that the node's own connections come from
 */
export function planIpvs(
  current: IpvsState,
  desired: IpvsState,
  family: IpFamily,
  inUse: ConnectionsInUse,
  owners: ReadonlyMap<string, string> = new Map(),
  boundAddresses: ReadonlySet<string> = new Set(),
): IpvsPlan {
  const draining = findDraining(current, desired, inUse);
  const kept = keptSigns(draining, current, desired, family);
  const wantedSets = withKeptEntries(desired.ipsets, current.ipsets, kept.entries);
  const knownOwners = new IpvsOwners(owners, family);
  const sets = planSets(current.ipsets, wantedSets, family, knownOwners);
  const servers = planVirtualServers(current.virtualServers, desired.virtualServers, draining, family, knownOwners);
  const unwanted = [...(current.serviceDevice?.addresses ?? [])].filter(
    (address) => desired.serviceDevice?.addresses.has(address) !== true,
  );
  const keptAddresses = new Set(
    unwanted.filter((address) => kept.addresses.has(address) || boundAddresses.has(address)),
  );
  const device = planServiceDevice(current.serviceDevice, desired.serviceDevice, keptAddresses, family, knownOwners);
  const making = [sets, servers, device].flatMap(({ steps }) => steps.filter(({ phase }) => phase !== 'break'));
  const breaking = [servers, device, sets].flatMap(({ steps }) => steps.filter(({ phase }) => phase === 'break'));
  return {
    steps: [...making, ...breaking],
    changes: [...sets.changes, ...servers.changes, ...device.changes],
    draining,
    keptAddresses,
  };
}
