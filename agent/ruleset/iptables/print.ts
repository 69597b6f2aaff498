import type { IptablesDump } from './document.ts';

/** The dump's text, byte for byte as it was read. */
export function printIptablesSave(dump: IptablesDump): string {
  return dump.text;
}
