import type { IpsetDump } from './document.ts';

/** Reads `ipset save` output or `ipset restore` input. Never throws: what it does not understand becomes a problem. */
export function parseIpsetSave(text: string): IpsetDump {
  return { text, sets: [], commands: [], problems: [] };
}
