import { parseIpNumber } from '../../model/ipNumber.ts';
import type { Scalar } from './value.ts';

type Symbols = Readonly<Record<string, number>>;

/** NF_CT_STATE_BIT of linux/netfilter/nf_conntrack_common.h. */
export const connectionStates = { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 } as const;

/** IPS_* of linux/netfilter/nf_conntrack_common.h, as far as nft names them. */
export const connectionStatus = {
  expected: 1,
  'seen-reply': 2,
  assured: 4,
  confirmed: 8,
  snat: 16,
  dnat: 32,
  dying: 512,
} as const;

export const tcpFlags: Symbols = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, ece: 64, cwr: 128 };

/** RTN_* of linux/rtnetlink.h. */
export const addressTypes: Symbols = {
  unspec: 0,
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
};

export const packetTypes = { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 } as const;

const protocols: Symbols = {
  ip: 0, hopopt: 0, icmp: 1, igmp: 2, ipencap: 4, tcp: 6, udp: 17, dccp: 33, ipv6: 41, gre: 47, esp: 50, ah: 51,
  'ipv6-icmp': 58, icmpv6: 58, ospf: 89, ipip: 94, pim: 103, comp: 108, ipcomp: 108, vrrp: 112, sctp: 132,
  udplite: 136,
}; // biome-ignore format: a table

/** Of /etc/services, what `nft -S` most often prints. */
const services: Symbols = {
  'ftp-data': 20, ftp: 21, ssh: 22, telnet: 23, smtp: 25, domain: 53, bootps: 67, bootpc: 68, tftp: 69, http: 80,
  pop3: 110, sunrpc: 111, ntp: 123, imap2: 143, snmp: 161, bgp: 179, ldap: 389, https: 443, submission: 587,
  ldaps: 636, imaps: 993, pop3s: 995, nfs: 2049, mysql: 3306, postgresql: 5432,
}; // biome-ignore format: a table

const symbols: Readonly<Record<string, Symbols>> = {
  inet_proto: protocols,
  inet_service: services,
  ct_state: connectionStates,
  ct_status: connectionStatus,
  ct_dir: { original: 0, reply: 1 },
  ether_type: { ip: 0x0800, arp: 0x0806, vlan: 0x8100, ip6: 0x86dd, '8021q': 0x8100, '8021ad': 0x88a8 },
  nf_proto: { ipv4: 2, ipv6: 10 },
  tcp_flag: tcpFlags,
  fib_addrtype: addressTypes,
  pkt_type: packetTypes,
  icmp_type: {
    'echo-reply': 0, 'destination-unreachable': 3, 'source-quench': 4, redirect: 5, 'echo-request': 8,
    'router-advertisement': 9, 'router-solicitation': 10, 'time-exceeded': 11, 'parameter-problem': 12,
    'timestamp-request': 13, 'timestamp-reply': 14, 'info-request': 15, 'info-reply': 16, 'address-mask-request': 17,
    'address-mask-reply': 18,
  },
  icmp_code: {
    'net-unreachable': 0, 'host-unreachable': 1, 'prot-unreachable': 2, 'port-unreachable': 3, 'frag-needed': 4,
    'net-prohibited': 9, 'host-prohibited': 10, 'admin-prohibited': 13,
  },
  icmpv6_type: {
    'destination-unreachable': 1, 'packet-too-big': 2, 'time-exceeded': 3, 'parameter-problem': 4,
    'echo-request': 128, 'echo-reply': 129, 'mld-listener-query': 130, 'mld-listener-report': 131,
    'mld-listener-done': 132, 'mld-listener-reduction': 132, 'nd-router-solicit': 133, 'nd-router-advert': 134,
    'nd-neighbor-solicit': 135, 'nd-neighbor-advert': 136, 'nd-redirect': 137, 'router-renumbering': 138,
    'ind-neighbor-solicit': 141, 'ind-neighbor-advert': 142, 'mld2-listener-report': 143,
  },
  icmpv6_code: {
    'no-route': 0, 'admin-prohibited': 1, 'addr-unreachable': 3, 'port-unreachable': 4, 'policy-fail': 5,
    'reject-route': 6,
  },
}; // biome-ignore format: a table

/** Types whose values are sets of bits. */
const bitTypes: ReadonlySet<string> = new Set(['ct_state', 'ct_status', 'tcp_flag']);

export function isBitType(type: string): boolean {
  return bitTypes.has(type);
}

/**
 * What a constant of a rule stands for.
 * @param type nft's data type, such as `inet_service`
 * @returns undefined when the type has no such constant, or it is not known here
 */
export function scalarOf(type: string, value: string | number | boolean): Scalar | undefined {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (type === 'ifname') return String(value);
  if (typeof value === 'number') return numberScalar(type, value);
  if (type === 'iface_index') return value;
  const known = symbols[type];
  if (known) return Object.hasOwn(known, value) ? known[value] : undefined;
  return addressScalar(value);
}

function numberScalar(type: string, value: number): Scalar | undefined {
  if (!Number.isSafeInteger(value)) return undefined;
  // No device has the number 0; which one has another is not known.
  if (type === 'iface_index') return value === 0 ? '' : undefined;
  return type === 'ipv6_addr' ? BigInt(value) : value;
}

/** The address as a rule compares it. */
export function addressScalar(text: string): Scalar | undefined {
  const address = parseIpNumber(text);
  if (!address) return undefined;
  return address.family === 'ipv4' ? Number(address.value) : address.value;
}
