import { parseIpNumber } from '../../../agent/model/ipNumber.ts';

/** A packet to make. `id` comes back in everything that becomes of the packet, whatever is translated. */
export interface PacketContent {
  readonly id: number;
  readonly source: string;
  readonly destination: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp' | 'icmp';
  /** Of ICMP, the identifier of the echo request. */
  readonly sourcePort: number;
  /** Not of ICMP. */
  readonly destinationPort: number;
  /**
   * `first` opens a connection, `reply` answers that (with the addresses of the answer), `later` goes on. A TCP packet
   * without a connection is a `later` one.
   */
  readonly part: 'first' | 'reply' | 'later';
}

/** Begins the payload, and is in the high byte of sequence numbers. */
export const idMagic = 0x5a;

/** IANA's numbers; of ICMP in each family. */
export const protocolNumbers = { tcp: 6, udp: 17, sctp: 132, icmp: 1, icmpv6: 58 } as const;

export const tcpFlags = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16 } as const;

const timeToLive = 64;

/** The bytes of an IP packet. */
export function packetBytes(content: PacketContent): Buffer {
  const isIpv6 = content.destination.includes(':');
  const addresses = Buffer.concat([addressBytes(content.source), addressBytes(content.destination)]);
  const number = content.protocol === 'icmp' && isIpv6 ? protocolNumbers.icmpv6 : protocolNumbers[content.protocol];
  const body = bodyOf(content, isIpv6);
  const pseudoHeader = Buffer.concat([addresses, Buffer.from([0, 0, body.length >> 8, body.length & 255, 0, number])]);
  switch (content.protocol) {
    case 'tcp':
      body.writeUInt16BE(checksum(pseudoHeader, body), 16);
      break;
    case 'udp':
      body.writeUInt16BE(checksum(pseudoHeader, body) || 0xffff, 6);
      break;
    case 'sctp':
      body.writeUInt32LE(crc32c(body), 8);
      break;
    case 'icmp':
      body.writeUInt16BE(isIpv6 ? checksum(pseudoHeader, body) : checksum(body), 2);
  }
  return Buffer.concat([isIpv6 ? ipv6Header(body, number) : ipv4Header(body, number, addresses), addresses, body]);
}

function addressBytes(ip: string): Buffer {
  const parsed = parseIpNumber(ip);
  if (parsed === undefined) throw new Error(`${ip} is not an IP address.`);
  return Buffer.from(parsed.value.toString(16).padStart(parsed.family === 'ipv4' ? 8 : 32, '0'), 'hex');
}

function ipv4Header(body: Buffer, protocol: number, addresses: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(20 + body.length, 2);
  header.writeUInt8(timeToLive, 8);
  header.writeUInt8(protocol, 9);
  header.writeUInt16BE(checksum(header, addresses), 10);
  return header;
}

function ipv6Header(body: Buffer, protocol: number): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(0x60, 0);
  header.writeUInt16BE(body.length, 4);
  header.writeUInt8(protocol, 6);
  header.writeUInt8(timeToLive, 7);
  return header;
}

/** Everything behind the IP header, with a checksum of 0. */
function bodyOf(content: PacketContent, isIpv6: boolean): Buffer {
  const { protocol, id, sourcePort, destinationPort, part } = content;
  const payload = Buffer.from([idMagic, 0, 0, 0, 0, ...Buffer.from('trace')]);
  payload.writeUInt32BE(id, 1);
  if (protocol === 'icmp') {
    const header = Buffer.alloc(8);
    const [request, reply] = isIpv6 ? [128, 129] : [8, 0];
    header.writeUInt8(part === 'reply' ? reply : request, 0);
    header.writeUInt16BE(sourcePort, 4);
    header.writeUInt16BE(1, 6);
    return Buffer.concat([header, payload]);
  }
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(sourcePort, 0);
  ports.writeUInt16BE(destinationPort, 2);
  if (protocol === 'udp') {
    const header = Buffer.alloc(4);
    header.writeUInt16BE(8 + payload.length, 0);
    return Buffer.concat([ports, header, payload]);
  }
  return Buffer.concat([ports, protocol === 'tcp' ? tcpRest(id, part) : sctpRest(id)]);
}

/** Both sides count from the same number, so that any sequence number names the packet. */
function tcpRest(id: number, part: PacketContent['part']): Buffer {
  const sequence = ((idMagic << 24) >>> 0) + (id << 2);
  const header = Buffer.alloc(16);
  header.writeUInt32BE(part === 'later' ? sequence + 1 : sequence, 0);
  header.writeUInt32BE(part === 'first' ? 0 : sequence + 1, 4);
  header.writeUInt8(5 << 4, 8);
  const flags = { first: tcpFlags.SYN, reply: tcpFlags.SYN | tcpFlags.ACK, later: tcpFlags.ACK };
  header.writeUInt8(flags[part], 9);
  header.writeUInt16BE(64_240, 10);
  return header;
}

/** An INIT chunk, whose tag is the packet's number. */
function sctpRest(id: number): Buffer {
  const rest = Buffer.alloc(28);
  rest.writeUInt8(1, 8);
  rest.writeUInt16BE(20, 10);
  rest.writeUInt32BE(((idMagic << 24) >>> 0) + id, 12);
  rest.writeUInt32BE(64_240, 16);
  rest.writeUInt16BE(1, 20);
  rest.writeUInt16BE(1, 22);
  rest.writeUInt32BE(1, 24);
  return rest;
}

/** RFC 1071. */
function checksum(...parts: readonly Buffer[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) sum += ((part[at] ?? 0) << 8) | (part[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** Castagnoli's, which SCTP has (RFC 9260, appendix A). */
function crc32c(bytes: Buffer): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? 0x82f63b78 : 0);
  }
  return ~remainder >>> 0;
}
