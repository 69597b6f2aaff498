import { addressBits } from '../../model/ipNumber.ts';
import type { KernelRoute } from './kernelRoute.ts';

/** A routing table of one family, asked by longest prefix. */
export class RouteTable {
  /** By the bits that the prefix leaves open, fewest first; then by the bits that it fixes. */
  readonly #byOpenBits: readonly (readonly [open: bigint, routes: ReadonlyMap<bigint, readonly KernelRoute[]>])[];

  /** @param routes as the kernel lists them; those of one prefix are asked by metric and then in this order */
  constructor(routes: readonly KernelRoute[]) {
    const lengths = new Map<number, Map<bigint, KernelRoute[]>>();
    for (const route of routes) {
      const { family, network, prefixLength } = route.destination;
      const open = addressBits[family] - prefixLength;
      const networks = lengths.get(open) ?? new Map<bigint, KernelRoute[]>();
      lengths.set(open, networks);
      const key = network >> BigInt(open);
      const same = networks.get(key);
      if (same) same.push(route);
      else networks.set(key, [route]);
    }
    this.#byOpenBits = [...lengths]
      .sort(([one], [other]) => one - other)
      .map(([open, networks]) => {
        for (const same of networks.values()) same.sort(byUse);
        return [BigInt(open), networks] as const;
      });
  }

  /** The routes whose prefix holds an address, in rows of equal prefixes, the longest first. */
  *candidates(address: bigint): IterableIterator<readonly KernelRoute[]> {
    for (const [open, networks] of this.#byOpenBits) {
      const routes = networks.get(address >> open);
      if (routes) yield routes;
    }
  }
}

/** Where the local table and the main one are one trie, as without own rules in IPv4, the local one comes first. */
function byUse(one: KernelRoute, other: KernelRoute): number {
  const [isLocal, isOtherLocal] = [one.table === 'local', other.table === 'local'];
  if (isLocal !== isOtherLocal) return isLocal ? -1 : 1;
  // IPv6 prefers routes for narrower sources (CONFIG_IPV6_SUBTREES).
  const narrower = (other.source?.prefixLength ?? 0) - (one.source?.prefixLength ?? 0);
  return narrower || other.typeOfService - one.typeOfService || one.metric - other.metric;
}
