import type { IpFamily } from '../../model/address.ts';
import type { TraceFact } from '../../model/packetTrace.ts';
import type { PartKind, SnapshotPart } from '../../model/snapshot.ts';

/** Parts whose absence would let packets pass that rules or virtual servers might stop or translate. */
const kinds: readonly (readonly PartKind[])[] = [['iptables-save'], ['nft-text', 'nft-json'], ['ipvsadm-save']];

/**
 * The parts with rules that were there and could not be read, as far as they are about packets of a family. Sets that are
 * not there make rules unknown that ask for them; what a node does not have is no lack.
 */
export function missingParts(parts: readonly SnapshotPart[], family: IpFamily): readonly TraceFact[] {
  return kinds.flatMap((kind) => {
    const own = parts.filter((part) => kind.includes(part.kind) && (part.family ?? family) === family);
    const isRead = kind.includes('nft-json') && own.some(({ status }) => status === 'complete' || status === 'partial');
    return isRead ? [] : own.filter(({ status }) => status === 'failed').map(notRead);
  });
}

function notRead({ id, source, reason }: SnapshotPart): TraceFact {
  const command = source.join(' ');
  const why = reason?.message ?? '';
  return {
    code: 'part-not-read',
    message: `${id} could not be read, so what stands there is not followed. ${why}`.trim(),
    args: { part: id, command, reason: reason?.code ?? '', why },
  };
}
