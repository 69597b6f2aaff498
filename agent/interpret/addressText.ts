import { canonicalIp } from '../model/canonicalIp.ts';

export interface AddressAndPort {
  readonly ip: string;
  readonly port: number;
}

/** Reads `10.0.0.1:80` or `[fd00::1]:80`. */
export function parseAddressAndPort(text: string): AddressAndPort | undefined {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = text.slice(colon + 1);
  const ip = canonicalIp(host);
  return colon === -1 || ip === undefined || !/^\d{1,5}$/.test(port) ? undefined : { ip, port: Number(port) };
}

/** The address of `10.0.0.1/32`, `fd00::1/128` or a plain address; undefined for networks. */
export function hostOf(text: string): string | undefined {
  const slash = text.indexOf('/');
  if (slash === -1) return canonicalIp(text);
  const prefixLength = text.slice(slash + 1);
  const host = text.slice(0, slash);
  return prefixLength === (host.includes(':') ? '128' : '32') ? canonicalIp(host) : undefined;
}

/** A network with its prefix length, also where the rules leave out that of a single address. */
export function withPrefixLength(text: string): string {
  if (text.includes('/')) return text;
  return text.includes(':') ? `${text}/128` : `${text}/32`;
}
