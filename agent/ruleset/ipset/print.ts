import type { IpsetDump } from './document.ts';

/** The dump's text, byte for byte as it was parsed. */
export function printIpsetSave(dump: IpsetDump): string {
  return dump.text;
}
