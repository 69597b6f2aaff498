import { deviceSetting } from '../network/deviceSetting.ts';
import { assumptions } from './facts.ts';
import type { Following } from './following.ts';

/** Whether a setting of IPv4 is on for a device, be it through `all`. */
export function isOnForDevice(
  following: Following,
  name: 'route_localnet' | 'accept_local',
  device: string | undefined,
): boolean {
  const value = deviceSetting(following.network, device, name);
  if (value === undefined) following.assume(assumptions.setting(`net.ipv4.conf.all.${name}`, '0'));
  return (value ?? 0) !== 0;
}

/** Whether packets that come in through a device are forwarded. A Kubernetes node does where nothing is known. */
export function isForwarding(following: Following, device: string | undefined): boolean {
  const { network } = following;
  if (following.family === 'ipv6') return wholeSetting(following, 'net.ipv6.conf.all.forwarding') !== '0';
  const own = device === undefined ? undefined : network.setting(`net.ipv4.conf.${device}.forwarding`);
  return (own ?? wholeSetting(following, 'net.ipv4.ip_forward')) !== '0';
}

/** Reverse path filtering of a device: 0 none, 1 strict, 2 loose; undefined when not known. */
export function reversePathFilter({ network }: Following, device: string): number | undefined {
  return deviceSetting(network, device, 'rp_filter');
}

/** Whether ipvs lets connection tracking know its translations, as kube-proxy has it. */
export function tracksVirtualServers(following: Following): boolean {
  return wholeSetting(following, 'net.ipv4.vs.conntrack') !== '0';
}

/** A setting that is taken to be on where it is not known. */
function wholeSetting(following: Following, name: string): string | undefined {
  const value = following.network.setting(name);
  if (value === undefined) following.assume(assumptions.setting(name, '1'));
  return value;
}
