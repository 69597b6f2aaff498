import { canonicalIp } from '../../model/canonicalIp.ts';

/** TCP states of sockets through which nothing comes any more, and of those that wait for others (net/tcp_states.h). */
const idleStates: ReadonlySet<string> = new Set(['06', '07', '0A']);

/** `  0: 0A00600A:1F90 0A00600A:0050 01 ...`: own address and port, the other side's, the state. */
const socket = /^ *\d+: ([\dA-F]{8}|[\dA-F]{32}):[\dA-F]{4} [\dA-F]+:[\dA-F]{4} ([\dA-F]{2}) /gm;

const mappedPrefix = '00000000000000000000FFFF';

/**
 * The addresses of this node that its own sockets speak from to somebody: those of connections in `/proc/net/tcp` and
 * `tcp6` and of connected sockets in `/proc/net/udp` and `udp6`. Without its address such a socket is mute.
 */
export function readBoundAddresses(...texts: readonly string[]): ReadonlySet<string> {
  const addresses = new Set<string>();
  const seen = new Set<string>();
  for (const text of texts) {
    for (const [, hex = '', state = ''] of text.matchAll(socket)) {
      if (idleStates.has(state) || seen.has(hex)) continue;
      seen.add(hex);
      addresses.add(addressOf(hex));
    }
  }
  return addresses;
}

/** The kernel prints addresses as words of its own byte order, which is the little-endian one on all its nodes here. */
function addressOf(hex: string): string {
  const bytes = hex.replace(/(..)(..)(..)(..)/g, '$4$3$2$1');
  const ipv4 = bytes.startsWith(mappedPrefix) ? bytes.slice(mappedPrefix.length) : bytes;
  if (ipv4.length === 8) return (ipv4.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.');
  const ipv6 = (bytes.match(/..../g) ?? []).join(':');
  return canonicalIp(ipv6) ?? ipv6;
}
