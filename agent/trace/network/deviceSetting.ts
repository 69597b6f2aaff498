import type { NodeNetwork } from '../nodeNetwork.ts';

/** How the kernel takes a setting of IPv4 that is there for `all` and for each device (include/linux/inetdevice.h). */
const combining = {
  /** IN_DEV_MAXCONF */
  rp_filter: 'max',
  arp_ignore: 'max',
  /** IN_DEV_ORCONF */
  src_valid_mark: 'or',
  accept_local: 'or',
  route_localnet: 'or',
  ignore_routes_with_linkdown: 'or',
  /** IN_DEV_ANDCONF is not used for it: writing to `all` writes to every device. */
  forwarding: 'own',
} as const;

export type DeviceSetting = keyof typeof combining;

/**
 * The value of `net.ipv4.conf.DEVICE.SETTING` that counts, together with that of `all`. A device that the snapshot does
 * not name has what `default` gives to new ones.
 *
 * @returns undefined when the snapshot has neither
 */
export function deviceSetting(
  network: Pick<NodeNetwork, 'setting'>,
  device: string | undefined,
  name: DeviceSetting,
): number | undefined {
  const read = (owner: string): number | undefined => {
    const value = network.setting(`net.ipv4.conf.${owner}.${name}`);
    return value === undefined || Number.isNaN(Number(value)) ? undefined : Number(value);
  };
  const own = (device === undefined ? undefined : read(nameInSettings(device))) ?? read('default');
  const all = read('all');
  if (combining[name] === 'own') return own ?? all;
  if (own === undefined || all === undefined) return own ?? all;
  return combining[name] === 'max' ? Math.max(own, all) : Number(own !== 0 || all !== 0);
}

/** sysctl(8) swaps dots and slashes in names: VLAN devices have dots in theirs. */
function nameInSettings(device: string): string {
  return device.replaceAll('.', '/');
}
