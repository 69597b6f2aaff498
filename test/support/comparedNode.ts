import { type GivenObjects, NodeModes } from '../../agent/compare/nodeModes.ts';
import { snapshotWith } from '../../agent/compare/snapshotWith.ts';
import { compileRules } from '../../agent/compile/compileRules.ts';
import { completeProxyOptions } from '../../agent/compile/defaultProxyOptions.ts';
import type { ProxyOptions } from '../../agent/compile/proxyOptions.ts';
import { interpretSnapshot } from '../../agent/interpret/interpretSnapshot.ts';
import { parseSnapshot } from '../../agent/interpret/parseSnapshot.ts';
import type { ServiceMode } from '../../agent/model/serviceRules.ts';
import type { Snapshot, SnapshotPart } from '../../agent/model/snapshot.ts';
import type { KubernetesObjects } from '../../agent/objects/kubernetesObjects.ts';
import { partWith, snapshotOf } from '../fakes/models.ts';

const devices = [
  { name: 'lo', addresses: ['127.0.0.1/8', '::1/128'] },
  { name: 'eth0', addresses: ['192.168.7.2/24', '2001:db8:f::2/64'] },
  { name: 'eth1', addresses: ['172.20.0.2/24'] },
  { name: 'veth1', addresses: [] },
  { name: 'veth2', addresses: [] },
];

function addressInfo(text: string): object {
  const [local = '', bits] = text.split('/');
  const family = local.includes(':') ? 'inet6' : 'inet';
  return { family, local, prefixlen: Number(bits), scope: /^(127|::1)/.test(local) ? 'host' : 'global' };
}

const routes4 = [
  { dst: 'default', gateway: '192.168.7.1', dev: 'eth0' },
  { dst: '192.168.7.0/24', dev: 'eth0', scope: 'link', prefsrc: '192.168.7.2' },
  { dst: '172.20.0.0/24', dev: 'eth1', scope: 'link', prefsrc: '172.20.0.2' },
  { dst: '10.244.1.0/24', gateway: '192.168.7.3', dev: 'eth0' },
  { dst: '10.244.0.9', dev: 'veth1', scope: 'link' },
  { dst: '10.244.0.2', dev: 'veth2', scope: 'link' },
  { type: 'local', dst: '127.0.0.0/8', dev: 'lo', table: 'local', scope: 'host', prefsrc: '127.0.0.1' },
  { type: 'local', dst: '127.0.0.1', dev: 'lo', table: 'local', scope: 'host', prefsrc: '127.0.0.1' },
  { type: 'local', dst: '192.168.7.2', dev: 'eth0', table: 'local', scope: 'host', prefsrc: '192.168.7.2' },
  { type: 'local', dst: '172.20.0.2', dev: 'eth1', table: 'local', scope: 'host', prefsrc: '172.20.0.2' },
];

const sysctls = [
  'net.ipv4.ip_forward = 1',
  'net.ipv6.conf.all.forwarding = 1',
  'net.bridge.bridge-nf-call-iptables = 1',
  'net.ipv4.conf.all.route_localnet = 0',
  'net.ipv4.conf.default.route_localnet = 0',
  'net.ipv4.conf.all.rp_filter = 0',
  'net.ipv4.conf.default.rp_filter = 0',
];

/** Everything of a node but rules: two network devices, and pods 10.244.0.2 and 10.244.0.9. */
const networkParts: readonly SnapshotPart[] = [
  partWith(
    'addresses.json',
    'addresses',
    JSON.stringify(
      devices.map(({ name, addresses }) => ({
        ifname: name,
        flags: name === 'lo' ? ['LOOPBACK', 'UP', 'LOWER_UP'] : ['BROADCAST', 'UP', 'LOWER_UP'],
        addr_info: addresses.map(addressInfo),
      })),
    ),
  ),
  partWith('routes.json', 'routes', JSON.stringify(routes4), { family: 'ipv4' }),
  partWith(
    'rules.json',
    'routing-rules',
    '[{"priority":0,"src":"all","table":"local"},{"priority":32766,"src":"all","table":"main"}]',
    { family: 'ipv4' },
  ),
  partWith('sysctls', 'sysctls', `${sysctls.join('\n')}\n`),
];

/** What kube-proxy on that node is told. */
export const nodeOptions: ProxyOptions = completeProxyOptions(
  {
    nodeName: 'node-a',
    nodeIps: ['192.168.7.2'],
    localDetector: { kind: 'clusterCidr', cidrs: ['10.244.0.0/16'] },
  },
  {
    addresses: devices.flatMap(({ name, addresses }) =>
      addresses.map((text) => {
        const [ip = '', bits] = text.split('/');
        return { ip, prefixLength: Number(bits), interfaceName: name };
      }),
    ),
    nfacctCounters: new Set(),
    conntrackTcpLiberal: false,
    masqueradeRandomFully: true,
  },
);

/** That node with Services in a mode; `others` are parts with rules that stand there besides. */
export function nodeSnapshot(
  objects: KubernetesObjects,
  mode: ServiceMode,
  options: ProxyOptions = nodeOptions,
  others: readonly SnapshotPart[] = [],
): Snapshot {
  return snapshotWith(parseSnapshot(snapshotOf(...networkParts, ...others)), compileRules(objects, options, mode));
}

/** Its modes. */
export function modesOf(snapshot: Snapshot, given: GivenObjects = {}): NodeModes {
  return new NodeModes(parseSnapshot(snapshot), interpretSnapshot(snapshot, { mode: 'auto' }), given);
}
