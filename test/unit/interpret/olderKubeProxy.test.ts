import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interpretSnapshot } from '../../../agent/interpret/interpretSnapshot.ts';
import type { ServicePort } from '../../../agent/model/service.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';
import { natDump, snapshotOf } from './dumps.ts';

const common = `
  -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
  -A POSTROUTING -m comment --comment "kubernetes postrouting rules" -j KUBE-POSTROUTING
  -A KUBE-MARK-DROP -j MARK --set-xmark 0x8000/0x8000
  -A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000
  -A KUBE-POSTROUTING -m mark --mark 0x4000/0x4000 -j MASQUERADE
  -A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
`;

function endpointChain(name: string, address: string, comment = '-m comment --comment "default/lb:http" '): string {
  return `
    -A KUBE-SEP-${name} -s ${address.split(':')[0]}/32 ${comment}-j KUBE-MARK-MASQ
    -A KUBE-SEP-${name} -p tcp ${comment}-m tcp -j DNAT --to-destination ${address}`;
}

function read(rules: string, objects?: string): readonly ServicePort[] {
  const model = interpretSnapshot(snapshotOf(natDump(common + rules)), {
    mode: 'auto',
    objects: objects === undefined ? undefined : readObjects(objects, 'objects').objects,
  });
  assert.equal(model.mode, 'iptables');
  assert.deepEqual(model.problems, []);
  return model.services;
}

/** A LoadBalancer Service with external policy Local as Kubernetes 1.21 wrote it. */
const localLoadBalancer = (local: string) => `
  -A KUBE-SERVICES ! -s 10.244.0.0/16 -d 10.96.5.5/32 -p tcp -m comment --comment "default/lb:http cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
  -A KUBE-SERVICES -d 10.96.5.5/32 -p tcp -m comment --comment "default/lb:http cluster IP" -m tcp --dport 80 -j KUBE-SVC-AAAAAAAAAAAAAAAA
  -A KUBE-SERVICES -d 192.0.2.7/32 -p tcp -m comment --comment "default/lb:http loadbalancer IP" -m tcp --dport 80 -j KUBE-FW-AAAAAAAAAAAAAAAA
  -A KUBE-NODEPORTS -s 127.0.0.0/8 -p tcp -m comment --comment "default/lb:http" -m tcp --dport 30080 -j KUBE-MARK-MASQ
  -A KUBE-NODEPORTS -p tcp -m comment --comment "default/lb:http" -m tcp --dport 30080 -j KUBE-XLB-AAAAAAAAAAAAAAAA
  -A KUBE-FW-AAAAAAAAAAAAAAAA -m comment --comment "default/lb:http loadbalancer IP" -j KUBE-XLB-AAAAAAAAAAAAAAAA
  -A KUBE-FW-AAAAAAAAAAAAAAAA -m comment --comment "default/lb:http loadbalancer IP" -j KUBE-MARK-DROP
  -A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "default/lb:http" -m statistic --mode random --probability 0.33332999982 -j KUBE-SEP-B
  -A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "default/lb:http" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-C
  -A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "default/lb:http" -j KUBE-SEP-D
  -A KUBE-XLB-AAAAAAAAAAAAAAAA -s 10.244.0.0/16 -m comment --comment "Redirect pods trying to reach external loadbalancer VIP to clusterIP" -j KUBE-SVC-AAAAAAAAAAAAAAAA
  -A KUBE-XLB-AAAAAAAAAAAAAAAA -m comment --comment "masquerade LOCAL traffic for default/lb:http LB IP" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ
  -A KUBE-XLB-AAAAAAAAAAAAAAAA -m comment --comment "route LOCAL traffic for default/lb:http LB IP to service chain" -m addrtype --src-type LOCAL -j KUBE-SVC-AAAAAAAAAAAAAAAA
  ${local}
  ${endpointChain('B', '10.244.0.1:8080')}
  ${endpointChain('C', '10.244.1.1:8080')}
  ${endpointChain('D', '10.244.2.1:8080')}
`;

