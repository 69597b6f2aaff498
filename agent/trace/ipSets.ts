import type { TraceFact } from '../model/packetTrace.ts';
import type { TracedPacket } from './packet.ts';

/** The answer of a set: the entry's text (`10.96.0.10,tcp:80`), or why it is not known. */
export type SetAnswer =
  | { readonly kind: 'in'; readonly entry: string }
  | { readonly kind: 'out' }
  | { readonly kind: 'unknown'; readonly reason: TraceFact };

/** The IP sets of a snapshot. */
export interface IpSets {
  /** @param directions `src` or `dst` for each dimension of the set, as in `--match-set NAME src,dst` */
  test(name: string, directions: readonly ('src' | 'dst')[], packet: TracedPacket): SetAnswer;
}
