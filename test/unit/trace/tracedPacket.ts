import assert from 'node:assert/strict';
import type { TracedAddress, TracedPacket } from '../../../agent/trace/packet.ts';
import { tracedAddress } from '../../../agent/trace/tracedAddress.ts';

export function address(text: string): TracedAddress {
  const found = tracedAddress(text);
  assert.ok(found, text);
  return found;
}

/** A new connection's first packet of TCP, `SOURCE -> DESTINATION`, from a pod unless said otherwise. */
export function packetTo(
  destination: string,
  port: number | undefined,
  others: Partial<TracedPacket> & { readonly from?: string } = {},
): TracedPacket {
  const { from, ...changes } = others;
  const isSix = destination.includes(':');
  const ends = {
    source: address(from ?? (isSix ? 'fd00:10:244::9' : '10.244.0.9')),
    destination: address(destination),
    sourcePort: port === undefined ? undefined : 40_000,
    destinationPort: port,
  };
  return {
    ...ends,
    family: isSix ? 'ipv6' : 'ipv4',
    protocol: 6,
    icmp: undefined,
    tcpFlags: ['SYN'],
    mark: 0,
    inDevice: 'veth1',
    outDevice: undefined,
    connection: {
      state: 'new',
      original: ends,
      isDestinationTranslated: false,
      isSourceTranslated: false,
      mark: 0,
    },
    isFromIpvs: false,
    ...changes,
  };
}
