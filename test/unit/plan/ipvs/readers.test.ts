import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { VirtualServerSigns } from '../../../../agent/plan/ipvs/ownVirtualServers.ts';
import { readConnections } from '../../../../agent/plan/ipvs/readConnections.ts';
import { readIpSets } from '../../../../agent/plan/ipvs/readIpSets.ts';
import { readServiceDevice } from '../../../../agent/plan/ipvs/readServiceDevice.ts';
import { readVirtualServers } from '../../../../agent/plan/ipvs/readVirtualServers.ts';

const sets = `create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 2048 maxelem 65536 bucketsize 12 initval 0x49701a1b
add KUBE-CLUSTER-IP 10.96.0.10,tcp:80
create KUBE-NODE-PORT-TCP bitmap:port range 0-65535
add KUBE-NODE-PORT-TCP 30080
create KUBE-NODE-PORT-SCTP-HASH hash:ip,port family inet hashsize 1024 maxelem 65536
add KUBE-NODE-PORT-SCTP-HASH 192.168.7.2,sctp:30081
create KUBE-6-LOAD-BALANCER hash:ip,port family inet6 hashsize 1024 maxelem 65536
add KUBE-6-LOAD-BALANCER 2001:db8::1,tcp:443
create KUBE-SRC-ABCDEFGH hash:ip family inet hashsize 1024 maxelem 65536
create mine hash:ip family inet hashsize 1024 maxelem 65536
`;

describe('reading the sets of ipvs mode', () => {
  it("takes kube-proxy's of the family, by their names", () => {
    assert.deepEqual(
      [...readIpSets(sets, 'ipv4').keys()],
      ['KUBE-CLUSTER-IP', 'KUBE-NODE-PORT-TCP', 'KUBE-NODE-PORT-SCTP-HASH'],
    );
    assert.deepEqual(
      [...readIpSets(sets, 'ipv6').values()],
      [
        {
          name: 'KUBE-6-LOAD-BALANCER',
          type: 'hash:ip,port',
          options: 'family inet6 maxelem 65536',
          entries: new Set(['2001:db8::1,tcp:443']),
        },
      ],
    );
  });

  it('takes what an older kube-proxy left', () => {
    assert.deepEqual(
      [...readIpSets('create KUBE-NODE-PORT-SCTP bitmap:port range 0-65535\n', 'ipv4').keys()],
      ['KUBE-NODE-PORT-SCTP'],
    );
  });

  it('leaves out nothing that a set may differ in', () => {
    const text =
      'create KUBE-IPVS-IPS hash:ip family inet hashsize 1024 maxelem 65536 timeout 300 counters bucketsize 12\n';
    assert.equal(
      readIpSets(text, 'ipv4').get('KUBE-IPVS-IPS')?.options,
      'family inet maxelem 65536 timeout 300 counters',
    );
  });
});

