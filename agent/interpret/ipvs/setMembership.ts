import type { IpFamily } from '../../model/address.ts';
import { canonicalIp } from '../../model/canonicalIp.ts';
import type { IpsetDump, IpsetEntryPart, IpsetSet } from '../../ruleset/ipset/document.ts';
import { withPrefixLength } from '../addressText.ts';
import type { ParsedPart } from '../parsedSnapshot.ts';

/** The sets of kube-proxy's ipvs mode that hold addresses and ports of virtual servers; IPv6 has `KUBE-6-` before. */
const frontendSets = new Set([
  'CLUSTER-IP',
  'EXTERNAL-IP',
  'EXTERNAL-IP-LOCAL',
  'LOAD-BALANCER',
  'LOAD-BALANCER-LOCAL',
  'LOAD-BALANCER-FW',
  'NODE-PORT-TCP',
  'NODE-PORT-LOCAL-TCP',
  'NODE-PORT-UDP',
  'NODE-PORT-LOCAL-UDP',
  'NODE-PORT-SCTP-HASH',
  'NODE-PORT-LOCAL-SCTP-HASH',
]);

/** Which sets hold an address and port, by what kube-proxy calls them without prefix: `CLUSTER-IP`. */
export interface Membership {
  /** Full names as they stand in the kernel. */
  readonly sets: readonly string[];
  readonly roles: ReadonlySet<string>;
}

/** Answers which of kube-proxy's sets hold a virtual server. */
export class SetMembership {
  readonly #byAddress = new Map<string, Set<string>>();
  readonly #sourceRanges = new Map<string, string[]>();
  /** Whether there is any of kube-proxy's sets at all. */
  readonly isKnown: boolean;

  constructor(parts: readonly ParsedPart<IpsetDump>[]) {
    let isKnown = false;
    for (const set of parts.flatMap(({ document }) => document.sets)) {
      const role = setRole(set.name);
      if (role === undefined) continue;
      isKnown = true;
      if (frontendSets.has(role)) this.#addFrontends(set, role);
      else if (role === 'LOAD-BALANCER-SOURCE-CIDR') this.#addSourceRanges(set);
    }
    this.isKnown = isKnown;
  }

  /** The sets that hold the address and port, and those that hold the port as a node port of its family. */
  of(family: IpFamily, ip: string, protocol: string, port: number): Membership {
    const names = [
      ...(this.#byAddress.get(`${ip} ${protocol} ${port}`) ?? []),
      ...(this.#byAddress.get(`${family} ${protocol} ${port}`) ?? []),
    ];
    return { sets: names, roles: new Set(names.map((name) => setRole(name) ?? '')) };
  }

  /** The CIDRs that may use the frontend, from KUBE-LOAD-BALANCER-SOURCE-CIDR. */
  sourceRanges(ip: string, protocol: string, port: number): readonly string[] {
    return this.#sourceRanges.get(`${ip} ${protocol} ${port}`) ?? [];
  }

  #addFrontends(set: IpsetSet, role: string): void {
    const family: IpFamily = set.name.startsWith('KUBE-6-') ? 'ipv6' : 'ipv4';
    // A bitmap of ports does not say the protocol; its name does.
    const protocolInName = /-(TCP|UDP)$/.exec(role)?.[1]?.toLowerCase();
    for (const { parts } of set.entries()) {
      const port = portOf(parts);
      if (port === undefined) continue;
      const ip = addressOf(parts[0]);
      const key = `${ip ?? family} ${port.protocol ?? protocolInName ?? 'tcp'} ${port.from}`;
      const names = this.#byAddress.get(key);
      if (names === undefined) this.#byAddress.set(key, new Set([set.name]));
      else names.add(set.name);
    }
  }

  #addSourceRanges(set: IpsetSet): void {
    for (const { parts } of set.entries()) {
      const port = portOf(parts);
      const ip = addressOf(parts[0]);
      const range = rangeOf(parts[2]);
      if (port === undefined || ip === undefined || range === undefined) continue;
      const key = `${ip} ${port.protocol ?? 'tcp'} ${port.from}`;
      const ranges = this.#sourceRanges.get(key);
      if (ranges === undefined) this.#sourceRanges.set(key, [range]);
      else ranges.push(range);
    }
  }
}

/** `CLUSTER-IP` for `KUBE-CLUSTER-IP` and `KUBE-6-CLUSTER-IP`; undefined for sets of others. */
export function setRole(name: string): string | undefined {
  const role = /^KUBE-(?:6-)?(.+)$/.exec(name)?.[1];
  // The IPv6 name has 32 characters, one more than the kernel allows, and kube-proxy cuts it.
  return role === 'NODE-PORT-LOCAL-SCTP-HAS' ? 'NODE-PORT-LOCAL-SCTP-HASH' : role;
}

function portOf(parts: readonly IpsetEntryPart[]): Extract<IpsetEntryPart, { kind: 'port' }> | undefined {
  return parts.find((part) => part.kind === 'port');
}

function addressOf(part: IpsetEntryPart | undefined): string | undefined {
  return part?.kind === 'address' ? canonicalIp(part.address) : undefined;
}

function rangeOf(part: IpsetEntryPart | undefined): string | undefined {
  if (part?.kind === 'network') return `${part.address}/${part.prefixLength}`;
  return part?.kind === 'address' ? withPrefixLength(part.address) : undefined;
}
