import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PacketRequest } from '../../../../agent/model/packetTrace.ts';
import { tracePacket } from '../../../../agent/trace/tracePacket.ts';
import {
  base,
  chains,
  dnat,
  fakeNode,
  fromNode,
  fromOutside,
  fromPod,
  ip,
  network,
  programs,
  stopped,
  to,
  ways,
} from './fakeNode.ts';

const none = programs();

function ends(request: PacketRequest, settings: Readonly<Record<string, string>> = {}): string[] {
  return stopped(tracePacket(fakeNode(none, { network: network(settings) }), request));
}

describe('a packet that comes in', () => {
  const cases: readonly [name: string, request: PacketRequest, settings: Record<string, string>, expected: string][] = [
    ['is forwarded', { ...fromOutside, destination: '10.244.0.3' }, {}, 'accept'],
    [
      'is not forwarded by a node that does not',
      { ...fromOutside, destination: '10.244.0.3' },
      { 'net.ipv4.ip_forward': '0' },
      'drop forwarding-off',
    ],
    [
      'is the node’s own without forwarding',
      { ...fromOutside, destination: '192.0.2.10' },
      { 'net.ipv4.ip_forward': '0' },
      'accept',
    ],
    [
      'may come from elsewhere with a loose reverse path filter',
      { ...fromPod, from: { kind: 'external', ip: '10.244.0.9', device: 'eth0' }, destination: '192.0.2.10' },
      { 'net.ipv4.conf.all.rp_filter': '2' },
      'accept',
    ],
    [
      'comes from where the way back leads with a strict one',
      { ...fromPod, from: { kind: 'external', ip: '10.244.0.9', device: 'eth0' }, destination: '192.0.2.10' },
      { 'net.ipv4.conf.eth0.rp_filter': '1' },
      'drop reverse-path',
    ],
    [
      'comes from somewhere with a loose one',
      { ...fromPod, from: { kind: 'external', ip: '203.0.113.1', device: 'eth0' }, destination: '192.0.2.10' },
      { 'net.ipv4.conf.all.rp_filter': '2' },
      'drop no-way-back',
    ],
    [
      'does not come from the node itself',
      { ...fromPod, from: { kind: 'external', ip: '192.0.2.10', device: 'eth0' }, destination: '10.244.0.3' },
      {},
      'drop own-source',
    ],
    [
      'does not, through whatever device',
      { ...fromPod, from: { kind: 'external', ip: '192.0.2.10' }, destination: '10.244.0.3' },
      {},
      'drop own-source',
    ],
    [
      'does so where that is allowed',
      { ...fromPod, from: { kind: 'external', ip: '192.0.2.10', device: 'eth0' }, destination: '10.244.0.3' },
      { 'net.ipv4.conf.eth0.accept_local': '1' },
      'accept',
    ],
    ['does not reach loopback', { ...fromOutside, destination: '127.0.0.1' }, {}, 'drop loopback-from-outside'],
    [
      'reaches it with route_localnet',
      { ...fromOutside, destination: '127.0.0.1' },
      { 'net.ipv4.conf.eth0.route_localnet': '1' },
      'accept',
    ],
    ['has no route', { ...fromPod, destination: '203.0.113.1' }, {}, 'icmp-net-unreachable'],
    ['has a route that is unreachable', { ...fromPod, destination: '203.0.113.2' }, {}, 'icmp-host-unreachable'],
    ['has a route that is prohibited', { ...fromPod, destination: '203.0.113.3' }, {}, 'icmp-admin-prohibited'],
    ['has a route into nothing', { ...fromPod, destination: '203.0.113.4' }, {}, 'drop'],
    [
      'is told nothing by a node that does not forward',
      { ...fromPod, destination: '203.0.113.1' },
      { 'net.ipv4.ip_forward': '0' },
      'drop forwarding-off',
    ],
  ];
  for (const [name, request, settings, expected] of cases) {
    it(name, () => assert.deepEqual(ends(request, settings), [expected]));
  }

  it('is routed by where it is translated to', () => {
    const nat = chains({ PREROUTING: [{ if: to('10.96.0.10'), do: dnat('192.0.2.10', 8080) }] });
    const node = fakeNode(programs(base('nat', 'prerouting', nat.get('PREROUTING'))));
    assert.deepEqual(ways(tracePacket(node, fromPod)), [
      '1 accept 10.244.0.9:40000 -> 192.0.2.10:8080 prerouting input',
    ]);
  });

  it('knows its devices at each hook', () => {
    const seen: string[] = [];
    const look = (hook: string) =>
      chains({
        all: [
          {
            if: ({ inDevice, outDevice }) => {
              seen.push(`${hook} ${inDevice} ${outDevice}`);
              return false;
            },
          },
        ],
      }).get('all');
    const rules = programs(
      base('mangle', 'prerouting', look('prerouting')),
      base('mangle', 'forward', look('forward')),
      base('mangle', 'postrouting', look('postrouting')),
    );
    tracePacket(fakeNode(rules), { ...fromOutside, destination: '10.244.0.3' });
    assert.deepEqual(seen, ['prerouting eth0 undefined', 'forward eth0 cni0', 'postrouting eth0 cni0']);
  });
});

