import type { IpvsadmSave } from './document.ts';

/** Reads `ipvsadm -S` output or `ipvsadm -R` input. Never throws: what it does not understand becomes a problem. */
export function parseIpvsadmSave(text: string): IpvsadmSave {
  return { text, virtualServers: [], commands: [], problems: [] };
}
