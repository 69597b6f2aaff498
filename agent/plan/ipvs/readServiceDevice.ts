import type { IpFamily } from '../../model/address.ts';
import { canonicalIp } from '../../model/canonicalIp.ts';
import { addressBits } from '../../model/ipNumber.ts';
import type { ServiceDevice } from '../../model/serviceRules.ts';

/** The device of kube-proxy's ipvs mode. */
export const serviceDeviceName = 'kube-ipvs0';

/** An address with the length of its prefix. */
interface DeviceAddress {
  readonly ip: string;
  readonly prefixLength: number;
}

/**
 * kube-ipvs0 with its addresses of one family, out of what `ip -j addr`, `ip addr` or `ip -o addr` printed; undefined
 * where there is none. An address that is not alone in its prefix, which kube-proxy does not make, keeps the prefix
 * length: `10.96.0.1/24`.
 */
export function readServiceDevice(text: string, family: IpFamily): ServiceDevice | undefined {
  const found = text.trimStart().startsWith('[') ? fromJson(text) : fromLines(text);
  if (found === undefined) return undefined;
  const addresses = new Set<string>();
  for (const { ip, prefixLength } of found) {
    const canonical = canonicalIp(ip);
    if (canonical === undefined || canonical.includes(':') !== (family === 'ipv6')) continue;
    addresses.add(prefixLength === addressBits[family] ? canonical : `${canonical}/${prefixLength}`);
  }
  return { name: serviceDeviceName, addresses };
}

function fromJson(text: string): readonly DeviceAddress[] | undefined {
  const device = links(text).find((link) => field(link, 'ifname') === serviceDeviceName);
  if (device === undefined) return undefined;
  const addresses = field(device, 'addr_info');
  if (!Array.isArray(addresses)) return [];
  return addresses.flatMap((address: unknown) => {
    const ip = field(address, 'local');
    const prefixLength = field(address, 'prefixlen');
    return typeof ip === 'string' && typeof prefixLength === 'number' ? [{ ip, prefixLength }] : [];
  });
}

function links(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
}

/** `6: kube-ipvs0    inet 10.96.0.9/32 ...` on one line, or the device's line followed by those of its addresses. */
function fromLines(text: string): readonly DeviceAddress[] | undefined {
  let device = '';
  let found: DeviceAddress[] | undefined;
  for (const match of text.matchAll(/^(?:\d+: ([^\s:@]+))?(.*)$/gm)) {
    device = match[1] ?? device;
    if (device !== serviceDeviceName) continue;
    found ??= [];
    const [, ip, bits] = /\sinet6? ([\da-fA-F.:]+)\/(\d+)\s/.exec(`${match[2] ?? ''} `) ?? [];
    if (ip !== undefined) found.push({ ip, prefixLength: Number(bits) });
  }
  return found;
}
