import { addressBits, parseIpNumber } from '../../model/ipNumber.ts';
import type { NftExpression } from '../../ruleset/nftables/expression.ts';
import { isBitType, scalarOf } from './constants.ts';
import { isScalar, type Part, type Scalar } from './value.ts';

/** What one part of a constant admits. */
export type PartMatcher =
  | { readonly kind: 'exact'; readonly value: Scalar }
  | { readonly kind: 'range'; readonly from: number | bigint; readonly to: number | bigint }
  /** Names of devices that begin so: `"eth*"`. */
  | { readonly kind: 'prefix'; readonly text: string }
  /** Not understood. */
  | { readonly kind: 'unknown' };

const unknown: PartMatcher = { kind: 'unknown' };

/** The matchers of a constant's parts. */
export function partMatchers(constant: NftExpression, types: readonly string[]): readonly PartMatcher[] {
  if (constant.kind !== 'concatenation') return [partMatcher(constant, types[0] ?? 'integer')];
  return constant.items.map((item, at) => partMatcher(item, types[at] ?? 'integer'));
}

/** @param type nft's data type */
export function partMatcher(constant: NftExpression, type: string): PartMatcher {
  switch (constant.kind) {
    case 'value': {
      const { value } = constant;
      if (type === 'ifname' && typeof value === 'string' && value.endsWith('*') && !value.endsWith('\\*')) {
        return { kind: 'prefix', text: value.slice(0, -1) };
      }
      return exact(scalarOf(type, typeof value === 'string' && type === 'ifname' ? unescaped(value) : value));
    }
    case 'list':
      return isBitType(type) ? exact(bitsOf(constant, type)) : unknown;
    case 'prefix':
      return prefixRange(constant.address, constant.length, type);
    case 'range': {
      const from = partMatcher(constant.from, type);
      const to = partMatcher(constant.to, type);
      if (from.kind !== 'exact' || to.kind !== 'exact') return unknown;
      if (typeof from.value === 'string' || typeof to.value === 'string') return unknown;
      return { kind: 'range', from: from.value, to: to.value };
    }
    default:
      return unknown;
  }
}

/** The bits of `established,related`; undefined where one is not known. */
export function bitsOf(constant: NftExpression, type: string): number | undefined {
  if (constant.kind === 'list') {
    let bits = 0;
    for (const item of constant.items) {
      const bit = bitsOf(item, type);
      if (bit === undefined) return undefined;
      bits |= bit;
    }
    return bits >>> 0;
  }
  const bit = constant.kind === 'value' ? scalarOf(type, constant.value) : undefined;
  return typeof bit === 'number' ? bit : undefined;
}

/** Whether a part is what the matcher admits; undefined where that is not known. */
export function partMatches(matcher: PartMatcher, part: Part): boolean | undefined {
  if (part === undefined || matcher.kind === 'unknown') return undefined;
  if (!isScalar(part)) {
    if (matcher.kind !== 'exact' || typeof matcher.value !== 'number') return undefined;
    return ((part.bits ^ matcher.value) & part.known) === 0 ? undefined : false;
  }
  switch (matcher.kind) {
    case 'exact':
      return matcher.value === part;
    case 'range':
      return typeof part !== 'string' && matcher.from <= part && part <= matcher.to;
    case 'prefix':
      return typeof part === 'string' && part.startsWith(matcher.text);
  }
}

function exact(value: Scalar | undefined): PartMatcher {
  return value === undefined ? unknown : { kind: 'exact', value };
}

function unescaped(name: string): string {
  return name.endsWith('\\*') ? `${name.slice(0, -2)}*` : name;
}

/** Bits of the types that nft writes as prefixes of numbers. */
const numberBits: Readonly<Record<string, number>> = {
  mark: 32,
  inet_service: 16,
  ether_type: 16,
  inet_proto: 8,
  icmp_type: 8,
  icmpv6_type: 8,
};

/**
 * nft writes `& MASK == VALUE` so where the mask is a prefix. A value with bits beside the mask is never met; a range that
 * ends before it begins says that.
 */
function prefixRange(text: string, length: number, type: string): PartMatcher {
  const address = parseIpNumber(text);
  const bits = address ? addressBits[address.family] : numberBits[type];
  const value = address ? address.value : /^\d{1,10}$/.test(text) ? BigInt(text) : undefined;
  if (bits === undefined || value === undefined || length < 0 || length > bits) return unknown;
  const open = (1n << BigInt(bits - length)) - 1n;
  const to = (value & open) === 0n ? value | open : value - 1n;
  return bits > 32 ? { kind: 'range', from: value, to } : { kind: 'range', from: Number(value), to: Number(to) };
}
