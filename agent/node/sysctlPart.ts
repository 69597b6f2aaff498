import type { SnapshotPart } from '../model/snapshot.ts';
import { missingPart } from './commandPart.ts';
import { concurrencyLimit } from './concurrencyLimit.ts';
import type { Machine } from './machine.ts';
import type { PartReader } from './partReader.ts';

/**
 * The kernel settings that decide what becomes of Service traffic: forwarding, rules for bridged packets, node ports on
 * loopback, reverse path filtering, ARP for the addresses on kube-ipvs0, ipvs and connection tracking.
 */
const names: readonly string[] = [
  'net.ipv4.ip_forward',
  'net.ipv6.conf.all.forwarding',
  'net.bridge.bridge-nf-call-iptables',
  'net.bridge.bridge-nf-call-ip6tables',
  'net.ipv4.conf.all.route_localnet',
  'net.ipv4.conf.default.route_localnet',
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.conf.default.rp_filter',
  'net.ipv4.conf.all.src_valid_mark',
  'net.ipv4.conf.all.ignore_routes_with_linkdown',
  'net.ipv4.conf.all.arp_ignore',
  'net.ipv4.conf.all.arp_announce',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_nonlocal_bind',
  'net.ipv6.conf.all.disable_ipv6',
  'net.ipv6.ip_nonlocal_bind',
  'net.ipv4.vs.conntrack',
  'net.ipv4.vs.conn_reuse_mode',
  'net.ipv4.vs.expire_nodest_conn',
  'net.ipv4.vs.expire_quiescent_template',
  'net.ipv4.vs.sync_threshold',
  'net.netfilter.nf_conntrack_acct',
  'net.netfilter.nf_conntrack_buckets',
  'net.netfilter.nf_conntrack_count',
  'net.netfilter.nf_conntrack_max',
  'net.netfilter.nf_conntrack_tcp_be_liberal',
  'net.netfilter.nf_conntrack_tcp_loose',
  'net.netfilter.nf_conntrack_tcp_timeout_close_wait',
  'net.netfilter.nf_conntrack_tcp_timeout_established',
  'net.netfilter.nf_conntrack_udp_timeout',
  'net.netfilter.nf_conntrack_udp_timeout_stream',
];

/** Settings of each device that decide whether its packets are taken, and where to they may go. */
const deviceSettings: readonly string[] = ['rp_filter', 'route_localnet', 'accept_local', 'forwarding'];
const deviceFolder = '/proc/sys/net/ipv4/conf';

/** Nodes have hundreds of devices: as many files are read at once as Node.js has threads for. */
const filesAtOnce = 4;

/**
 * Reads the settings from /proc/sys into lines `NAME = VALUE`, as sysctl(8) prints them; those not there are left out.
 * @param devices whether those of each device are read too
 */
export function sysctlReader(machine: Machine, devices: 'withDevices' | 'withoutDevices'): PartReader {
  const identity = { id: 'sysctls', kind: 'sysctls' } as const;
  return {
    identity,
    read: async (): Promise<SnapshotPart> => {
      const started = performance.now();
      const limited = concurrencyLimit(filesAtOnce);
      const read = (name: string, path: string): Promise<string> =>
        limited(async () => {
          const file = await machine.readFile(path);
          return file.kind === 'read' ? `${name} = ${file.text.trim()}\n` : '';
        });
      const deviceNames = devices === 'withDevices' ? await machine.listFolder(deviceFolder) : [];
      const lines = await Promise.all([
        ...names.map((name) => read(name, `/proc/sys/${name.replaceAll('.', '/')}`)),
        ...deviceNames.flatMap((device) =>
          deviceSettings
            .map((setting) => ({ setting, name: `net.ipv4.conf.${device.replaceAll('.', '/')}.${setting}` }))
            .filter(({ name }) => !names.includes(name))
            .map(({ setting, name }) => read(name, `${deviceFolder}/${device}/${setting}`)),
        ),
      ]);
      const text = lines.join('');
      if (text === '') {
        return missingPart(identity, {
          code: 'not-readable',
          message: 'None of the settings under /proc/sys could be read.',
          args: { path: '/proc/sys' },
        });
      }
      return { ...identity, source: ['/proc/sys'], status: 'complete', durationMs: performance.now() - started, text };
    },
  };
}
