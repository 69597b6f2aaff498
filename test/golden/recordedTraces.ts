import type { IpFamily } from '../../agent/model/address.ts';
import type { Snapshot, SnapshotPart } from '../../agent/model/snapshot.ts';
import { readServiceDevice } from '../../agent/plan/ipvs/readServiceDevice.ts';
import { goldenSnapshot } from '../fakes/goldenSnapshot.ts';
import { partWith } from '../fakes/models.ts';

/** What each mode's kube-proxy sets, and what a node has beside that. */
const sysctls: Readonly<Record<string, readonly string[]>> = {
  iptables: ['net.ipv4.conf.all.route_localnet = 1'],
  ipvs: [
    'net.ipv4.vs.conntrack = 1',
    'net.ipv4.vs.expire_nodest_conn = 1',
    'net.ipv4.vs.expire_quiescent_template = 1',
  ],
  nftables: [],
};

const commonSysctls = [
  'net.ipv4.ip_forward = 1',
  'net.ipv6.conf.all.forwarding = 1',
  'net.ipv4.conf.default.route_localnet = 0',
  'net.ipv4.conf.all.rp_filter = 0',
  'net.ipv4.conf.default.rp_filter = 0',
];

const addresses = `1: lo    inet 127.0.0.1/8 scope host lo
1: lo    inet6 ::1/128 scope host
2: ens3    inet 10.0.2.15/24 scope global ens3
2: ens3    inet6 2001:db8:f::15/64 scope global
2: ens3    inet6 fec0::5054:ff:fe12:3456/64 scope site
`;

interface RouteObject {
  readonly [key: string]: unknown;
}

const routes: Readonly<Record<IpFamily, readonly RouteObject[]>> = {
  ipv4: [
    { dst: 'default', gateway: '10.0.2.2', dev: 'ens3' },
    { dst: '10.0.2.0/24', dev: 'ens3', scope: 'link', prefsrc: '10.0.2.15' },
    { dst: '10.244.0.250', dev: 'veth1', scope: 'link' },
    { type: 'local', dst: '127.0.0.0/8', dev: 'lo', table: 'local', scope: 'host', prefsrc: '127.0.0.1' },
    { type: 'local', dst: '10.0.2.15', dev: 'ens3', table: 'local', scope: 'host', prefsrc: '10.0.2.15' },
  ],
  ipv6: [
    { dst: 'default', gateway: '2001:db8:f::2', dev: 'ens3', metric: 1024 },
    { dst: '2001:db8:f::/64', dev: 'ens3', metric: 256 },
    { dst: 'fd00:10:244::fa', dev: 'veth1', metric: 1024 },
    { type: 'local', dst: '::1', dev: 'lo', table: 'local', metric: 0 },
    { type: 'local', dst: '2001:db8:f::15', dev: 'ens3', table: 'local', metric: 0 },
    { type: 'local', dst: 'fec0::5054:ff:fe12:3456', dev: 'ens3', table: 'local', metric: 0 },
  ],
};

/** The recorded rules of a case in a mode, on a node with the addresses that it was recorded on. */
export function recordedNode(name: string, mode: string): Snapshot {
  const rules = goldenSnapshot(name, mode, 'kube-ipvs0.txt');
  const device = mode === 'ipvs' ? textOf(goldenSnapshot(name, mode)) : '';
  const network: SnapshotPart[] = (['ipv4', 'ipv6'] as const).map((family) => {
    const bound = [...(readServiceDevice(device, family)?.addresses ?? [])].map((ip) => ({
      type: 'local',
      dst: ip,
      dev: 'kube-ipvs0',
      table: 'local',
      ...(family === 'ipv4' ? { scope: 'host', prefsrc: ip } : { metric: 0 }),
    }));
    return partWith(`routes-${family}`, 'routes', JSON.stringify([...routes[family], ...bound]), { family });
  });
  const settings = [...commonSysctls, ...(sysctls[mode] ?? [])].map((line) => `${line}\n`).join('');
  return {
    ...rules,
    parts: [
      ...rules.parts,
      partWith('addresses', 'addresses', addresses + device),
      ...network,
      partWith('sysctls', 'sysctls', settings),
    ],
  };
}

function textOf({ parts }: Snapshot): string {
  return parts.find(({ id }) => id === 'kube-ipvs0.txt')?.text ?? '';
}
