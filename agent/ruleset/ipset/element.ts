import { isIP } from 'node:net';
import type { IpsetDimension, IpsetEntryPart, IpsetPort } from './document.ts';

/**
 * Takes an entry word such as `10.96.0.10,tcp:80` apart by the dimensions of its set's type.
 * @returns undefined when the word does not fit them
 */
export function parseIpsetElement(
  dimensions: readonly IpsetDimension[],
  element: string,
): readonly IpsetEntryPart[] | undefined {
  const parts: IpsetEntryPart[] = [];
  let at = 0;
  for (const [index, dimension] of dimensions.entries()) {
    // The MAC address of bitmap:ip,mac may be missing: the first packet fills it in.
    if (at > element.length) return index > 0 && dimension === 'mac' ? parts : undefined;
    const comma = index === dimensions.length - 1 ? -1 : element.indexOf(',', at);
    const end = comma === -1 ? element.length : comma;
    const part = parsePart(dimension, element.slice(at, end));
    if (!part) return undefined;
    parts.push(part);
    at = end + 1;
  }
  return parts;
}

/** The inverse of {@link parseIpsetElement}. */
export function formatIpsetElement(parts: readonly IpsetEntryPart[]): string {
  return parts.map(formatPart).join(',');
}

const macAddress = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i;
const number = /^(?:0x[0-9a-f]+|\d+)$/i;
const decimal = /^\d+$/;
const portRange = /^(\d{1,5})(?:-(\d{1,5}))?$/;
const physicalPrefix = 'physdev:';

function parsePart(dimension: IpsetDimension, word: string): IpsetEntryPart | undefined {
  if (word === '') return undefined;
  switch (dimension) {
    case 'ip':
    case 'net':
      return parseAddress(word);
    case 'port':
      return parsePort(word);
    case 'mac':
      return macAddress.test(word) ? { kind: 'mac', address: word } : undefined;
    case 'iface': {
      const physical = word.startsWith(physicalPrefix);
      const name = physical ? word.slice(physicalPrefix.length) : word;
      return name === '' ? undefined : { kind: 'interface', name, physical };
    }
    case 'mark':
      return number.test(word) ? { kind: 'mark', mark: Number(word) } : undefined;
    case 'set':
      return { kind: 'set', name: word };
  }
}

function parseAddress(word: string): IpsetEntryPart | undefined {
  if (isIP(word) !== 0) return { kind: 'address', address: word };
  const slash = word.indexOf('/');
  if (slash !== -1) {
    const address = word.slice(0, slash);
    const length = word.slice(slash + 1);
    const family = isIP(address);
    if (family === 0 || !decimal.test(length) || Number(length) > (family === 4 ? 32 : 128)) return undefined;
    return { kind: 'network', address, prefixLength: Number(length) };
  }
  const dash = word.indexOf('-');
  if (dash === -1) return undefined;
  const from = word.slice(0, dash);
  const to = word.slice(dash + 1);
  return isIP(from) !== 0 && isIP(from) === isIP(to) ? { kind: 'addressRange', from, to } : undefined;
}

function parsePort(word: string): IpsetPort | undefined {
  const colon = word.indexOf(':');
  const port = word.slice(colon + 1);
  if (colon === 0 || port === '') return undefined;
  const protocol = colon === -1 ? {} : { protocol: word.slice(0, colon) };
  const numbers = portRange.exec(port);
  if (!numbers) return { kind: 'namedPort', ...protocol, name: port };
  const from = Number(numbers[1]);
  const to = Number(numbers[2] ?? numbers[1]);
  return from > 65535 || to > 65535 ? undefined : { kind: 'port', ...protocol, from, to };
}

function formatPart(part: IpsetEntryPart): string {
  switch (part.kind) {
    case 'address':
    case 'mac':
      return part.address;
    case 'network':
      return `${part.address}/${part.prefixLength}`;
    case 'addressRange':
      return `${part.from}-${part.to}`;
    case 'port':
      return `${formatProtocol(part)}${part.from}${part.to === part.from ? '' : `-${part.to}`}`;
    case 'namedPort':
      return formatProtocol(part) + part.name;
    case 'interface':
      return (part.physical ? physicalPrefix : '') + part.name;
    case 'mark':
      return `0x${part.mark.toString(16).padStart(8, '0')}`;
    case 'set':
      return part.name;
  }
}

function formatProtocol(port: IpsetPort): string {
  return port.protocol === undefined ? '' : `${port.protocol}:`;
}
