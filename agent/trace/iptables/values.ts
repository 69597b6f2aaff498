import type { IpFamily } from '../../model/address.ts';
import { canonicalIp } from '../../model/canonicalIp.ts';
import { addressBits } from '../../model/ipNumber.ts';
import type { OptionOnLine } from '../../ruleset/iptables/document.ts';
import type { TracedAddress } from '../packet.ts';
import { readAddress } from '../tracedAddress.ts';

/** A range of numbers, both ends included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

/** A value and the bits of it that count. */
export interface MaskedValue {
  readonly value: number;
  readonly mask: number;
}

/** An address and the bits of it that count, or a range of addresses. */
export type AddressBlock = (address: TracedAddress) => boolean;

/** Reads `10`, `0x0a` or `012`, as strtoul(3) does: up to 32 bits. */
export function parseUnsigned(text: string): number | undefined {
  if (!/^(0[xX][\da-fA-F]+|\d+)$/.test(text)) return undefined;
  const isOctal = /^0\d/.test(text);
  const number = isOctal ? Number.parseInt(text, 8) : Number(text);
  return number <= 0xffffffff && !Number.isNaN(number) && !(isOctal && /[89]/.test(text)) ? number : undefined;
}

/** Reads `VALUE` or `VALUE/MASK`, of which all bits count where there is no mask. */
export function parseMasked(text: string): MaskedValue | undefined {
  const [first = '', second, ...more] = text.split('/');
  const value = parseUnsigned(first);
  const mask = second === undefined ? 0xffffffff : parseUnsigned(second);
  return value === undefined || mask === undefined || more.length > 0 ? undefined : { value, mask };
}

/** Reads `80`, `1000:2000`, `:1023` or `1024:`. */
export function parsePortRange(text: string, separator = ':'): NumberRange | undefined {
  const [from = '', to, ...more] = text.split(separator);
  const first = from === '' && to !== undefined ? 0 : parsePort(from);
  const last = to === undefined ? first : to === '' ? 65535 : parsePort(to);
  return first === undefined || last === undefined || more.length > 0 ? undefined : { first, last };
}

function parsePort(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65535 ? Number(text) : undefined;
}

export function isInRange({ first, last }: NumberRange, value: number): boolean {
  return value >= first && value <= last;
}

export function parseAddress(family: IpFamily, text: string): TracedAddress | undefined {
  const address = readAddress(text);
  return address?.family === family ? { text: address.text, value: address.value } : undefined;
}

/** Reads `ADDRESS`, `ADDRESS/BITS` or `ADDRESS/MASK`, whose mask may have gaps. */
export function parseAddressMask(
  family: IpFamily,
  text: string,
): { readonly value: bigint; readonly mask: bigint } | undefined {
  const [host = '', bits, ...more] = text.split('/');
  const address = parseAddress(family, host);
  const mask = bits === undefined ? allBits(family) : parseMask(family, bits);
  if (address === undefined || mask === undefined || more.length > 0) return undefined;
  return { value: address.value & mask, mask };
}

export function parseAddressBlock(family: IpFamily, text: string): AddressBlock | undefined {
  const block = parseAddressMask(family, text);
  if (block === undefined) return undefined;
  const { value, mask } = block;
  if (mask === allBits(family)) return (address) => address.value === value;
  return (address) => (address.value & mask) === value;
}

function parseMask(family: IpFamily, text: string): bigint | undefined {
  if (!/^\d{1,3}$/.test(text)) return parseAddress(family, text)?.value;
  const width = addressBits[family];
  if (Number(text) > width) return undefined;
  const open = BigInt(width - Number(text));
  return (allBits(family) >> open) << open;
}

function allBits(family: IpFamily): bigint {
  return (1n << BigInt(addressBits[family])) - 1n;
}

/** The canonical text of `ADDRESS` or `ADDRESS/32` behind an option without `!`. */
export function singleAddress(family: IpFamily, option: OptionOnLine | undefined): string | undefined {
  if (option === undefined || option.negated) return undefined;
  const [host = '', bits, ...more] = option.value?.split('/') ?? [];
  const isWhole = bits === undefined || bits === String(addressBits[family]);
  const canonical = isWhole && more.length === 0 ? canonicalIp(host) : undefined;
  return canonical?.includes(':') === (family === 'ipv6') ? canonical : undefined;
}