describe('rules of older versions of kube-proxy', () => {
  it('KUBE-XLB- chains keep traffic to the node, and five digits of probability mean a third', () => {
    const [service, ...others] = read(
      localLoadBalancer(
        '-A KUBE-XLB-AAAAAAAAAAAAAAAA -m comment --comment "Balancing rule 0 for default/lb:http" -j KUBE-SEP-B',
      ),
    );
    assert.deepEqual(others, []);
    assert.deepEqual(
      service?.frontends.map(({ kind, ip, port, verdict, localOnly, sourceRanges }) => [
        kind,
        ip,
        port,
        verdict,
        localOnly,
        sourceRanges,
      ]),
      [
        ['clusterIP', '10.96.5.5', 80, 'endpoints', false, undefined],
        ['loadBalancerIP', '192.0.2.7', 80, 'endpoints', true, undefined],
        ['nodePort', undefined, 30080, 'endpoints', true, undefined],
      ],
    );
    assert.deepEqual(
      service.endpoints.map(({ ip, share, localShare, local }) => [ip, share, localShare, local]),
      [
        ['10.244.0.1', 1 / 3, 1, true],
        ['10.244.1.1', 1 / 3, undefined, undefined],
        ['10.244.2.1', 1 / 3, undefined, undefined],
      ],
    );
    assert.deepEqual(service.chains.map(({ role }) => role).sort(), [
      'cluster',
      'endpoint',
      'endpoint',
      'endpoint',
      'external',
      'firewall',
    ]);
  });

  it('KUBE-XLB- without local endpoints drops', () => {
    const [service] = read(
      localLoadBalancer(
        '-A KUBE-XLB-AAAAAAAAAAAAAAAA -m comment --comment "default/lb:http has no local endpoints" -j KUBE-MARK-DROP',
      ),
    );
    assert.deepEqual(
      service?.frontends.map(({ kind, verdict }) => [kind, verdict]),
      [
        ['clusterIP', 'endpoints'],
        ['loadBalancerIP', 'drop'],
        ['nodePort', 'drop'],
      ],
    );
  });

  it('external IPs of three rules are one frontend', () => {
    const rule =
      '-A KUBE-SERVICES -d 192.0.2.9/32 -p tcp -m comment --comment "default/lb:http external IP" -m tcp --dport 80';
    const [service] = read(`
      ${rule} -j KUBE-MARK-MASQ
      ${rule} -m physdev ! --physdev-is-in -m addrtype ! --src-type LOCAL -j KUBE-SVC-AAAAAAAAAAAAAAAA
      ${rule} -m addrtype --dst-type LOCAL -j KUBE-SVC-AAAAAAAAAAAAAAAA
      -A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "default/lb:http" -j KUBE-SEP-B
      -A KUBE-NODEPORTS -p tcp -m comment --comment "default/lb:http" -m tcp --dport 30080 -j KUBE-SVC-AAAAAAAAAAAAAAAA
      ${endpointChain('B', '10.244.0.1:8080')}`);
    assert.deepEqual(
      service?.frontends.map(({ kind, ip, localOnly }) => [kind, ip, localOnly]),
      [
        ['externalIP', '192.0.2.9', false],
        ['nodePort', undefined, false],
      ],
    );
    assert.equal(service.port.port, 80);
  });

  it('source ranges of KUBE-FW- that ends in KUBE-MARK-DROP', () => {
    const [service] = read(`
      -A KUBE-SERVICES -d 192.0.2.7/32 -p tcp -m comment --comment "default/lb:http loadbalancer IP" -m tcp --dport 80 -j KUBE-FW-AAAAAAAAAAAAAAAA
      -A KUBE-FW-AAAAAAAAAAAAAAAA -m comment --comment "default/lb:http loadbalancer IP" -j KUBE-MARK-MASQ
      -A KUBE-FW-AAAAAAAAAAAAAAAA -s 198.51.100.0/24 -m comment --comment "default/lb:http loadbalancer IP" -j KUBE-SVC-AAAAAAAAAAAAAAAA
      -A KUBE-FW-AAAAAAAAAAAAAAAA -s 192.0.2.7/32 -m comment --comment "default/lb:http loadbalancer IP" -j KUBE-SVC-AAAAAAAAAAAAAAAA
      -A KUBE-FW-AAAAAAAAAAAAAAAA -m comment --comment "default/lb:http loadbalancer IP" -j KUBE-MARK-DROP
      -A KUBE-SVC-AAAAAAAAAAAAAAAA -m comment --comment "default/lb:http" -j KUBE-SEP-B
      -A KUBE-NODEPORTS -p tcp -m comment --comment "default/lb:http" -m tcp --dport 30080 -j KUBE-SVC-AAAAAAAAAAAAAAAA
      ${endpointChain('B', '10.244.0.1:8080')}`);
    assert.deepEqual(service?.frontends[0]?.sourceRanges, ['198.51.100.0/24']);
  });

  it('node ports that are open on given addresses only', () => {
    const nodePorts = natDump(
      `${common.replace('-m addrtype --dst-type LOCAL', '-d 10.1.0.5/32')}
      -A KUBE-SERVICES -d 10.1.0.6/32 -j KUBE-NODEPORTS
      -A KUBE-NODEPORTS -p tcp -m comment --comment "default/lb:http" -m tcp --dport 30080 -j KUBE-EXT-AAAAAAAAAAAAAAAA
      -A KUBE-EXT-AAAAAAAAAAAAAAAA -j KUBE-SVC-AAAAAAAAAAAAAAAA
      :KUBE-SVC-AAAAAAAAAAAAAAAA`,
    );
    const [service] = interpretSnapshot(snapshotOf(nodePorts), { mode: 'auto' }).services;
    assert.deepEqual(
      service?.frontends.map(({ kind, ip, port }) => [kind, ip, port]),
      [
        ['nodePort', '10.1.0.5', 30080],
        ['nodePort', '10.1.0.6', 30080],
      ],
    );
  });
});

