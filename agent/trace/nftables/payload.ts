import type { TracedAddress, TracedPacket } from '../packet.ts';
import { tcpFlags } from './constants.ts';
import type { Part, Value } from './value.ts';

/** IANA's numbers of the protocols whose fields can be selected. */
const protocolNumbers: Readonly<Record<string, readonly number[]>> = {
  icmp: [1],
  igmp: [2],
  tcp: [6],
  udp: [17],
  dccp: [33],
  gre: [47],
  gretap: [47],
  esp: [50],
  ah: [51],
  icmpv6: [58],
  comp: [108],
  sctp: [132],
  udplite: [136],
  vxlan: [17],
  geneve: [17],
};
const withPorts: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);
const icmpProtocols: ReadonlySet<number> = new Set([1, 58]);

/** A header field of a packet (net/netfilter/nft_payload.c), with the conditions that nft puts before it. */
export function payloadValue(protocol: string, field: string, packet: TracedPacket): Value {
  switch (protocol) {
    case 'ip':
      return packet.family === 'ipv4' ? [ipField(field, packet)] : 'break';
    case 'ip6':
      return packet.family === 'ipv6' ? [ip6Field(field, packet)] : 'break';
    case 'th':
      return [transportField(field, packet)];
    case 'arp':
    case 'vlan':
      return protocol === 'arp' ? 'break' : [undefined];
    case 'ether':
      return [undefined];
    default:
      break;
  }
  const numbers = protocolNumbers[protocol];
  if (!numbers) return [undefined];
  if (!numbers.includes(packet.protocol)) return 'break';
  switch (protocol) {
    case 'tcp':
      return [field === 'flags' ? flagBits(packet.tcpFlags) : portField(field, packet)];
    case 'icmp':
    case 'icmpv6':
      return [icmpField(field, packet)];
    case 'udp':
    case 'sctp':
    case 'dccp':
    case 'udplite':
      return [portField(field, packet)];
    default:
      return [undefined];
  }
}

/** `@th,16,16`: known here as far as it is a port. */
export function rawPayloadValue(base: string, offset: number, length: number, packet: TracedPacket): Value {
  if (base !== 'th' || length !== 16 || (offset !== 0 && offset !== 16)) return [undefined];
  return [transportField(offset === 0 ? 'sport' : 'dport', packet)];
}

/** An address as a rule compares it. */
export function addressPart({ value }: TracedAddress, packet: TracedPacket): Part {
  return packet.family === 'ipv4' ? Number(value) : value;
}

function ipField(field: string, packet: TracedPacket): Part {
  switch (field) {
    case 'saddr':
      return addressPart(packet.source, packet);
    case 'daddr':
      return addressPart(packet.destination, packet);
    case 'protocol':
      return packet.protocol;
    case 'version':
      return 4;
    case 'frag-off':
      // No fragment; whether it may be fragmented is not known.
      return { bits: 0, known: 0xbfff };
    default:
      return undefined;
  }
}

function ip6Field(field: string, packet: TracedPacket): Part {
  switch (field) {
    case 'saddr':
      return addressPart(packet.source, packet);
    case 'daddr':
      return addressPart(packet.destination, packet);
    case 'nexthdr':
      return packet.protocol;
    case 'version':
      return 6;
    default:
      return undefined;
  }
}

/** The first bytes of any transport header: ports, or what else stands there. */
function transportField(field: string, packet: TracedPacket): Part {
  if (withPorts.has(packet.protocol)) return portField(field, packet);
  if (!icmpProtocols.has(packet.protocol) || field !== 'sport') return undefined;
  const { type, code } = icmpOf(packet);
  return type * 256 + code;
}

function portField(field: string, packet: TracedPacket): Part {
  if (field === 'sport') return packet.sourcePort;
  return field === 'dport' ? packet.destinationPort : undefined;
}

function icmpField(field: string, packet: TracedPacket): Part {
  if (field !== 'type' && field !== 'code') return undefined;
  return icmpOf(packet)[field];
}

function icmpOf(packet: TracedPacket): { readonly type: number; readonly code: number } {
  return packet.icmp ?? { type: packet.family === 'ipv4' ? 8 : 128, code: 0 };
}

function flagBits(flags: readonly string[]): number {
  return flags.reduce((bits, flag) => bits | (tcpFlags[flag.toLowerCase()] ?? 0), 0);
}
