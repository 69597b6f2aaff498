import { addressBits } from '../../model/ipNumber.ts';
import { addressOf } from '../tracedAddress.ts';
import { type KernelRoute, type KernelRouteType, type NextHop, scopes } from './kernelRoute.ts';
import { type Prefix, prefixOf } from './prefix.ts';
import type { Device, DeviceAddress } from './readDevices.ts';

/**
 * The routes that the kernel makes by itself for addresses (fib_add_ifaddr of net/ipv4/fib_frontend.c, addrconf.c): for
 * snapshots that hold addresses and no routes.
 */
export function derivedRoutes(devices: readonly Device[]): readonly KernelRoute[] {
  return devices.flatMap((device) => [...routesOfDevice(device)]);
}

function* routesOfDevice(device: Device): IterableIterator<KernelRoute> {
  for (const address of device.addresses) {
    if (address.isTentative) continue;
    const host = prefixOf(address.family, address.local.value, addressBits[address.family]);
    yield route('local', host, device, address, scopes.host);
    // Of a device that is down, such as kube-ipvs0, only the addresses are the node's.
    if (!device.isUp) continue;
    yield* address.family === 'ipv4' ? networkRoutes4(device, address) : networkRoutes6(device, address);
  }
  if (device.isUp && device.addresses.some(({ family }) => family === 'ipv6') && !device.isLoopback) {
    yield route('multicast', prefixOf('ipv6', 0xffn << 120n, 8), device, undefined, scopes.global);
  }
}

function* networkRoutes4(device: Device, address: DeviceAddress): IterableIterator<KernelRoute> {
  const { peer, prefixLength } = address;
  const network = prefixOf('ipv4', peer.value, prefixLength);
  const hasNetwork = prefixLength < 32 || peer.value !== address.local.value;
  if (hasNetwork && !address.isSecondary && !address.hasNoPrefixRoute) {
    yield device.isLoopback
      ? route('local', network, device, address, scopes.host)
      : route('unicast', network, device, address, scopes.link);
  }
  if (prefixLength < 31) {
    const last = network.network | ((1n << BigInt(32 - prefixLength)) - 1n);
    const broadcast = addressOf('ipv4', last).value;
    yield route('broadcast', prefixOf('ipv4', broadcast, 32), device, address, scopes.link);
  }
  const { broadcast } = address;
  if (broadcast !== undefined && broadcast.value !== 0xffffffffn) {
    yield route('broadcast', prefixOf('ipv4', broadcast.value, 32), device, address, scopes.link);
  }
}

function* networkRoutes6(device: Device, address: DeviceAddress): IterableIterator<KernelRoute> {
  if (address.hasNoPrefixRoute || device.isLoopback) return;
  yield route('unicast', prefixOf('ipv6', address.peer.value, address.prefixLength), device, undefined, scopes.global);
}

function route(
  type: KernelRouteType,
  destination: Prefix,
  device: Device,
  address: DeviceAddress | undefined,
  scope: number,
): KernelRoute {
  const hop: NextHop = {
    device: device.name,
    via: undefined,
    weight: 1,
    isDead: false,
    isLinkDown: !device.hasCarrier,
  };
  const { family } = destination;
  return {
    family,
    table: type === 'unicast' ? 'main' : 'local',
    type,
    destination,
    source: undefined,
    metric: family === 'ipv4' ? 0 : type === 'local' ? 0 : 256,
    scope,
    typeOfService: 0,
    preferredSource: family === 'ipv4' ? address?.local : undefined,
    preference: 0,
    hops: [hop],
  };
}
