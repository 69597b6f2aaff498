import { isIP } from 'node:net';
import type { IpvsAddress } from './document.ts';

const decimal = /^\d{1,5}$/;

/**
 * Reads `10.0.0.1:80`, `[fd00::1]:80`, `fd00::1`, `host.example:http`. A name is taken as such without asking anybody
 * what it stands for.
 * @returns undefined for what cannot be an address: an empty host, a bracket that stays open, a port above 65535
 */
export function parseIpvsAddress(word: string): IpvsAddress | undefined {
  if (isIP(word) === 6) return { host: word, family: 'inet6', symbolic: false };
  const bracketed = word.startsWith('[');
  const close = bracketed ? word.indexOf(']') : -1;
  if (bracketed && close === -1) return undefined;
  const colon = bracketed ? close + 1 : word.lastIndexOf(':');
  const hasPort = bracketed ? word.charAt(colon) === ':' : colon !== -1;
  if (bracketed && !hasPort && close !== word.length - 1) return undefined;
  const hostEnd = hasPort ? colon : word.length;
  const host = bracketed ? word.slice(1, close) : word.slice(0, hostEnd);
  const version = isIP(host);
  if (host === '' || (version === 0 && /[^\w.*-]/.test(host))) return undefined;
  const base: IpvsAddress = {
    host,
    family: version === 6 || (bracketed && version === 0) ? 'inet6' : 'inet',
    symbolic: version === 0,
  };
  if (!hasPort) return base;
  const port = word.slice(colon + 1);
  if (port === '') return undefined;
  if (!/^\d+$/.test(port)) return { ...base, portName: port };
  return decimal.test(port) && Number(port) <= 65535 ? { ...base, port: Number(port) } : undefined;
}

/** The inverse of {@link parseIpvsAddress}, with brackets for IPv6 as ipvsadm prints them. */
export function formatIpvsAddress(address: IpvsAddress): string {
  const port = address.portName ?? address.port;
  const host = address.family === 'inet6' ? `[${address.host}]` : address.host;
  return port === undefined ? address.host : `${host}:${port}`;
}
