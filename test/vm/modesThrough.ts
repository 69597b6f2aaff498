import type { ServiceMode } from '../../agent/model/serviceRules.ts';

/** A circle through all six switches between two modes. */
const circle: readonly ServiceMode[] = ['ipvs', 'iptables', 'ipvs', 'nftables', 'iptables', 'nftables'];

/** The modes of so many switches, the first one of which is that before the first switch. */
export function modesThrough(switches: number): readonly ServiceMode[] {
  return Array.from({ length: switches + 1 }, (_, index) => circle[index % circle.length] ?? 'ipvs');
}
