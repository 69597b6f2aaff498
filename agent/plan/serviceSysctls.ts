/**
 * The kernel settings that kube-proxy writes in some mode (pkg/proxy/ipvs/proxier.go, pkg/proxy/iptables/proxier.go),
 * by path under `/proc/sys`. Every other one is somebody else's.
 */
const paths: ReadonlySet<string> = new Set([
  'net/ipv4/ip_forward',
  'net/ipv4/conf/all/arp_announce',
  'net/ipv4/conf/all/arp_ignore',
  'net/ipv4/conf/all/route_localnet',
  'net/ipv4/vs/conn_reuse_mode',
  'net/ipv4/vs/conntrack',
  'net/ipv4/vs/expire_nodest_conn',
  'net/ipv4/vs/expire_quiescent_template',
]);

/** Those of them that a snapshot's part `sysctls` has, in lines `net.ipv4.ip_forward = 1`. */
export function readServiceSysctls(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name = '', value = ''] = line.split(' = ', 2);
    const path = name.replaceAll('.', '/');
    if (paths.has(path)) found.set(path, value);
  }
  return found;
}
