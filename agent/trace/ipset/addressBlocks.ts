import { addressBits, parseIpNumber } from '../../model/ipNumber.ts';
import type { IpsetEntryPart } from '../../ruleset/ipset/document.ts';
import { type Prefix, prefixOf } from '../network/prefix.ts';

/** The blocks of addresses that a part of an entry stands for: one, or those that make up a range. */
export function addressBlocks(part: IpsetEntryPart): readonly Prefix[] | undefined {
  switch (part.kind) {
    case 'address':
    case 'network': {
      const address = parseIpNumber(part.address);
      if (address === undefined) return undefined;
      const length = part.kind === 'network' ? part.prefixLength : addressBits[address.family];
      return [prefixOf(address.family, address.value, length)];
    }
    case 'addressRange': {
      const [from, to] = [parseIpNumber(part.from), parseIpNumber(part.to)];
      if (from === undefined || to === undefined || from.family !== to.family) return undefined;
      const [first, last] = from.value <= to.value ? [from.value, to.value] : [to.value, from.value];
      return [...blocksOfRange(from.family, first, last)];
    }
    default:
      return undefined;
  }
}

/** The fewest blocks that make up a range, as ip_set_range_to_cidr of the kernel cuts it. */
function* blocksOfRange(family: Prefix['family'], first: bigint, last: bigint): IterableIterator<Prefix> {
  const bits = addressBits[family];
  for (let at = first; at <= last; ) {
    let open = 0;
    while (open < bits && ((at >> BigInt(open)) & 1n) === 0n && at + (2n << BigInt(open)) - 1n <= last) open++;
    yield prefixOf(family, at, bits - open);
    at += 1n << BigInt(open);
  }
}