describe('reading kube-ipvs0', () => {
  const json = JSON.stringify([
    { ifname: 'lo', addr_info: [{ local: '127.0.0.1', prefixlen: 8 }] },
    {
      ifname: 'kube-ipvs0',
      addr_info: [
        { local: '10.96.0.10', prefixlen: 32 },
        { local: 'fd00::a', prefixlen: 128 },
        { local: '10.97.0.1', prefixlen: 24 },
      ],
    },
  ]);
  const text = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    inet 127.0.0.1/8 scope host lo
3: kube-ipvs0: <BROADCAST,NOARP> mtu 1500 qdisc noop state DOWN group default
    link/ether 9e:38:e1:64:5f:af brd ff:ff:ff:ff:ff:ff
    inet 10.96.0.10/32 scope global kube-ipvs0
    inet 10.97.0.1/24 scope global kube-ipvs0
    inet6 fd00::a/128 scope global
4: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500
    inet 192.168.7.2/24 scope global eth0
`;
  for (const [form, dump] of [
    ['JSON', json],
    ['text', text],
  ] as const) {
    it(`takes its addresses of the family out of ${form}`, () => {
      assert.deepEqual(readServiceDevice(dump, 'ipv4')?.addresses, new Set(['10.96.0.10', '10.97.0.1/24']));
      assert.deepEqual(readServiceDevice(dump, 'ipv6')?.addresses, new Set(['fd00::a']));
    });
  }

  it('tells a device without addresses from none', () => {
    assert.deepEqual(readServiceDevice('[{"ifname":"kube-ipvs0"}]', 'ipv4')?.addresses, new Set());
    assert.equal(readServiceDevice('[{"ifname":"lo"}]', 'ipv4'), undefined);
    assert.equal(readServiceDevice('[{"ifname":', 'ipv4'), undefined);
    assert.equal(readServiceDevice('', 'ipv4'), undefined);
  });
});

describe('reading virtual servers', () => {
  const save = `-A -t 10.96.0.10:80 -s mh -p 60 -M 255.255.255.0 -b mh-port,mh-fallback
-a -t 10.96.0.10:80 -r 10.244.0.2:8080 -m -w 1
-a -t 10.96.0.10:80 -r 10.244.0.3:8080 -m -w 0
-A -t 192.168.7.2:30080 -s rr
-A -u 192.168.7.2:30080 -s rr -o
-A --sctp-service 192.168.7.2:30081 -s rr
-A -t 203.0.113.1:443 -s wlc
-A -u 10.96.0.53:53 -s rr
-A -t [2001:db8::1]:443 -s rr
-A -f 7 -s rr
`;
  const signs = (family: 'ipv4' | 'ipv6', more: Partial<VirtualServerSigns> = {}): VirtualServerSigns => ({
    ipsets: readIpSets(sets, family),
    serviceDevice: { name: 'kube-ipvs0', addresses: new Set(['10.96.0.53']) },
    ...more,
  });
  const keys = (more?: Partial<VirtualServerSigns>) => [
    ...readVirtualServers(save, 'ipv4', signs('ipv4', more)).keys(),
  ];

  it('takes those that the sets or the device tell of, and leaves others alone', () => {
    assert.deepEqual(keys(), [
      'tcp 10.96.0.10:80',
      'tcp 192.168.7.2:30080',
      'sctp 192.168.7.2:30081',
      'udp 10.96.0.53:53',
    ]);
    assert.deepEqual([...readVirtualServers(save, 'ipv6', signs('ipv6')).keys()], ['tcp [2001:db8::1]:443']);
  });

  it('leaves excluded blocks alone, and takes what it is told to', () => {
    assert.ok(!keys({ excludeCidrs: ['192.168.7.0/24', 'fd00::/8'] }).some((key) => key.includes('192.168.7.2')));
    assert.ok(keys({ alsoOwn: new Set(['tcp 203.0.113.1:443']) }).includes('tcp 203.0.113.1:443'));
  });

  it('reads all that makes a difference', () => {
    const servers = readVirtualServers(save, 'ipv4', signs('ipv4', { alsoOwn: { has: () => true } }));
    assert.deepEqual(servers.get('tcp 10.96.0.10:80'), {
      protocol: 'tcp',
      address: '10.96.0.10:80',
      scheduler: 'mh',
      persistenceSeconds: 60,
      persistenceMask: '255.255.255.0',
      flags: ['mh-fallback', 'mh-port'],
      realServers: new Map([
        ['10.244.0.2:8080', 1],
        ['10.244.0.3:8080', 0],
      ]),
    });
    assert.deepEqual(servers.get('udp 192.168.7.2:30080')?.flags, ['ops']);
  });
});

describe('reading the connections of ipvs', () => {
  it('counts those that go on, of both families, by virtual and real server', () => {
    const text = `Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData
TCP 0A600001 0000 0A600001 0050 0AF40002 1F90 ASSURED          57
UDP C0A80702 E6BB 0A600001 0035 0AF40002 1F75 UDP             295
TCP fd00:0000:0000:0000:0000:0000:0000:0001 D6B6 fd00:0000:0000:0000:0000:0000:0000:0001 0050 fd00:0244:0000:0000:0000:0000:0000:0002 1F90 ESTABLISHED     897
TCP 0A600001 A81E 0A600001 0050 0AF40002 1F90 ESTABLISHED     897
TCP 0A600001 A81F 0A600001 0050 0AF40002 1F90 FIN_WAIT        111
TCP 0A600001 A820 0A600001 0050 0AF40002 1F90 TIME_WAIT       111
TCP 0A600001 A821 0A600001 0050 0AF40003 1F90 CLOSE             9
SCTP 0A600001 A822 FF600001 0050 0AF40003 1F90 ESTABLISHED     897
`;
    assert.deepEqual(
      readConnections(text),
      new Map([
        ['udp 10.96.0.1:53', new Map([['10.244.0.2:8053', 1]])],
        ['tcp [fd00::1]:80', new Map([['[fd00:244::2]:8080', 1]])],
        ['tcp 10.96.0.1:80', new Map([['10.244.0.2:8080', 2]])],
        ['sctp 255.96.0.1:80', new Map([['10.244.0.3:8080', 1]])],
      ]),
    );
    assert.equal(readConnections('').size, 0);
  });
});
