import type { ProxyOptions } from '../proxyOptions.ts';

/**
 * The kernel settings that kube-proxy makes in ipvs mode, by path under `/proc/sys` (pkg/proxy/ipvs/proxier.go,
 * NewProxier). It makes them in every family.
 */
export function ipvsSysctls({ ipvs, kernel }: ProxyOptions): ReadonlyMap<string, string> {
  const settings = new Map([['net/ipv4/vs/conntrack', '1']]);
  if (reusesConnectionsBadly(kernel.release)) settings.set('net/ipv4/vs/conn_reuse_mode', '0');
  settings.set('net/ipv4/vs/expire_nodest_conn', '1');
  settings.set('net/ipv4/vs/expire_quiescent_template', '1');
  settings.set('net/ipv4/ip_forward', '1');
  if (ipvs.strictArp) {
    settings.set('net/ipv4/conf/all/arp_ignore', '1');
    settings.set('net/ipv4/conf/all/arp_announce', '2');
  }
  return settings;
}

/**
 * Whether the kernel delays new connections by a second when a client's port comes round again (kubernetes#93297): from
 * 4.1, which has the setting that avoids it, until 5.9, which needs it no more.
 */
function reusesConnectionsBadly(release: string | undefined): boolean {
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(release ?? '') ?? [];
  if (major === undefined || minor === undefined) return false;
  const version = Number(major) * 1000 + Number(minor);
  return version >= 4001 && version < 5009;
}
