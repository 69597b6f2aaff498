import type { IpFamily } from '../../model/address.ts';
import { addressBits } from '../../model/ipNumber.ts';
import type { IpsetEntry, IpsetEntryPart, IpsetPort, IpsetSet } from '../../ruleset/ipset/document.ts';
import { icmpTypes, icmpv6Types, parseIcmpType } from '../iptables/icmpTypes.ts';
import { protocolNumber } from '../iptables/protocols.ts';
import type { TracedPacket } from '../packet.ts';
import { addressBlocks } from './addressBlocks.ts';
import type { SetShape } from './setShape.ts';

/** What is known of a packet in one dimension; `none` is in no entry. */
type Value = string | 'none' | 'unknown';

export type IndexAnswer =
  | { readonly kind: 'in'; readonly entry: number }
  | { readonly kind: 'out' }
  /** `what` stands in the way: an entry, or a dimension. */
  | { readonly kind: 'unknown'; readonly what: string };

const icmp = 1;
const icmpv6 = 58;
const portProtocols: ReadonlySet<number> = new Set([6, 17, 132, 136]);
/** More than a set can have (`maxelem`), so that a dump of wide ranges does not take all memory. */
const mostKeys = 4_000_000;
const anything = '*';

interface Held {
  readonly index: number;
  readonly nomatch: boolean;
  /** Names that begin with the entry's count (`wildcard`). */
  readonly wildcard: string | undefined;
}

/** The entries of one set by what a packet is looked up with, so that asking does not depend on their number. */
export class SetIndex {
  readonly #shape: SetShape;
  /** By all dimensions but devices: those are compared after, as the kernel does. */
  readonly #entries = new Map<string, Held | Held[]>();
  /** For each dimension the lengths of prefixes that entries have, the longest first; undefined for other dimensions. */
  readonly #lengths: readonly (readonly number[] | undefined)[];
  readonly #devices = new Map<number, string>();
  /** An entry that could not be indexed, which any packet might be in. */
  #odd: string | undefined;

  constructor(set: IpsetSet, shape: SetShape) {
    this.#shape = shape;
    const lengths = shape.dimensions.map((each) => (each === 'ip' || each === 'net' ? new Set<number>() : undefined));
    for (let index = 0; index < set.entryCount; index++) {
      const entry = set.entry(index);
      if (entry) this.#add(entry, index, lengths);
    }
    this.#lengths = lengths.map((found) => found && [...found].sort((one, other) => other - one));
  }

  find(directions: readonly ('src' | 'dst')[], packet: TracedPacket): IndexAnswer {
    const { dimensions, type } = this.#shape;
    const values: Value[] = [];
    for (const [at, dimension] of dimensions.entries()) {
      if (dimension === 'ip' || dimension === 'net') values.push('');
      else values.push(this.#valueOf(dimension, directions[at] ?? 'dst', packet));
    }
    if (values.includes('none') || this.#isOutOfRange(directions, packet)) return { kind: 'out' };
    const addresses = dimensions.map((_, at) => (directions[at] === 'src' ? packet.source : packet.destination).value);
    for (const key of this.#keys(packet.family, addresses, values)) {
      const held = this.#entries.get(key);
      if (held === undefined) continue;
      const found = this.#choose(Array.isArray(held) ? held : [held], values);
      if (found?.nomatch === true) return { kind: 'out' };
      if (found)
        return values.includes('unknown') ? { kind: 'unknown', what: type } : { kind: 'in', entry: found.index };
      // hash:net,iface looks no further than the longest prefix that any entry has for the address.
      if (dimensions.includes('iface')) break;
    }
    return this.#odd === undefined ? { kind: 'out' } : { kind: 'unknown', what: this.#odd };
  }

  #valueOf(
    dimension: 'port' | 'mac' | 'iface' | 'mark' | 'set',
    direction: 'src' | 'dst',
    packet: TracedPacket,
  ): Value {
    switch (dimension) {
      case 'port':
        return this.#portOf(direction, packet);
      case 'mac':
        // Addresses of the link are not traced; what the node itself sends has none yet.
        return packet.inDevice === undefined ? 'none' : 'unknown';
      case 'iface':
        return (direction === 'src' ? packet.inDevice : packet.outDevice) ?? 'none';
      case 'mark':
        return String((packet.mark & this.#shape.markMask) >>> 0);
      case 'set':
        return 'none';
    }
  }

  /** ip_set_get_ip4_port of net/netfilter/ipset/ip_set_getport.c; bitmap:port has ports of TCP and UDP only. */
  #portOf(direction: 'src' | 'dst', packet: TracedPacket): Value {
    const { protocol } = packet;
    const port = (direction === 'src' ? packet.sourcePort : packet.destinationPort) ?? 0;
    if (this.#shape.type === 'bitmap:port') return protocol === 6 || protocol === 17 ? String(port) : 'none';
    if (portProtocols.has(protocol)) return `${protocol}:${port}`;
    if (protocol !== icmp && protocol !== icmpv6) return `${protocol}:0`;
    const { type, code } = packet.icmp ?? { type: protocol === icmp ? 8 : 128, code: 0 };
    return `${protocol}:${type * 256 + code}`;
  }

  #isOutOfRange(directions: readonly ('src' | 'dst')[], packet: TracedPacket): boolean {
    const { range, type } = this.#shape;
    if (range === undefined) return false;
    const isSource = directions[0] === 'src';
    const value =
      type === 'bitmap:port'
        ? BigInt((isSource ? packet.sourcePort : packet.destinationPort) ?? 0)
        : (isSource ? packet.source : packet.destination).value;
    return value < range.from || value > range.to;
  }

  /** What to look for, the longest prefixes first, those of the first dimension slowest. */
  *#keys(family: IpFamily, addresses: readonly bigint[], values: readonly Value[], at = 0): IterableIterator<string> {
    if (at === values.length) {
      yield '';
      return;
    }
    const lengths = this.#lengths[at];
    const rest = (): IterableIterator<string> => this.#keys(family, addresses, values, at + 1);
    if (lengths === undefined) {
      const isCompared = this.#shape.dimensions[at] === 'iface' || values[at] === 'unknown';
      for (const tail of rest()) yield `${isCompared ? anything : values[at]},${tail}`;
      return;
    }
    const address = (addresses[at] ?? 0n) & this.#shape.mask;
    for (const length of lengths) {
      for (const tail of rest()) yield `${blockKey(address, addressBits[family], length)},${tail}`;
    }
  }

  #choose(held: readonly Held[], values: readonly Value[]): Held | undefined {
    const at = this.#shape.dimensions.indexOf('iface');
    if (at === -1) return held[0];
    const device = values[at] ?? '';
    return held.find(({ index, wildcard }) =>
      wildcard === undefined ? this.#devices.get(index) === device : device.startsWith(wildcard),
    );
  }

