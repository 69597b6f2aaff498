import { checkChains } from './checkChains.ts';
import type { IptablesDump } from './document.ts';
import { ScannedDump } from './dump.ts';
import { scanDump } from './scan.ts';

/**
 * Reads the output of `iptables-save` or `ip6tables-save`, an input of `iptables-restore`, or the output of
 * `iptables -S`. Any text is taken: what is not understood stands in {@link IptablesDump.problems}.
 */
export function parseIptablesSave(text: string): IptablesDump {
  const columns = scanDump(text);
  checkChains(columns);
  columns.problems.sort((a, b) => a.span.start - b.span.start);
  return new ScannedDump(columns);
}
