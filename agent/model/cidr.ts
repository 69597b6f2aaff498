import type { IpFamily } from './address.ts';
import { addressBits, formatIpNumber, parseIpNumber } from './ipNumber.ts';

/** A block of addresses, `10.0.0.0/8`. */
export interface Cidr {
  readonly family: IpFamily;
  readonly prefixLength: number;
  /** Canonical: the network's own address, without the bits that the prefix leaves open. */
  readonly text: string;
  /** The network's address. */
  readonly network: bigint;
}

/** @returns undefined when the text is not `ADDRESS/BITS`. Space around it is passed over. */
export function parseCidr(text: string): Cidr | undefined {
  const [, ip = '', bits = ''] = /^\s*([^/\s]+)\/(\d{1,3})\s*$/.exec(text) ?? [];
  const address = parseIpNumber(ip);
  const prefixLength = Number(bits);
  if (address === undefined || bits === '' || prefixLength > addressBits[address.family]) return undefined;
  const { family } = address;
  const free = BigInt(addressBits[family] - prefixLength);
  const network = (address.value >> free) << free;
  return { family, prefixLength, network, text: `${formatIpNumber({ family, value: network })}/${prefixLength}` };
}

/** @param ip in any notation */
export function cidrContains(cidr: Cidr, ip: string): boolean {
  const address = parseIpNumber(ip);
  if (address?.family !== cidr.family) return false;
  const free = BigInt(addressBits[cidr.family] - cidr.prefixLength);
  return address.value >> free === cidr.network >> free;
}
