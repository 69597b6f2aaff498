import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interpretSnapshot } from '../../../agent/interpret/interpretSnapshot.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';
import { natDump, part, snapshotOf } from './dumps.ts';

const rules = (ip: string, endpoint: string, prefix: number) => `
  -A PREROUTING -j KUBE-SERVICES
  -A KUBE-SERVICES -d ${ip}/${prefix} -p tcp -m comment --comment "default/web:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAAAAAAAAAAAAAA
  -A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
  -A KUBE-NODEPORTS -p tcp -m comment --comment "default/web:http" -m tcp --dport 30080 -j KUBE-SVC-AAAAAAAAAAAAAAAA
  -A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "default/web:http -> ${endpoint}" -j KUBE-SEP-AAAAAAAAAAAAAAAA
  -A KUBE-SEP-AAAAAAAAAAAAAAAA -p tcp -m comment --comment "default/web:http" -m tcp -j DNAT --to-destination ${endpoint}`;

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    clusterIP: '10.96.0.9',
    clusterIPs: ['10.96.0.9', 'FD00::0:9'],
    ports: [{ name: 'http', port: 80, nodePort: 30080 }],
  },
};

describe('a Service of both families', () => {
  it('is one in iptables mode', () => {
    const ipv6 = natDump(rules('fd00::9', '[fd00:1::1]:8080', 128), 'nf_tables', 'ip6tables-save');
    const { services } = interpretSnapshot(
      snapshotOf(natDump(rules('10.96.0.9', '10.244.0.1:8080', 32)), { ...ipv6, family: 'ipv6' }),
      { mode: 'auto' },
    );
    assert.equal(services.length, 1);
    assert.deepEqual(
      services[0]?.frontends.map(({ kind, family, ip }) => [kind, family, ip]),
      [
        ['clusterIP', 'ipv4', '10.96.0.9'],
        ['nodePort', 'ipv4', undefined],
        ['clusterIP', 'ipv6', 'fd00::9'],
        ['nodePort', 'ipv6', undefined],
      ],
    );
    assert.deepEqual(
      services[0].endpoints.map(({ family, ip, port, share }) => [family, ip, port, share]),
      [
        ['ipv4', '10.244.0.1', 8080, 1],
        ['ipv6', 'fd00:1::1', 8080, 1],
      ],
    );
  });

  it('tells the family by addresses when the dump has no heading', () => {
    const text = natDump(rules('fd00::9', '[fd00:1::1]:8080', 128)).text.replaceAll(/^#.*\n/gm, '');
    const { services } = interpretSnapshot(snapshotOf(part('rules', 'iptables-save', text)), { mode: 'auto' });
    assert.deepEqual([...new Set(services[0]?.frontends.map(({ family }) => family))], ['ipv6']);
  });

  it('is one in ipvs mode when the objects name it', () => {
    const save = part(
      'ipvsadm-save',
      'ipvsadm-save',
      '-A -t 10.96.0.9:80 -s rr\n-a -t 10.96.0.9:80 -r 10.244.0.1:8080 -m -w 1\n-A -t [fd00::9]:80 -s rr\n-a -t [fd00::9]:80 -r [fd00:1::1]:8080 -m -w 3\n-a -t [fd00::9]:80 -r [fd00:1::2]:8080 -m -w 1\n-A -t 10.1.0.5:30080 -s rr\n',
    );
    const sets = part(
      'ipset-save',
      'ipset-save',
      'create KUBE-CLUSTER-IP hash:ip,port family inet\nadd KUBE-CLUSTER-IP 10.96.0.9,tcp:80\ncreate KUBE-6-CLUSTER-IP hash:ip,port family inet6\nadd KUBE-6-CLUSTER-IP fd00::9,tcp:80\ncreate KUBE-NODE-PORT-TCP bitmap:port range 0-65535\nadd KUBE-NODE-PORT-TCP 30080\n',
    );
    const { objects } = readObjects(JSON.stringify(service), 'objects');
    const { services } = interpretSnapshot(snapshotOf(save, sets), { mode: 'auto', objects });
    assert.equal(services.length, 1);
    assert.deepEqual(
      services[0]?.endpoints.map(({ ip, share, weight }) => [ip, share, weight]),
      [
        ['10.244.0.1', 1, 1],
        ['fd00:1::1', 0.75, 3],
        ['fd00:1::2', 0.25, 1],
      ],
    );
    assert.deepEqual(
      services[0].frontends.map(({ kind, ip }) => `${kind} ${ip}`),
      ['clusterIP 10.96.0.9', 'nodePort 10.1.0.5', 'clusterIP fd00::9'],
    );
  });

  it('knows a local SCTP node port of IPv6 by its set, whose name is cut', () => {
    const save = part('ipvsadm-save', 'ipvsadm-save', '-A --sctp-service [fd00:2::5]:30009 -s rr\n');
    const sets = part(
      'ipset-save',
      'ipset-save',
      'create KUBE-6-NODE-PORT-LOCAL-SCTP-HAS hash:ip,port family inet6\nadd KUBE-6-NODE-PORT-LOCAL-SCTP-HAS fd00:2::5,sctp:30009\n',
    );
    const [service] = interpretSnapshot(snapshotOf(save, sets), { mode: 'auto' }).services;
    assert.deepEqual(
      service?.frontends.map(({ kind, kindAssumed, localOnly }) => [kind, kindAssumed, localOnly]),
      [['nodePort', undefined, true]],
    );
  });

  it('of a firewall mark is a virtual server and no Service', () => {
    const save = part('ipvsadm-save', 'ipvsadm-save', '-A -f 7 -s wlc\n-a -f 7 -r 10.244.0.1:0 -g -w 2\n');
    const model = interpretSnapshot(snapshotOf(save), { mode: 'ipvs' });
    assert.deepEqual(model.services, []);
    assert.deepEqual(
      model.virtualServers.map(({ protocol, mark, realServers }) => [protocol, mark, realServers[0]?.forwarding]),
      [['fwmark', 7, 'route']],
    );
  });

  it('knows which endpoints are on the node from the objects', () => {
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      addressType: 'IPv4',
      metadata: { name: 'web-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'web' } },
      ports: [{ name: 'http', port: 8080 }],
      endpoints: [{ addresses: ['10.244.0.1'], nodeName: 'node-1' }],
    };
    const { objects } = readObjects(`${JSON.stringify(service)}\n${JSON.stringify(slice)}`, 'objects');
    const snapshot = snapshotOf(natDump(rules('10.96.0.9', '10.244.0.1:8080', 32)));
    const local = (nodeName: string | undefined) =>
      interpretSnapshot(snapshot, { mode: 'auto', objects, nodeName }).services[0]?.endpoints[0]?.local;
    assert.deepEqual([local('node-1'), local('node-2'), local(undefined)], [true, false, undefined]);
  });
});

describe('counters', () => {
  it('of iptables stand at frontends and endpoints', () => {
    const dump = natDump(rules('10.96.0.9', '10.244.0.1:8080', 32).replaceAll('-A KUBE-SE', '[7:420] -A KUBE-SE'));
    const { services } = interpretSnapshot(snapshotOf(dump), { mode: 'auto' });
    assert.deepEqual(services[0]?.frontends[0]?.counters, { packets: 7, bytes: 420 });
    assert.deepEqual(services[0].endpoints[0]?.counters, { packets: 7, bytes: 420 });
  });

  it('of ipvs are joined from the statistics', () => {
    const save = part(
      'ipvsadm-save',
      'ipvsadm-save',
      '-A -t 10.96.0.9:80 -s rr\n-a -t 10.96.0.9:80 -r 10.244.0.1:8080 -m -w 1\n',
    );
    const stats = part(
      'ipvsadm-stats',
      'ipvsadm-stats',
      `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes
  -> RemoteAddress:Port
TCP  10.96.0.9:80                        3       12        9     1200      900
  -> 10.244.0.1:8080                     3       11        9     1100      900
`,
    );
    const { services, virtualServers } = interpretSnapshot(snapshotOf(save, stats), { mode: 'ipvs' });
    assert.deepEqual(virtualServers[0]?.counters, { packets: 12, bytes: 1200 });
    assert.deepEqual(services[0]?.frontends[0]?.counters, { packets: 12, bytes: 1200 });
    assert.deepEqual(services[0].endpoints[0]?.counters, { packets: 11, bytes: 1100 });
  });
});
