import type { TracedAddress } from '../packet.ts';
import { scopes } from './kernelRoute.ts';
import { prefixContains, prefixOf } from './prefix.ts';
import type { Device, DeviceAddress } from './readDevices.ts';

/** What the choice of a source depends on beside addresses. */
interface Choice {
  readonly devices: readonly Device[];
  readonly device: string | undefined;
  /** The gateway: an address of its network is preferred. */
  readonly nextHop: TracedAddress | undefined;
  /** An address of a scope nearer than this will not do. */
  readonly scope: number;
  readonly routesLoopback: boolean;
}

/** inet_select_addr of net/ipv4/devinet.c. Addresses of other devices are taken where the device has none. */
export function selectSource4({ devices, device, nextHop, scope, routesLoopback }: Choice): TracedAddress | undefined {
  const own = devices.find(({ name }) => name === device);
  const nearest = routesLoopback ? scopes.link : scopes.host;
  const fitting = primaries(own).filter((address) => Math.min(address.scope, nearest) <= scope);
  const match = nextHop && fitting.find((address) => isInNetwork(address, nextHop));
  const chosen = match ?? fitting[0];
  if (chosen) return chosen.local;
  for (const other of devices) {
    const address = primaries(other).find((each) => each.scope !== scopes.link && each.scope <= scope);
    if (address) return address.local;
  }
  return undefined;
}

function primaries(device: Device | undefined): readonly DeviceAddress[] {
  return device?.addresses.filter(({ family, isSecondary }) => family === 'ipv4' && !isSecondary) ?? [];
}

function isInNetwork({ peer, prefixLength }: DeviceAddress, { value }: TracedAddress): boolean {
  return prefixContains(prefixOf('ipv4', peer.value, prefixLength), value);
}
