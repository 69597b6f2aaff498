import type { IpFamily } from './address.ts';
import { parseCidr } from './cidr.ts';
import { addressBits, formatIpNumber } from './ipNumber.ts';

/** Addresses from `first` to `last`, both included. */
interface Range {
  readonly first: bigint;
  readonly last: bigint;
}

/**
 * Addresses and CIDRs as nft lists them after it made one set of them: sorted, with neighbours merged, as CIDRs where
 * that is possible and as `FROM-TO` where not. One alone stands without braces.
 *
 * @param members at least one address, CIDR or `FROM-TO`; those that cannot be read are left out
 */
export function addressSetText(members: readonly string[], family: IpFamily): string {
  const ranges = members.map((member) => rangeOf(member, family)).filter((range) => range !== undefined);
  const texts = merge(ranges).map((range) => rangeText(range, family));
  return members.length === 1 && texts.length === 1 ? texts.join('') : `{ ${texts.join(', ')} }`;
}

function rangeOf(member: string, family: IpFamily): Range | undefined {
  const [from = '', to] = member.split('-');
  const first = cidrRange(from, family);
  const last = to === undefined ? first : cidrRange(to, family);
  return first === undefined || last === undefined ? undefined : { first: first.first, last: last.last };
}

function cidrRange(text: string, family: IpFamily): Range | undefined {
  const cidr = parseCidr(text.includes('/') ? text : `${text}/${addressBits[family]}`);
  if (cidr === undefined || cidr.family !== family) return undefined;
  const size = 1n << BigInt(addressBits[family] - cidr.prefixLength);
  return { first: cidr.network, last: cidr.network + size - 1n };
}

function merge(ranges: readonly Range[]): readonly Range[] {
  const merged: Range[] = [];
  for (const range of ranges.toSorted(byStart)) {
    const before = merged.at(-1);
    if (before === undefined || range.first > before.last + 1n) merged.push(range);
    else if (range.last > before.last) merged[merged.length - 1] = { first: before.first, last: range.last };
  }
  return merged;
}

function byStart(a: Range, b: Range): number {
  if (a.first === b.first) return 0;
  return a.first < b.first ? -1 : 1;
}

function rangeText({ first, last }: Range, family: IpFamily): string {
  const start = formatIpNumber({ family, value: first });
  if (first === last) return start;
  const size = last - first + 1n;
  const isCidr = (size & (size - 1n)) === 0n && first % size === 0n;
  if (!isCidr) return `${start}-${formatIpNumber({ family, value: last })}`;
  return `${start}/${addressBits[family] - (size.toString(2).length - 1)}`;
}
