import type { IpFamily } from '../../model/address.ts';
import { parseIpNumber } from '../../model/ipNumber.ts';
import type { SnapshotPart } from '../../model/snapshot.ts';

/**
 * The family of routes or rules: the part says it, or the addresses in it do, or the name of the file.
 * @param texts prefixes and addresses in the part
 */
export function familyOfPart(part: SnapshotPart, texts: () => readonly string[]): IpFamily {
  if (part.family !== undefined) return part.family;
  for (const text of texts()) {
    const address = parseIpNumber(text.split('/')[0] ?? '');
    if (address !== undefined) return address.family;
  }
  const name = part.id.replace(/^.*[\\/]/, '');
  return /6/.test(name) || part.source.includes('-6') ? 'ipv6' : 'ipv4';
}
