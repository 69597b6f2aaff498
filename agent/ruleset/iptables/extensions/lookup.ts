import { actionTargets } from './actionTargets.ts';
import { addressTargets } from './addressTargets.ts';
import { connectionMatches } from './connectionMatches.ts';
import { ipv6Matches } from './ipv6Matches.ts';
import type { ExtensionSpec, ExtensionSpecs } from './optionSpec.ts';
import { packetMatches } from './packetMatches.ts';
import { packetTargets } from './packetTargets.ts';
import { rateMatches } from './rateMatches.ts';
import { transportMatches } from './transportMatches.ts';

function merge(...parts: readonly ExtensionSpecs[]): ReadonlyMap<string, ExtensionSpec> {
  return new Map(parts.flatMap((part) => Object.entries(part)));
}

/** Every match that iptables 1.8 ships. */
export const matchSpecs: ReadonlyMap<string, ExtensionSpec> = merge(
  transportMatches,
  connectionMatches,
  rateMatches,
  packetMatches,
  ipv6Matches,
);

/** Every target that iptables 1.8 ships. */
export const targetSpecs: ReadonlyMap<string, ExtensionSpec> = merge(addressTargets, packetTargets, actionTargets);

/** The targets that are built into iptables itself. `QUEUE` is from before 3.6, when it meant NFQUEUE's queue 0. */
const verdicts: ReadonlySet<string> = new Set(['ACCEPT', 'DROP', 'RETURN', 'QUEUE']);

/** Whether a name after `-j` is a verdict or an extension, and so cannot be the name of a chain. */
export function isTargetName(name: string): boolean {
  return verdicts.has(name) || targetSpecs.has(name);
}

/** Names and numbers of protocols for which `-p NAME` loads the match of that protocol. */
const matchOfProtocol: ReadonlyMap<string, string> = new Map([
  ['tcp', 'tcp'],
  ['6', 'tcp'],
  ['udp', 'udp'],
  ['17', 'udp'],
  ['sctp', 'sctp'],
  ['132', 'sctp'],
  ['dccp', 'dccp'],
  ['33', 'dccp'],
  ['icmp', 'icmp'],
  ['1', 'icmp'],
  ['ipv6-icmp', 'icmp6'],
  ['icmpv6', 'icmp6'],
  ['icmp6', 'icmp6'],
  ['58', 'icmp6'],
  ['ah', 'ah'],
  ['51', 'ah'],
  ['esp', 'esp'],
  ['50', 'esp'],
  ['ipcomp', 'ipcomp'],
  ['108', 'ipcomp'],
  ['mh', 'mh'],
  ['ipv6-mh', 'mh'],
  ['mobility-header', 'mh'],
  ['135', 'mh'],
]);

/** The match whose options may stand in a rule with `-p protocol` without `-m`. */
export function matchImpliedBy(protocol: string): string | undefined {
  return matchOfProtocol.get(protocol.toLowerCase());
}

/** The name of the match that `-m name` loads: iptables takes `-m icmpv6` and `-m ipv6-icmp` for `-m icmp6`. */
export function canonicalMatchName(name: string): string {
  return name === 'icmpv6' || name === 'ipv6-icmp' ? 'icmp6' : name;
}
