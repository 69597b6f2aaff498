import type { IpFamily } from '../../model/address.ts';
import type { TracedAddress } from '../packet.ts';
import { addressOf } from '../tracedAddress.ts';
import { isInRange, type NumberRange, parseAddress, parsePortRange } from './values.ts';

/** The addresses that a translation may choose from, the first and the last included. */
export interface AddressRange {
  readonly first: TracedAddress;
  readonly last: TracedAddress;
}

/** The ports that a translation may choose from. With a base, ports are shifted by the same distance. */
export interface TranslationPorts extends NumberRange {
  readonly base: number | undefined;
}

export interface TranslationRange {
  /** Undefined: the address stays. */
  readonly addresses: AddressRange | undefined;
  readonly ports: TranslationPorts | undefined;
}

/**
 * Reads what follows `--to-destination` and `--to-source`: `ADDRESS`, `ADDRESS-ADDRESS`, each with `:PORT`,
 * `:PORT-PORT` or `:PORT-PORT/BASE`, or only those. IPv6 addresses stand in brackets where ports follow.
 */
export function parseTranslationRange(family: IpFamily, text: string): TranslationRange | undefined {
  const pattern = family === 'ipv4' ? /^([^:]*)(?::(.+))?$/ : /^(?:\[([^\]]*)\](?::(.+))?|([^[\]]+))$/;
  const [, head, portText, bare] = pattern.exec(text) ?? [];
  const addressText = bare ?? head;
  if (addressText === undefined || (addressText === '' && portText === undefined)) return undefined;
  const addresses = addressText === '' ? undefined : parseAddresses(family, addressText);
  const ports = portText === undefined ? undefined : parseTranslationPorts(portText);
  if ((addressText !== '' && addresses === undefined) || (portText !== undefined && ports === undefined)) {
    return undefined;
  }
  return { addresses, ports };
}

function parseAddresses(family: IpFamily, text: string): AddressRange | undefined {
  const [from = '', to, ...more] = text.split('-');
  const first = parseAddress(family, from);
  const last = to === undefined ? first : parseAddress(family, to);
  if (first === undefined || last === undefined || first.value > last.value || more.length > 0) return undefined;
  return { first, last };
}

/** Reads `PORT`, `PORT-PORT` or `PORT-PORT/BASE`, also of `--to-ports`. */
export function parseTranslationPorts(text: string): TranslationPorts | undefined {
  const [rangeText = '', baseText, ...more] = text.split('/');
  const range = rangeText.startsWith('-') || rangeText.endsWith('-') ? undefined : parsePortRange(rangeText, '-');
  const base = baseText === undefined ? undefined : parsePortRange(baseText)?.first;
  if (range === undefined || range.first > range.last || more.length > 0) return undefined;
  return baseText !== undefined && base === undefined ? undefined : { ...range, base };
}

/** How many choices are followed each on its own. */
const mostChoices = 64;

/** All addresses of a range, whose ends are the same object where it has but one; undefined when there are too many to follow. */
export function addressChoices(family: IpFamily, { first, last }: AddressRange): readonly TracedAddress[] | undefined {
  if (first === last) return [first];
  const count = last.value - first.value + 1n;
  if (count > BigInt(mostChoices)) return undefined;
  return Array.from({ length: Number(count) }, (_, at) => addressOf(family, first.value + BigInt(at)));
}

/**
 * The ports that the kernel may choose (`nf_nat_l4proto_unique_tuple` and `get_unique_tuple` of
 * net/netfilter/nf_nat_core.c): one of a range that it is in already stays, unless it is to be random.
 *
 * @param current the port that is to be translated; undefined for a protocol without ports
 * @returns an undefined port where it stays; undefined when there are too many to follow
 */
export function portChoices(
  ports: TranslationPorts | undefined,
  current: number | undefined,
  isRandom: boolean,
): readonly (number | undefined)[] | undefined {
  if (ports === undefined || current === undefined) return [undefined];
  const { first, last, base } = ports;
  const size = last - first + 1;
  if (base !== undefined) return [first + (((current - base) & 0xffff) % size)];
  if (size === 1) return [first];
  if (!isRandom && isInRange(ports, current)) return [undefined];
  return size > mostChoices ? undefined : Array.from({ length: size }, (_, at) => first + at);
}
