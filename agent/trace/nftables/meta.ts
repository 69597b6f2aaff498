import type { TracedPacket } from '../packet.ts';
import type { Surroundings } from '../ruleProgram.ts';
import { packetTypes } from './constants.ts';
import type { Part, Value } from './value.ts';

const etherTypes = { ipv4: 0x0800, ipv6: 0x86dd } as const;
const familyNumbers = { ipv4: 2, ipv6: 10 } as const;

/** What is known of a packet beside its bytes (net/netfilter/nft_meta.c). */
export function metaValue(key: string, packet: TracedPacket, surroundings: Surroundings): Value {
  switch (key) {
    case 'l4proto':
      return [packet.protocol];
    case 'nfproto':
      return [familyNumbers[packet.family]];
    case 'protocol':
      return [etherTypes[packet.family]];
    case 'mark':
      return [packet.mark];
    case 'iif':
    case 'iifname':
      return [inDevice(packet, surroundings)];
    case 'oif':
    case 'oifname':
      return [outDevice(packet, surroundings)];
    case 'iiftype':
    case 'iifgroup':
    case 'iifkind':
      return inDevice(packet, surroundings) === '' ? 'break' : [undefined];
    case 'oiftype':
    case 'oifgroup':
    case 'oifkind':
      return outDevice(packet, surroundings) === '' ? 'break' : [undefined];
    case 'pkttype':
      return [packetType(packet, surroundings)];
    case 'skuid':
    case 'skgid':
    case 'cgroup':
      return isForwarded(packet, surroundings) ? 'break' : [undefined];
    default:
      return [undefined];
  }
}

/** The device that a packet came in through as a rule sees it: none for what the node itself sends. */
export function inDevice(packet: TracedPacket, { hook }: Surroundings): Part {
  if (hook === 'output') return '';
  return packet.inDevice ?? (hook === 'postrouting' ? '' : undefined);
}

/** The device that a packet leaves through as a rule sees it: none before it is routed, or when it is the node's. */
export function outDevice(packet: TracedPacket, { hook }: Surroundings): Part {
  return hook === 'prerouting' || hook === 'input' || hook === 'ingress' ? '' : packet.outDevice;
}

/** No socket of the node is known for what only passes through. */
function isForwarded(packet: TracedPacket, { hook }: Surroundings): boolean {
  return hook === 'forward' || (hook === 'postrouting' && packet.inDevice !== undefined);
}

function packetType(packet: TracedPacket, { hook, network }: Surroundings): Part {
  if (hook === 'output' || (hook === 'postrouting' && packet.inDevice === undefined)) return packetTypes.host;
  switch (network.addressType(packet.family, packet.destination)) {
    case undefined:
      return undefined;
    case 'broadcast':
      return packetTypes.broadcast;
    case 'multicast':
      return packetTypes.multicast;
    default:
      return packetTypes.host;
  }
}
