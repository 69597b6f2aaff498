import type { IpFamily } from '../../model/address.ts';
import { addressBits, parseIpNumber } from '../../model/ipNumber.ts';
import type { IpsetDefinition, IpsetDimension } from '../../ruleset/ipset/document.ts';
import { integerOption } from '../../ruleset/ipset/options.ts';
import { parsePrefix, prefixOf } from '../network/prefix.ts';

/** What a set's definition says of how packets are looked up in it. */
export interface SetShape {
  readonly type: string;
  readonly dimensions: readonly IpsetDimension[];
  /** Packets of other families are never in it; undefined for sets that take both. */
  readonly family: IpFamily | undefined;
  /** What is compared of addresses (`netmask`, `bitmask`); all bits where the set says nothing. */
  readonly mask: bigint;
  /** What is compared of marks. */
  readonly markMask: number;
  /** What a bitmap can hold; undefined for the others. */
  readonly range: { readonly from: bigint; readonly to: bigint } | undefined;
}

export function shapeOf({ type, dimensions, family, options }: IpsetDefinition): SetShape {
  const ownFamily = family === undefined ? (type.startsWith('bitmap:ip') ? 'ipv4' : undefined) : familyNames[family];
  const option = (name: string): string | undefined => options.find((each) => each.name === name)?.value;
  const bits = addressBits[ownFamily ?? 'ipv6'];
  const all = (1n << BigInt(bits)) - 1n;
  const length = integerOption(options, 'netmask');
  const mask =
    length === undefined
      ? parseIpNumber(option('bitmask') ?? '')?.value
      : prefixOf(ownFamily ?? 'ipv6', all, Math.min(Number(length), bits)).network;
  return {
    type,
    dimensions,
    family: ownFamily,
    mask: mask ?? all,
    markMask: Number(integerOption(options, 'markmask') ?? 0xffffffffn),
    range: type.startsWith('bitmap:') ? rangeOf(option('range') ?? `${option('from')}-${option('to')}`) : undefined,
  };
}

const familyNames = { inet: 'ipv4', inet6: 'ipv6' } as const;

/** `10.0.0.0-10.0.0.255`, `10.0.0.0/24`, or `0-1023` of ports. */
function rangeOf(text: string): { from: bigint; to: bigint } | undefined {
  if (text.includes('/')) {
    const prefix = parsePrefix(text, 'ipv4');
    return prefix && { from: prefix.network, to: prefix.network + (1n << BigInt(32 - prefix.prefixLength)) - 1n };
  }
  const [from, to = from] = text.split('-').map(numberOf);
  return from === undefined || to === undefined ? undefined : { from, to };
}

function numberOf(text: string): bigint | undefined {
  return /^\d+$/.test(text) ? BigInt(text) : parseIpNumber(text)?.value;
}
