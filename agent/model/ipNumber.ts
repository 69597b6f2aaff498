import type { IpFamily } from './address.ts';
import { canonicalIp } from './canonicalIp.ts';

/** An address as a number: 32 bits of IPv4, 128 of IPv6. */
export interface IpNumber {
  readonly family: IpFamily;
  readonly value: bigint;
}

/** Bits of an address. */
export const addressBits = { ipv4: 32, ipv6: 128 } as const;

/** @returns undefined when the text is no IP address. */
export function parseIpNumber(ip: string): IpNumber | undefined {
  const canonical = canonicalIp(ip);
  if (canonical === undefined) return undefined;
  if (!canonical.includes(':')) {
    return { family: 'ipv4', value: canonical.split('.').reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) };
  }
  const [head = '', tail] = canonical.split('::');
  const headGroups = head === '' ? [] : head.split(':');
  const tailGroups = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - headGroups.length - tailGroups.length).fill('0');
  const groups = [...headGroups, ...zeros, ...tailGroups];
  return { family: 'ipv6', value: groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 0n) };
}

/** The canonical text of an address; the inverse of {@link parseIpNumber}. */
export function formatIpNumber({ family, value }: IpNumber): string {
  const unit = family === 'ipv4' ? 8n : 16n;
  const parts: string[] = [];
  for (let shift = BigInt(addressBits[family]) - unit; shift >= 0n; shift -= unit) {
    parts.push(((value >> shift) & ((1n << unit) - 1n)).toString(family === 'ipv4' ? 10 : 16));
  }
  const text = parts.join(family === 'ipv4' ? '.' : ':');
  return canonicalIp(text) ?? text;
}
