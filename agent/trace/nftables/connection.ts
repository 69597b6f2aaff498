import type { TracedPacket } from '../packet.ts';
import { connectionStates, connectionStatus } from './constants.ts';
import { addressPart } from './payload.ts';
import type { TableContext } from './tableContext.ts';
import type { Part, PartialBits, Value } from './value.ts';

/** What connection tracking knows (net/netfilter/nft_ct.c). */
export function connectionValue(
  key: string,
  direction: string | undefined,
  packet: TracedPacket,
  context: TableContext,
): Value {
  const { connection } = packet;
  const isTracked = connection.state === 'untracked' || context.isTracked(packet);
  if (key === 'state') return [isTracked ? connectionStates[connection.state] : connectionStates.invalid];
  if (!isTracked || connection.state === 'untracked' || connection.state === 'invalid') return 'break';
  switch (key) {
    case 'mark':
      return [connection.mark];
    case 'status':
      return [statusBits(packet)];
    case 'direction':
      return [directionOf(packet)];
    case 'l3proto':
      return [packet.family === 'ipv4' ? 2 : 10];
    case 'protocol':
    case 'l4proto':
      return [packet.protocol];
    case 'helper':
      // Only what a helper has expected has one.
      return connection.state === 'new' ? 'break' : [undefined];
    default:
      return direction === 'original' ? originalValue(key, packet) : [undefined];
  }
}

function originalValue(key: string, packet: TracedPacket): Value {
  const { original } = packet.connection;
  const [first, second] = key.split(' ');
  if ((first === 'ip' || first === 'ip6') && (first === 'ip') !== (packet.family === 'ipv4')) return 'break';
  switch (second ?? first) {
    case 'saddr':
      return [addressPart(original.source, packet)];
    case 'daddr':
      return [addressPart(original.destination, packet)];
    case 'proto-src':
      return [original.sourcePort];
    case 'proto-dst':
      return [original.destinationPort];
    default:
      return [undefined];
  }
}

/** Original for the side that opened the connection. */
function directionOf({ connection, source, sourcePort }: TracedPacket): Part {
  if (connection.state === 'new') return 0;
  const { original } = connection;
  return original.source.text === source.text && original.sourcePort === sourcePort ? 0 : undefined;
}

function statusBits({ connection, inDevice }: TracedPacket): PartialBits {
  const { assured, confirmed, dnat, expected, snat } = connectionStatus;
  const seenReply = connectionStatus['seen-reply'];
  let known = dnat | snat;
  let bits = (connection.isDestinationTranslated ? dnat : 0) | (connection.isSourceTranslated ? snat : 0);
  if (connection.state === 'new') {
    known |= expected | seenReply | assured;
    // What the node sends to itself is confirmed before it comes in.
    if (inDevice !== 'lo') known |= confirmed;
  } else if (connection.state === 'established') {
    known |= seenReply | confirmed;
    bits |= seenReply | confirmed;
  }
  return { bits, known };
}
