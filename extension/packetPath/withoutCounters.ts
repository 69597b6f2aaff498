/** A rule without the counters that `iptables-save -c` writes before it; they are shown in a place of their own. */
export function withoutCounters(rule: string): string {
  return rule.replace(/^\s*\[\d+:\d+\] /, '');
}
