import type { IpFamily } from '../model/address.ts';
import { formatIpNumber, parseIpNumber } from '../model/ipNumber.ts';
import type { TracedAddress } from './packet.ts';

/** @returns undefined when the text is no IP address */
export function readAddress(text: string): (TracedAddress & { readonly family: IpFamily }) | undefined {
  const number = parseIpNumber(text);
  return number === undefined ? undefined : { ...number, text: formatIpNumber(number) };
}

/** The address without its family, for where that is known. @returns undefined when the text is no IP address */
export function tracedAddress(text: string | undefined): TracedAddress | undefined {
  const address = text === undefined ? undefined : readAddress(text);
  return address && { text: address.text, value: address.value };
}

export function addressOf(family: IpFamily, value: bigint): TracedAddress {
  return { text: formatIpNumber({ family, value }), value };
}
