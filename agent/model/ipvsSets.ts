import type { IpFamily } from './address.ts';

/**
 * The ipsets of kube-proxy's ipvs mode with their types (pkg/proxy/ipvs/ipset.go). They stand in the order in which they
 * are filled so that no packet is treated wrongly in between: exceptions before what they are exceptions of, and the
 * addresses that are closed to all but Services last.
 */
export const ipvsSets = [
  { role: 'KUBE-LOOP-BACK', type: 'hash:ip,port,ip' },
  { role: 'KUBE-CLUSTER-IP', type: 'hash:ip,port' },
  { role: 'KUBE-EXTERNAL-IP-LOCAL', type: 'hash:ip,port' },
  { role: 'KUBE-EXTERNAL-IP', type: 'hash:ip,port' },
  { role: 'KUBE-LOAD-BALANCER-SOURCE-IP', type: 'hash:ip,port,ip' },
  { role: 'KUBE-LOAD-BALANCER-SOURCE-CIDR', type: 'hash:ip,port,net' },
  { role: 'KUBE-LOAD-BALANCER-FW', type: 'hash:ip,port' },
  { role: 'KUBE-LOAD-BALANCER-LOCAL', type: 'hash:ip,port' },
  { role: 'KUBE-LOAD-BALANCER', type: 'hash:ip,port' },
  { role: 'KUBE-NODE-PORT-LOCAL-TCP', type: 'bitmap:port' },
  { role: 'KUBE-NODE-PORT-TCP', type: 'bitmap:port' },
  { role: 'KUBE-NODE-PORT-LOCAL-UDP', type: 'bitmap:port' },
  { role: 'KUBE-NODE-PORT-UDP', type: 'bitmap:port' },
  { role: 'KUBE-NODE-PORT-LOCAL-SCTP-HASH', type: 'hash:ip,port' },
  { role: 'KUBE-NODE-PORT-SCTP-HASH', type: 'hash:ip,port' },
  { role: 'KUBE-HEALTH-CHECK-NODE-PORT', type: 'bitmap:port' },
  { role: 'KUBE-IPVS-IPS', type: 'hash:ip' },
] as const;

/** What a set is for: its name in IPv4. */
export type IpvsSetRole = (typeof ipvsSets)[number]['role'];

/** What an older kube-proxy had for SCTP. */
const formerRoles = ['KUBE-NODE-PORT-SCTP', 'KUBE-NODE-PORT-LOCAL-SCTP'];

const replacementRole = 'KUBE-IPVS-NEW';

/** IPSET_MAXNAMELEN less the ending zero. */
const longestName = 31;

/** The name of a set in a family: `KUBE-6-CLUSTER-IP` in IPv6, cut to what the kernel takes. */
export function ipvsSetName(role: IpvsSetRole, family: IpFamily): string {
  return nameIn(role, family);
}

/** The name of the set that is filled to take the place of one that has to be made anew. It is never there for long. */
export function ipvsReplacementSet(family: IpFamily): string {
  return nameIn(replacementRole, family);
}

const familyByName = new Map<string, IpFamily>(
  [...ipvsSets.map(({ role }) => role), ...formerRoles, replacementRole].flatMap((role) => [
    [nameIn(role, 'ipv4'), 'ipv4'],
    [nameIn(role, 'ipv6'), 'ipv6'],
  ]),
);

/**
 * Whose family a set of kube-proxy is of, also one of an older kube-proxy. Names decide, not the prefix `KUBE-`: others
 * use that too (kube-router names its sets `KUBE-SRC-...` and `KUBE-DST-...`).
 *
 * @returns undefined for sets of others.
 */
export function ipvsSetFamily(name: string): IpFamily | undefined {
  return familyByName.get(name);
}

function nameIn(role: string, family: IpFamily): string {
  return family === 'ipv4' ? role : role.replace('KUBE-', 'KUBE-6-').slice(0, longestName);
}