describe('rules without comments', () => {
  // The hash of "default/lb:httptcp".
  const hash = 'JSLCNGWSGB5JPS5Q';
  const rules = `
    -A KUBE-SERVICES -d 10.96.5.5/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-${hash}
    -A KUBE-SERVICES -d 192.0.2.7/32 -p tcp -m tcp --dport 80 -j KUBE-EXT-${hash}
    -A KUBE-NODEPORTS -p tcp -m tcp --dport 30080 -j KUBE-EXT-${hash}
    -A KUBE-EXT-${hash} -j KUBE-MARK-MASQ
    -A KUBE-EXT-${hash} -j KUBE-SVC-${hash}
    -A KUBE-SVC-${hash} -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-B
    -A KUBE-SVC-${hash} -j KUBE-SEP-C
    ${endpointChain('B', '10.244.0.1:8080', '')}
    ${endpointChain('C', '10.244.1.1:8080', '')}`;

  it('are one Service by the hash in the names of its chains', () => {
    const services = read(rules);
    assert.equal(services.length, 1);
    assert.equal(services[0]?.name, '');
    assert.deepEqual(
      services[0]?.frontends.map(({ kind, kindAssumed }) => [kind, kindAssumed]),
      [
        ['clusterIP', undefined],
        ['loadBalancerIP', true],
        ['nodePort', undefined],
      ],
    );
    assert.deepEqual(
      services[0]?.endpoints.map(({ ip, share }) => [ip, share]),
      [
        ['10.244.0.1', 0.5],
        ['10.244.1.1', 0.5],
      ],
    );
  });

  it('get their name from the objects by that hash', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'lb', namespace: 'default' },
      spec: {
        clusterIP: '10.96.5.5',
        externalIPs: ['192.0.2.7'],
        ports: [{ name: 'http', port: 80, nodePort: 30080 }],
      },
    };
    const [service] = read(rules, JSON.stringify(object));
    assert.equal(`${service?.namespace}/${service?.name}:${service?.port.name}`, 'default/lb:http');
    assert.deepEqual(
      service?.frontends.map(({ kind, kindAssumed }) => [kind, kindAssumed]),
      [
        ['clusterIP', undefined],
        ['externalIP', undefined],
        ['nodePort', undefined],
      ],
    );
  });
});

describe('the userspace mode', () => {
  it('shows Services without endpoints', () => {
    const snapshot = snapshotOf(
      natDump(`
        -A PREROUTING -j KUBE-PORTALS-CONTAINER
        -A PREROUTING -m addrtype --dst-type LOCAL -j KUBE-NODEPORT-CONTAINER
        -A OUTPUT -j KUBE-PORTALS-HOST
        -A KUBE-NODEPORT-CONTAINER -p tcp -m comment --comment "default/web:http" -m tcp --dport 30080 -j REDIRECT --to-ports 41234
        -A KUBE-PORTALS-CONTAINER -d 10.0.0.9/32 -p tcp -m comment --comment "default/web:http" -m tcp --dport 80 -j REDIRECT --to-ports 41233
        -A KUBE-PORTALS-HOST -d 10.0.0.9/32 -p tcp -m comment --comment "default/web:http" -m tcp --dport 80 -j DNAT --to-destination 10.1.0.5:41233`),
    );
    const model = interpretSnapshot(snapshot, { mode: 'auto' });
    assert.equal(model.mode, 'userspace');
    assert.deepEqual(model.problems, []);
    assert.deepEqual(
      model.services.map(({ namespace, name, port, frontends, endpoints }) => [
        `${namespace}/${name}:${port.name}`,
        port.port,
        frontends.map(({ kind, ip, port: number }) => `${kind} ${ip ?? '*'} ${number}`),
        endpoints.length,
      ]),
      [['default/web:http', 80, ['clusterIP 10.0.0.9 80', 'nodePort * 30080'], 0]],
    );
  });
});
