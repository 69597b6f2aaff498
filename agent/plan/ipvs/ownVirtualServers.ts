import type { IpFamily, ServiceProtocol } from '../../model/address.ts';
import { type Cidr, cidrContains, parseCidr } from '../../model/cidr.ts';
import { type IpvsSetRole, ipvsSetName } from '../../model/ipvsSets.ts';
import type { FamilyRules } from '../../model/serviceRules.ts';

/**
 * What tells kube-proxy's virtual servers from those of others. kube-proxy itself takes every virtual server outside of
 * its excludeCIDRs for its own and removes what is not a Service's (cleanLegacyService); here only what it left signs of
 * in the kernel counts: its address is on kube-ipvs0, or one of kube-proxy's sets holds it. Sets and device are removed
 * after the virtual servers, so that the signs outlive what they tell of.
 */
export interface VirtualServerSigns extends Pick<FamilyRules, 'ipsets' | 'serviceDevice'> {
  /** Keys of virtual servers that are kube-proxy's without a sign, such as those that are wanted. */
  readonly alsoOwn?: { has(key: string): boolean };
  /** `ProxyOptions.ipvs.excludeCidrs`: what is in them is nobody's to remove, whatever the signs say. */
  readonly excludeCidrs?: readonly string[];
}

/** The address, protocol and port of a virtual server. */
export interface Frontend {
  readonly protocol: ServiceProtocol;
  /** Canonical. */
  readonly ip: string;
  readonly port: number;
}

const frontendSets: readonly IpvsSetRole[] = [
  'KUBE-CLUSTER-IP',
  'KUBE-EXTERNAL-IP',
  'KUBE-EXTERNAL-IP-LOCAL',
  'KUBE-LOAD-BALANCER',
];

const nodePortSets = {
  tcp: 'KUBE-NODE-PORT-TCP',
  udp: 'KUBE-NODE-PORT-UDP',
  sctp: 'KUBE-NODE-PORT-SCTP-HASH',
} as const;

/** Makes the test whether a virtual server of a family, with its key, is kube-proxy's. */
export function ownVirtualServerTest(
  signs: VirtualServerSigns,
  family: IpFamily,
): (frontend: Frontend, key: string) => boolean {
  const excluded = (signs.excludeCidrs ?? []).map(parseCidr).filter((cidr): cidr is Cidr => cidr?.family === family);
  return (frontend, key) => {
    if (signs.alsoOwn?.has(key) === true) return true;
    if (excluded.some((cidr) => cidrContains(cidr, frontend.ip))) return false;
    return (
      signs.serviceDevice?.addresses.has(frontend.ip) === true || namingEntry(signs, frontend, family) !== undefined
    );
  };
}

/** The entry of a set that names a frontend: the first of those that do. */
export function namingEntry(
  { ipsets }: Pick<FamilyRules, 'ipsets'>,
  { protocol, ip, port }: Frontend,
  family: IpFamily,
): { readonly set: string; readonly entry: string } | undefined {
  const find = (role: IpvsSetRole, entry: string) => {
    const set = ipvsSetName(role, family);
    return ipsets.get(set)?.entries.has(entry) === true ? { set, entry } : undefined;
  };
  const entry = `${ip},${protocol}:${port}`;
  for (const role of frontendSets) {
    const found = find(role, entry);
    if (found !== undefined) return found;
  }
  return find(nodePortSets[protocol], protocol === 'sctp' ? entry : String(port));
}
