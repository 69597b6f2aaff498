import type { IpFamily } from '../../model/address.ts';
import type { IptablesDump } from '../../ruleset/iptables/document.ts';
import type { TracedPacket } from '../packet.ts';
import { protocolNumber } from './protocols.ts';
import { singleAddress } from './values.ts';

/**
 * Finds the rules of a long chain that could match a packet, without reading the others: KUBE-SERVICES of a large
 * cluster has 20,000 rules, of which each asks for one destination. Rules are sorted into those with one destination
 * address, those with one destination port, and the others, which every packet is given to.
 */
export class DestinationIndex {
  readonly #byDestination = new Map<string, number[]>();
  readonly #byPort = new Map<number, number[]>();
  readonly #others: number[] = [];

  /** @param rules of one chain, in their order */
  constructor(dump: IptablesDump, rules: Uint32Array, family: IpFamily) {
    for (const [position, rule] of rules.entries()) {
      const address = singleAddress(family, dump.destination(rule));
      if (address !== undefined) {
        add(this.#byDestination, address, position);
        continue;
      }
      const key = portKey(dump, rule);
      if (key === undefined) this.#others.push(position);
      else add(this.#byPort, key, position);
    }
  }

  /** The first position from `position` on that could match, or `none`. */
  next(position: number, { destination, protocol, destinationPort }: TracedPacket, none: number): number {
    const first = Math.min(
      nextIn(this.#byDestination.get(destination.text), position, none),
      nextIn(this.#others, position, none),
    );
    if (destinationPort === undefined) return first;
    return Math.min(first, nextIn(this.#byPort.get(protocol * 65536 + destinationPort), position, none));
  }
}

function add<Key>(map: Map<Key, number[]>, key: Key, position: number): void {
  const positions = map.get(key);
  if (positions === undefined) map.set(key, [position]);
  else positions.push(position);
}

function nextIn(positions: readonly number[] | undefined, position: number, none: number): number {
  if (positions === undefined) return none;
  let low = 0;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((positions[middle] ?? none) < position) low = middle + 1;
    else high = middle;
  }
  return positions[low] ?? none;
}

/** Protocol and port of `-p tcp ... --dport 80`. */
function portKey(dump: IptablesDump, rule: number): number | undefined {
  const port = dump.optionValue(rule, '--dport');
  if (port === undefined || !/^\d{1,5}$/.test(port)) return undefined;
  const protocol = protocolNumber(dump.optionValue(rule, '-p') ?? '');
  return protocol === undefined || protocol === 0 ? undefined : protocol * 65536 + Number(port);
}
