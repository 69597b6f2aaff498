import { canonicalIp } from '../model/canonicalIp.ts';

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
  const canonical = canonicalIp(ip);
  if (canonical === undefined) return undefined;
  if (!canonical.includes(':')) return canonical.split('.').reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const [head = '', tail] = canonical.split('::');
  const headGroups = head === '' ? [] : head.split(':');
  const tailGroups = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array<string>(8 - headGroups.length - tailGroups.length).fill('0');
  const groups = [...headGroups, ...zeros, ...tailGroups];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(`0x${group}`), 1n << 128n);
}