describe('a packet of the node', () => {
  it('has the source that its route says', () => {
    assert.deepEqual(ways(tracePacket(fakeNode(none), { ...fromNode, destination: '10.244.0.3' })), [
      '1 accept 10.244.0.1:40000 -> 10.244.0.3:80 output postrouting',
    ]);
    assert.deepEqual(ways(tracePacket(fakeNode(none), { ...fromNode, destination: '192.0.2.10' })), [
      '1 accept 192.0.2.10:40000 -> 192.0.2.10:80 output postrouting prerouting input',
    ]);
  });

  it('does not start without a route', () => {
    assert.deepEqual(ends({ ...fromNode, destination: '203.0.113.1' }), ['drop no-route']);
  });

  it('takes another way when its mark is changed where that counts', () => {
    const mangle = chains({ OUTPUT: [{ mark: 9 }] });
    const marking = (table: string) => fakeNode(programs(base(table, 'output', mangle.get('OUTPUT'))));
    const device = (table: string) => tracePacket(marking(table), fromNode).outcomes[0]?.delivered;
    assert.deepEqual(device('mangle'), { to: 'device', device: 'wg0' });
    assert.deepEqual(device('filter'), { to: 'device', device: 'eth0' });
  });

  it('still has its first device at the output hook after it is translated', () => {
    const seen: (string | undefined)[] = [];
    const look = chains({
      all: [
        {
          if: ({ outDevice }) => {
            seen.push(outDevice);
            return false;
          },
        },
      ],
    }).get('all');
    const nat = chains({ OUTPUT: [{ do: dnat('10.244.0.3') }] });
    const rules = programs(
      base('nat', 'output', nat.get('OUTPUT')),
      base('filter', 'output', look),
      base('mangle', 'postrouting', look),
    );
    tracePacket(fakeNode(rules), fromNode);
    assert.deepEqual(seen, ['eth0', 'cni0']);
  });

  const local: PacketRequest = { ...fromNode, destination: '127.0.0.1' };
  const nat = chains({ OUTPUT: [{ if: to('127.0.0.1'), do: dnat('10.244.0.3') }] });
  const translating = programs(base('nat', 'output', nat.get('OUTPUT')));

  it('does not leave from loopback', () => {
    assert.deepEqual(stopped(tracePacket(fakeNode(translating), local)), ['drop loopback-to-outside']);
  });

  it('leaves from loopback with route_localnet', () => {
    const node = fakeNode(translating, { network: network({ 'net.ipv4.conf.cni0.route_localnet': '1' }) });
    assert.deepEqual(ways(tracePacket(node, local)), ['1 accept 127.0.0.1:40000 -> 10.244.0.3:80 output postrouting']);
  });
});

describe('a packet of IPv6', () => {
  const six = network(
    {},
    {
      route: ({ destination }) => ({
        type: destination.text === '::1' ? 'local' : 'unicast',
        device: destination.text === '::1' ? 'lo' : 'eth0',
        via: undefined,
        preferredSource: destination.text === '::1' ? destination : ip('fd00::10'),
        assumed: undefined,
      }),
    },
  );
  const nat = chains({ OUTPUT: [{ if: to('::1'), do: dnat('fd00::2') }] });
  const node = fakeNode(programs(base('nat', 'output', nat.get('OUTPUT'), { families: ['ipv6'] })), { network: six });

  it('leaves from loopback', () => {
    assert.deepEqual(ways(tracePacket(node, { ...fromNode, destination: '::1' })), [
      '1 accept [::1]:40000 -> [fd00::2]:80 output postrouting',
    ]);
  });

  it('does not come from loopback, before any hook', () => {
    const request = {
      ...fromNode,
      from: { kind: 'external', ip: '::1', device: 'eth0' },
      destination: 'fd00::2',
    } as const;
    assert.deepEqual(stopped(tracePacket(node, request)), ['drop ipv6-loopback-from-outside']);
  });
});

describe('what a snapshot does not tell', () => {
  const unknown = { code: 'routes-missing', message: '', args: {} };
  const blind = network(
    { 'net.ipv4.ip_forward': '1' },
    {
      route: () => ({ type: 'none', device: undefined, via: undefined, preferredSource: undefined, assumed: unknown }),
      addressType: () => undefined,
      localAddresses: undefined,
      setting: () => undefined,
    },
  );

  it('is taken to lead out of the node, and said', () => {
    const trace = tracePacket(fakeNode(none, { network: blind }), fromPod);
    assert.deepEqual(ways(trace), ['1 accept 10.244.0.9:40000 -> 10.96.0.10:80 prerouting forward postrouting']);
    assert.deepEqual(
      trace.assumptions.map(({ code, args }) => `${code} ${args['name'] ?? ''}`.trim()),
      ['routes-missing', 'in-device-not-known', 'setting-assumed net.ipv4.ip_forward', 'addresses-not-known'],
    );
  });

  it('is not said where it does not matter', () => {
    const drop = chains({ PREROUTING: [{ do: 'drop' }] });
    const node = fakeNode(programs(base('raw', 'prerouting', drop.get('PREROUTING'))), {
      network: network({}, { setting: () => undefined }),
    });
    assert.deepEqual(tracePacket(node, fromPod).assumptions, []);
  });
});
