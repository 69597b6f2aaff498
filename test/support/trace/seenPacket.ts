import { formatIpNumber } from '../../../agent/model/ipNumber.ts';
import { idMagic, protocolNumbers, tcpFlags } from './packetBytes.ts';

/** What the bytes of an IP packet are, as far as they have to do with a packet of {@link packetBytes}. */
export interface SeenPacket {
  /** The number of the packet that it is, or that it is about. */
  readonly id: number;
  /**
   * The packet itself, an answer to it (of ICMP), or what told its sender that it was rejected: `tcp-reset`, or the ICMP
   * message's name.
   */
  readonly kind: 'itself' | 'answer' | { readonly rejectedWith: string };
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  /** Undefined for ICMP. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  /** Of an ICMP echo. */
  readonly identifier: number | undefined;
}

/** As iptables' REJECT names them, without the beginning. */
const unreachable: Readonly<Record<string, string>> = {
  '3/0': 'net-unreachable',
  '3/1': 'host-unreachable',
  '3/2': 'proto-unreachable',
  '3/3': 'port-unreachable',
  '3/9': 'net-prohibited',
  '3/10': 'host-prohibited',
  '3/13': 'admin-prohibited',
};

/** Of ICMPv6 (linux/icmpv6.h). */
const unreachable6: Readonly<Record<string, string>> = {
  '1/0': 'no-route',
  '1/1': 'adm-prohibited',
  '1/3': 'addr-unreachable',
  '1/4': 'port-unreachable',
  '1/5': 'policy-fail',
  '1/6': 'reject-route',
};

/** Undefined for packets that are none of ours. */
export function seePacket(bytes: Buffer): SeenPacket | undefined {
  const header = readHeader(bytes);
  if (header === undefined) return undefined;
  const { protocol, body } = header;
  const isIpv6 = protocol === protocolNumbers.icmpv6;
  if (protocol === protocolNumbers.icmp || isIpv6) {
    const [type = 0, code = 0] = body;
    const [request, answer] = isIpv6 ? [128, 129] : [8, 0];
    if (type === request) return known(header, payloadId(body.subarray(8)), 'itself');
    if (type === answer) return known(header, payloadId(body.subarray(8)), 'answer');
    const about = seePacket(body.subarray(8));
    const name = (isIpv6 ? unreachable6 : unreachable)[`${type}/${code}`] ?? `icmp ${type}/${code}`;
    return known(header, about?.id, { rejectedWith: name });
  }
  if (protocol === protocolNumbers.udp) return known(header, payloadId(body.subarray(8)), 'itself');
  if (protocol === protocolNumbers.sctp && body.length >= 20) {
    return known(header, numberedId(body.readUInt32BE(16), 0), 'itself');
  }
  if (protocol === protocolNumbers.tcp && body.length >= 14) {
    const flags = body.readUInt8(13);
    const [sequence, acknowledged] = [body.readUInt32BE(4), body.readUInt32BE(8)];
    if ((flags & tcpFlags.RST) === 0) return known(header, numberedId(sequence, 2), 'itself');
    const id = numberedId(flags & tcpFlags.ACK ? acknowledged : sequence, 2);
    return known(header, id, { rejectedWith: 'tcp-reset' });
  }
  return undefined;
}

interface Header {
  readonly protocol: number;
  readonly source: string;
  readonly destination: string;
  readonly body: Buffer;
}

function readHeader(bytes: Buffer): Header | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4 && bytes.length >= 28) {
    const [source, destination] = [bytes.subarray(12, 16), bytes.subarray(16, 20)].map((ip) => ip.toString('hex'));
    return {
      protocol: bytes.readUInt8(9),
      source: formatIpNumber({ family: 'ipv4', value: BigInt(`0x${source}`) }),
      destination: formatIpNumber({ family: 'ipv4', value: BigInt(`0x${destination}`) }),
      body: bytes.subarray((bytes.readUInt8(0) & 15) * 4),
    };
  }
  if (version === 6 && bytes.length >= 48) {
    const [source, destination] = [bytes.subarray(8, 24), bytes.subarray(24, 40)].map((ip) => ip.toString('hex'));
    return {
      protocol: bytes.readUInt8(6),
      source: formatIpNumber({ family: 'ipv6', value: BigInt(`0x${source}`) }),
      destination: formatIpNumber({ family: 'ipv6', value: BigInt(`0x${destination}`) }),
      body: bytes.subarray(40),
    };
  }
  return undefined;
}

function known(header: Header, id: number | undefined, kind: SeenPacket['kind']): SeenPacket | undefined {
  if (id === undefined) return undefined;
  const { protocol, source, destination, body } = header;
  const hasPorts = protocol !== protocolNumbers.icmp && protocol !== protocolNumbers.icmpv6;
  return {
    id,
    kind,
    protocol,
    source,
    destination,
    sourcePort: hasPorts ? body.readUInt16BE(0) : undefined,
    destinationPort: hasPorts ? body.readUInt16BE(2) : undefined,
    identifier: hasPorts ? undefined : body.readUInt16BE(4),
  };
}

function payloadId(payload: Buffer): number | undefined {
  return payload.length >= 5 && payload[0] === idMagic ? payload.readUInt32BE(1) : undefined;
}

function numberedId(number: number, shift: number): number | undefined {
  return number >>> 24 === idMagic ? (number & 0xffffff) >>> shift : undefined;
}
