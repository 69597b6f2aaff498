import { addressBits } from '../../model/ipNumber.ts';
import { addressOf } from '../tracedAddress.ts';
import { type KernelRoute, scopes } from './kernelRoute.ts';
import { prefixContains } from './prefix.ts';
import type { Device, DeviceAddress } from './readDevices.ts';

/**
 * What the table `local` and the routes to connected networks tell of devices and their addresses: for snapshots that
 * hold routes and no addresses.
 */
export function devicesOfRoutes(routes: readonly KernelRoute[]): readonly Device[] {
  const connected = routes.filter(isConnected);
  const addresses = new Map<string, DeviceAddress[]>();
  for (const route of routes) {
    const { table, type, destination, hops } = route;
    const device = hops[0]?.device;
    if (table !== 'local' || type !== 'local' || device === undefined) continue;
    if (destination.prefixLength !== addressBits[destination.family]) continue;
    const found = addresses.get(device) ?? [];
    addresses.set(device, found);
    found.push(addressOfRoute(route, device, connected));
  }
  return Array.from(addresses, ([name, found]) => ({
    name,
    isUp: true,
    hasCarrier: true,
    isLoopback: name === 'lo',
    isVrf: false,
    master: undefined,
    knowsMaster: false,
    addresses: found,
  }));
}

function isConnected({ table, type, destination, hops: [hop] }: KernelRoute): boolean {
  return table === 'main' && type === 'unicast' && hop?.via === undefined && destination.prefixLength > 0;
}

function addressOfRoute(route: KernelRoute, device: string, connected: readonly KernelRoute[]): DeviceAddress {
  const { family, network } = route.destination;
  const local = addressOf(family, network);
  const primary = route.preferredSource ?? local;
  const ofNetwork = connected.find(
    ({ destination, hops, preferredSource }) =>
      hops[0]?.device === device &&
      destination.family === family &&
      (preferredSource === undefined || preferredSource.value === primary.value) &&
      prefixContains(destination, network),
  );
  const isLoopback = family === 'ipv4' ? network >> 24n === 127n : network === 1n;
  return {
    family,
    local,
    peer: local,
    prefixLength: ofNetwork?.destination.prefixLength ?? addressBits[family],
    scope: isLoopback ? scopes.host : scopes.global,
    isSecondary: family === 'ipv4' && primary.value !== network,
    isTentative: false,
    isDeprecated: false,
    isTemporary: false,
    hasNoPrefixRoute: false,
    broadcast: undefined,
  };
}
