import { canonicalIp } from '../model/canonicalIp.ts';
import type { SourceLocation } from '../model/location.ts';
import type { Locator } from './locator.ts';

/** An address of a network device of the node. */
export interface LocalAddress {
  readonly device: string;
  /** Canonical, without the prefix length. */
  readonly ip: string;
  readonly location: SourceLocation;
}

/** Reads `ip -j addr`, `ip addr` or `ip -o addr`. What it does not understand is passed over. */
export function parseAddresses(text: string, locator: Locator): LocalAddress[] {
  return text.trimStart().startsWith('[') ? fromJson(text, locator) : fromText(text, locator);
}

/** Every `"local": "ADDRESS"` of the JSON form, under the `"ifname"` before it: that keeps the places in the text. */
function fromJson(text: string, locator: Locator): LocalAddress[] {
  const found: LocalAddress[] = [];
  let device = '';
  for (const match of text.matchAll(/"(ifname|local)"\s*:\s*"([^"\\]*)"/g)) {
    const [whole, key, value = ''] = match;
    if (key === 'ifname') {
      device = value;
      continue;
    }
    const ip = canonicalIp(value);
    if (ip === undefined) continue;
    found.push({ device, ip, location: locator.at({ start: match.index, end: match.index + whole.length }) });
  }
  return found;
}

/** `6: kube-ipvs0    inet 10.96.0.9/32 ...` on one line, or the device's line followed by those of its addresses. */
function fromText(text: string, locator: Locator): LocalAddress[] {
  const found: LocalAddress[] = [];
  let device = '';
  for (const match of text.matchAll(/^(?:\d+: ([^\s:@]+))?.*$/gm)) {
    device = match[1] ?? device;
    const address = /\sinet6? ([\da-fA-F.:]+)(?:\/\d+)?\s/.exec(`${match[0]} `);
    const ip = canonicalIp(address?.[1] ?? '');
    if (ip === undefined) continue;
    found.push({ device, ip, location: locator.at({ start: match.index, end: match.index + match[0].length }) });
  }
  return found;
}
