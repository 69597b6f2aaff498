import type { IpFamily } from '../../model/address.ts';
import type { TracedAddress } from '../packet.ts';

const loopback = { ipv4: { text: '127.0.0.1', value: 0x7f000001n }, ipv6: { text: '::1', value: 1n } } as const;
const unspecified = { ipv4: { text: '0.0.0.0', value: 0n }, ipv6: { text: '::', value: 0n } } as const;

export function loopbackAddress(family: IpFamily): TracedAddress {
  return loopback[family];
}

/** Stands for an address that is not known. */
export function unspecifiedAddress(family: IpFamily): TracedAddress {
  return unspecified[family];
}

export function isLoopback(family: IpFamily, { value }: TracedAddress): boolean {
  return family === 'ipv4' ? value >> 24n === 127n : value === 1n;
}
