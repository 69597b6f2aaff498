import type { TracedAddress } from '../packet.ts';
import { parsePrefix, prefixContains } from './prefix.ts';
import type { Device, DeviceAddress } from './readDevices.ts';

/**
 * ipv6_dev_get_saddr of net/ipv6/addrconf.c, which follows RFC 6724. What it takes for granted: the policy table is the
 * kernel's own (`ip addrlabel`), nobody set `use_tempaddr` or `use_oif_addrs_only`, and no address is a home address.
 */
export function selectSource6(
  devices: readonly Device[],
  outDevice: string | undefined,
  destination: TracedAddress,
): TracedAddress | undefined {
  const scope = scopeOf(destination.value);
  const isMulticast = destination.value >> 120n === 0xffn;
  const onlyDevice = isMulticast || scope <= linkLocal ? outDevice : undefined;
  let best: { readonly address: TracedAddress; readonly scores: readonly number[] } | undefined;
  for (const device of devices) {
    if (onlyDevice !== undefined && device.name !== onlyDevice) continue;
    for (const address of device.addresses) {
      if (address.family !== 'ipv6' || address.isTentative) continue;
      const scores = scoresOf(address, device.name, outDevice, destination.value, scope);
      if (best === undefined || isBetter(scores, best.scores)) best = { address: address.local, scores };
    }
  }
  return best?.address;
}

const linkLocal = 2;
const siteLocal = 5;
const global = 14;

/** RFC 4007's scopes as numbers; unicast addresses are taken as multicast ones of their reach. */
function scopeOf(value: bigint): number {
  if (value >> 120n === 0xffn) return Number((value >> 112n) & 0xfn);
  if (value === 1n || value >> 118n === 0x3fan) return linkLocal;
  return value >> 118n === 0x3fbn ? siteLocal : global;
}

/** The rules in the kernel's order; the first that differs decides, and of equals the first address. */
function scoresOf(
  address: DeviceAddress,
  device: string,
  outDevice: string | undefined,
  destination: bigint,
  wantedScope: number,
): readonly number[] {
  const { value } = address.local;
  const scope = scopeOf(value);
  return [
    Number(value === destination),
    // The nearest scope that reaches the destination; of those that do not, the farthest.
    scope >= wantedScope ? -scope : scope - 128,
    Number(!address.isDeprecated || value === 1n),
    Number(outDevice === undefined || device === outDevice),
    Number(labelOf(value) === labelOf(destination)),
    Number(!address.isTemporary),
    Number(isOrchid(value) === isOrchid(destination)),
    Math.min(commonBits(value, destination), address.prefixLength),
  ];
}

function isBetter(scores: readonly number[], best: readonly number[]): boolean {
  for (const [index, score] of scores.entries()) {
    const difference = score - (best[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

function commonBits(one: bigint, other: bigint): number {
  const difference = one ^ other;
  return difference === 0n ? 128 : 128 - difference.toString(2).length;
}

/** net/ipv6/addrlabel.c, the longest prefix first. */
const labels = [
  ['::1/128', 0],
  ['::/96', 3],
  ['::ffff:0:0/96', 4],
  ['2001::/32', 6],
  ['2001:10::/28', 7],
  ['2002::/16', 2],
  ['fc00::/7', 5],
] as const;
const labelPrefixes = labels.flatMap(([text, label]) => {
  const prefix = parsePrefix(text, 'ipv6');
  return prefix ? [{ prefix, label }] : [];
});
const orchids = parsePrefix('2001:10::/28', 'ipv6');

function labelOf(value: bigint): number {
  return labelPrefixes.find(({ prefix }) => prefixContains(prefix, value))?.label ?? 1;
}

function isOrchid(value: bigint): boolean {
  return orchids !== undefined && prefixContains(orchids, value);
}
