import type { TracedAddress, TracedPacket } from '../packet.ts';
import type { Surroundings } from '../ruleProgram.ts';
import { addressTypes } from './constants.ts';
import { inDevice, outDevice } from './meta.ts';
import type { Part, Value } from './value.ts';

/**
 * What the routing tables say (net/ipv4/netfilter/nft_fib_ipv4.c, net/ipv6/netfilter/nft_fib_ipv6.c): the type of an
 * address, or the device of the route to it, `''` where there is none.
 */
export function routeValue(
  result: string,
  flags: readonly string[],
  packet: TracedPacket,
  surroundings: Surroundings,
): Value {
  const device = flags.includes('iif')
    ? inDevice(packet, surroundings)
    : flags.includes('oif')
      ? outDevice(packet, surroundings)
      : '';
  if (typeof device !== 'string') return [undefined];
  const isDestination = flags.includes('daddr');
  const address = isDestination ? packet.destination : packet.source;
  if (result === 'type') {
    const type = surroundings.network.addressType(packet.family, address, device === '' ? undefined : device);
    return [type === undefined ? undefined : addressTypes[type]];
  }
  if (result !== 'oif' && result !== 'oifname') return [undefined];
  if (surroundings.hook === 'prerouting' && packet.inDevice === 'lo') return ['lo'];
  const other = isDestination ? packet.source : packet.destination;
  return [routeDevice(address, other, device, flags.includes('mark'), packet, surroundings)];
}

function routeDevice(
  destination: TracedAddress,
  source: TracedAddress,
  device: string,
  withMark: boolean,
  packet: TracedPacket,
  { network }: Surroundings,
): Part {
  const { family, mark } = packet;
  const route = network.route({ family, destination, source, mark: withMark ? mark : 0, inDevice: undefined });
  if (route.assumed || route.unknown) return undefined;
  switch (route.type) {
    case 'local':
    case 'blackhole':
    case 'unreachable':
    case 'prohibit':
    case 'none':
      return '';
    default:
      if (route.device === undefined) return undefined;
      return device === '' || device === route.device ? route.device : '';
  }
}
