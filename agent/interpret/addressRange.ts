import { parseIpNumber } from '../model/ipNumber.ts';

/**
 * Whether a CIDR, an address or a range `FROM-TO` holds nothing but the given addresses. nft merges neighbouring
 * addresses of a set into ranges, so that a Service's own addresses among its source ranges are not always alone.
 *
 * @param addresses canonical text
 */
export function holdsOnly(range: string, addresses: ReadonlySet<string>): boolean {
  const bounds = boundsOf(range);
  if (bounds === undefined || bounds.last - bounds.first >= BigInt(addresses.size)) return false;
  const held = new Set([...addresses].map(toNumber).filter((number) => number !== undefined));
  for (let number = bounds.first; number <= bounds.last; number++) if (!held.has(number)) return false;
  return true;
}

function boundsOf(range: string): { first: bigint; last: bigint } | undefined {
  const [from = '', to] = range.split('-');
  const [host = '', prefixLength] = from.split('/');
  const first = toNumber(host);
  if (first === undefined) return undefined;
  if (to !== undefined) {
    const last = toNumber(to.split('/')[0] ?? '');
    return last === undefined ? undefined : { first, last };
  }
  const width = host.includes(':') ? 128 : 32;
  const free = width - Number(prefixLength ?? width);
  return free >= 0 && free <= width ? { first, last: first + (1n << BigInt(free)) - 1n } : undefined;
}

/** The address as a number, different for the two families. */
function toNumber(ip: string): bigint | undefined {
  const number = parseIpNumber(ip);
  return number?.family === 'ipv6' ? number.value | (1n << 128n) : number?.value;
}
