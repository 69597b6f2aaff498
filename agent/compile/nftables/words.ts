import type { IpFamily } from '../../model/address.ts';

/** What the rules of the two families call the same things. */
export interface FamilyWords {
  /** The header that a rule looks into, and the family of a table. */
  readonly ip: 'ip' | 'ip6';
  readonly addressType: 'ipv4_addr' | 'ipv6_addr';
  /** Matches packets to other hosts; node ports do not answer on loopback. */
  readonly notLoopback: string;
}

export const familyWords: Readonly<Record<IpFamily, FamilyWords>> = {
  ipv4: { ip: 'ip', addressType: 'ipv4_addr', notLoopback: 'ip daddr != 127.0.0.0/8' },
  ipv6: { ip: 'ip6', addressType: 'ipv6_addr', notLoopback: 'ip6 daddr != ::1' },
};