  #add(entry: IpsetEntry, index: number, lengths: readonly (Set<number> | undefined)[]): void {
    let keys = [''];
    let wildcard: string | undefined;
    if (entry.parts.length === 0) {
      this.#odd = entry.element;
      return;
    }
    for (const [at, dimension] of this.#shape.dimensions.entries()) {
      const part = entry.parts[at];
      if (part?.kind === 'interface') {
        // Entries for ports of bridges are asked by nothing that xt_set does.
        if (part.physical) return;
        this.#devices.set(index, part.name);
        if (entry.options.some(({ name }) => name === 'wildcard')) wildcard = part.name;
      }
      const pieces = this.#piecesOf(dimension, part, lengths[at]);
      if (pieces === undefined || this.#entries.size + keys.length * pieces.length > mostKeys) {
        this.#odd = entry.element;
        return;
      }
      keys = keys.flatMap((key) => pieces.map((piece) => `${key}${piece},`));
    }
    const held: Held = { index, nomatch: entry.nomatch, wildcard };
    for (const key of keys) this.#hold(key, held);
  }

  #hold(key: string, held: Held): void {
    const earlier = this.#entries.get(key);
    if (earlier === undefined) this.#entries.set(key, held);
    else if (Array.isArray(earlier)) earlier.push(held);
    else this.#entries.set(key, [earlier, held]);
  }

  /** What packets in the part are looked up with; undefined when that cannot be told. */
  #piecesOf(
    dimension: string,
    part: IpsetEntryPart | undefined,
    lengths: Set<number> | undefined,
  ): readonly string[] | undefined {
    if (dimension === 'iface' || dimension === 'mac') return [anything];
    if (part === undefined) return undefined;
    if (part.kind === 'mark') return [String((part.mark & this.#shape.markMask) >>> 0)];
    if (part.kind === 'port' || part.kind === 'namedPort') return this.#portPieces(part);
    const blocks = addressBlocks(part);
    return blocks?.map(({ family, network, prefixLength }) => {
      lengths?.add(prefixLength);
      return blockKey(network & this.#shape.mask, addressBits[family], prefixLength);
    });
  }

  #portPieces(port: IpsetPort): readonly string[] | undefined {
    const isBitmap = this.#shape.type === 'bitmap:port';
    // Without a protocol, ipset takes TCP.
    const protocol = protocolNumber(port.protocol ?? 'tcp');
    if (protocol === undefined) return undefined;
    const prefix = isBitmap ? '' : `${protocol}:`;
    if (port.kind === 'port') {
      const count = Math.abs(port.to - port.from) + 1;
      return Array.from({ length: count }, (_, offset) => `${prefix}${Math.min(port.from, port.to) + offset}`);
    }
    if (protocol !== icmp && protocol !== icmpv6) return undefined;
    const message = parseIcmpType(port.name, protocol === icmp ? icmpTypes : icmpv6Types);
    if (message === undefined || message === 'any') return undefined;
    return [`${prefix}${message.type * 256 + (message.code ?? 0)}`];
  }
}

function blockKey(value: bigint, bits: number, length: number): string {
  // Numbers are written quicker than bigints, and most addresses fit into one.
  const fixed = value >> BigInt(bits - length);
  return bits === 32 ? `${Number(fixed)}/${length}` : `${fixed.toString(36)}/${length}`;
}
