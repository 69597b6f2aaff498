import type { IpFamily } from '../../model/address.ts';
import { addressBits, parseIpNumber } from '../../model/ipNumber.ts';

/** A block of addresses, as routes and routing rules write it. */
export interface Prefix {
  readonly family: IpFamily;
  /** The bits that the prefix leaves open are 0. */
  readonly network: bigint;
  readonly prefixLength: number;
}

/**
 * Reads `10.0.0.0/8`, `10.0.0.1`, `default` or `all`.
 * @param family of `default` and `all`, which do not say it
 */
export function parsePrefix(text: string, family: IpFamily): Prefix | undefined {
  if (text === 'default' || text === 'all' || text === 'any') return { family, network: 0n, prefixLength: 0 };
  const slash = text.indexOf('/');
  const address = parseIpNumber(slash === -1 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const bits = addressBits[address.family];
  const length = slash === -1 ? bits : Number(text.slice(slash + 1));
  if (!Number.isInteger(length) || length < 0 || length > bits) return undefined;
  return prefixOf(address.family, address.value, length);
}

export function prefixOf(family: IpFamily, value: bigint, prefixLength: number): Prefix {
  const free = BigInt(addressBits[family] - prefixLength);
  return { family, network: (value >> free) << free, prefixLength };
}

export function prefixContains({ family, network, prefixLength }: Prefix, value: bigint): boolean {
  const free = BigInt(addressBits[family] - prefixLength);
  return value >> free === network >> free;
}
