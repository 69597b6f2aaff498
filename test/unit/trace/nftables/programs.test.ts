import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nftablesPrograms } from '../../../../agent/trace/nftables/nftablesPrograms.ts';
import { surroundings, tracedAddress, tracedPacket } from '../iptables/ruleSupport.ts';
import { baseChain, nftPart, programsOf } from './nftSupport.ts';

const text = `table inet firewall {
  comment "of a test"
  flowtable ft { hook ingress priority 0; devices = { eth0 }; }
  chain before { type filter hook prerouting priority raw; policy accept; }
  chain names { type nat hook output priority dstnat - 10; policy accept; }
  chain routes { type route hook output priority mangle; policy drop; }
  chain in { type filter hook input priority filter + 5; policy drop; iifname "lo" accept comment "own" }
  chain early { type filter hook ingress device "eth0" priority -500; policy accept; accept }
  chain plain { drop }
}
table ip nat {
  chain PREROUTING { type nat hook prerouting priority dstnat; policy accept; }
}
table ip6 six {
  chain six-forward { type filter hook forward priority 0; policy accept; counter packets 3 bytes 180 drop }
}
table bridge b { chain b { type filter hook forward priority 0; policy drop; } }
table arp a { chain a { type filter hook input priority 0; policy drop; } }
table netdev n { chain n { type filter hook ingress device eth0 priority 0; policy accept; drop } }
table ip sleeping { flags dormant; chain s { type filter hook input priority 0; policy drop; } }
`;

describe('base chains', () => {
  const programs = programsOf(text, ['ip nat']);

  it('have hook, priority, type, families and policy', () => {
    assert.deepEqual(
      programs.baseChains.map(({ program, hook, priority, type, families, table, policy }) =>
        [program.name, hook, priority, type, families.join('+'), table, policy].join(' | '),
      ),
      [
        'before | prerouting | -300 | filter | ipv4+ipv6 | inet firewall | accept',
        'names | output | -110 | nat | ipv4+ipv6 | inet firewall | accept',
        'routes | output | -150 | route | ipv4+ipv6 | inet firewall | drop',
        'in | input | 5 | filter | ipv4+ipv6 | inet firewall | drop',
        'six-forward | forward | 0 | filter | ipv6 | ip6 six | accept',
      ],
    );
  });

  it('at network devices are named as missing', () => {
    assert.deepEqual(
      programs.missing.map(({ code, args }) => [code, args]),
      [
        ['device-chain-not-simulated', { table: 'inet firewall', chain: 'early' }],
        ['device-chain-not-simulated', { table: 'netdev n', chain: 'n' }],
      ],
    );
  });

  it('of iptables are there when iptables-save does not have them', () => {
    assert.ok(programsOf(text).baseChains.some(({ table }) => table === 'ip nat'));
  });

  it('lead to the other chains of their table', () => {
    const { program } = baseChain(programs, 'in');
    assert.equal(program.chain('plain')?.ruleText(0), 'drop');
    assert.equal(program.chain('plain')?.chain('in')?.name, 'in');
    assert.equal(program.chain('six-forward'), undefined);
  });

  it('know where their rules stand', () => {
    const { program } = baseChain(programs, 'in');
    assert.equal(program.ruleText(0), 'iifname "lo" accept comment "own"');
    assert.deepEqual(program.ruleLocation(0), { part: 'nft.txt', line: 6, column: 70, length: 33 });
    assert.equal(program.location?.line, 6);
    assert.equal(program.ruleCounters(0), undefined);
    assert.deepEqual(baseChain(programs, 'six-forward').program.ruleCounters(0), { packets: 3, bytes: 180 });
  });
});

describe('what a snapshot lacks', () => {
  it('is the end of a dump that was cut off', () => {
    const { missing } = nftablesPrograms([nftPart('table ip a { chain b {', 'partial')], new Set());
    assert.deepEqual(
      missing.map(({ code, args }) => [code, args]),
      [['nftables-incomplete', { part: 'nft.txt' }]],
    );
  });

  it('is what hashes of packets are', () => {
    const { missing } = programsOf('table ip a { chain b { jhash ip saddr mod 2 vmap { 0 : accept, 1 : drop } } }');
    assert.deepEqual(
      missing.map(({ code }) => code),
      ['hash-shares-assumed'],
    );
  });
});

describe('session affinity', () => {
  const affinity = `table ip kube-proxy {
    set affinity-a { type ipv4_addr; flags dynamic,timeout; timeout 3h; }
    set affinity-b { type ipv4_addr; flags dynamic,timeout; timeout 3h; }
    set seen { type ipv4_addr; flags dynamic; }
    chain prerouting { type nat hook prerouting priority -100; policy accept; jump service }
    chain service {
      ip saddr @affinity-a goto endpoint-a
      ip saddr @affinity-b goto endpoint-b
      numgen random mod 2 vmap { 0 : goto endpoint-a, 1 : goto endpoint-b }
    }
    chain endpoint-a {
      update @affinity-a { ip saddr }
      meta l4proto tcp dnat to 10.0.0.1:8080
    }
    chain endpoint-b {
      update @affinity-b { ip saddr }
      meta l4proto tcp dnat to 10.0.0.2:8080
    }
    chain other { add @seen { ip saddr } }
  }`;
  const programs = programsOf(affinity);

  it('names the sets that remember the clients of an endpoint', () => {
    const lists = (ip: string, port: number) => programs.affinityLists({ address: tracedAddress(ip), port });
    assert.deepEqual(lists('10.0.0.1', 8080), ['ip kube-proxy affinity-a']);
    assert.deepEqual(lists('10.0.0.2', 8080), ['ip kube-proxy affinity-b']);
    assert.deepEqual(lists('10.0.0.2', 8081), []);
  });

  it('sends a client that is remembered to its endpoint', () => {
    const service = baseChain(programs, 'prerouting').program.chain('service');
    const remembered = programs.affinityLists({ address: tracedAddress('10.0.0.2'), port: 8080 });
    const asked = surroundings({ isRemembered: (list) => remembered.includes(list) });
    assert.equal(service?.ask(0, tracedPacket(), asked), undefined);
    assert.deepEqual(service?.ask(1, tracedPacket(), asked)?.[0]?.verdict, { kind: 'goto', chain: 'endpoint-b' });
  });
});

describe('rules of JSON', () => {
  const rule = (expressions: readonly unknown[]) =>
    JSON.stringify({
      nftables: [
        { table: { family: 'inet', name: 't' } },
        { chain: { family: 'inet', table: 't', name: 'c', type: 'filter', hook: 'input', prio: 0, policy: 'accept' } },
        { rule: { family: 'inet', table: 't', chain: 'c', comment: 'why', expr: expressions } },
      ],
    });
  const match = (left: object, right: unknown, op = '==') => ({ match: { op, left, right } });
  const daddr = { payload: { protocol: 'ip', field: 'daddr' } };
  const mark = { meta: { key: 'mark' } };
  const cases: readonly (readonly [expressions: readonly unknown[], text: string])[] = [
    [
      [match({ ct: { key: 'state' } }, ['established', 'related'], 'in'), { accept: null }],
      'ct state established,related accept',
    ],
    [
      [match(daddr, { set: ['10.0.0.1', { prefix: { addr: '10.1.0.0', len: 16 } }] }), { drop: null }],
      'ip daddr { 10.0.0.1, 10.1.0.0/16 } drop',
    ],
    [[match(daddr, '@clients', '!='), { jump: { target: 'x' } }], 'ip daddr != @clients jump x'],
    [
      [match({ '&': [mark, 16384] }, 0, '!='), { masquerade: { flags: ['fully-random'] } }],
      'meta mark & 0x4000 != 0 masquerade fully-random',
    ],
    [[{ mangle: { key: mark, value: { '|': [mark, 16384] } } }], 'meta mark set meta mark | 0x4000'],
    [
      [
        {
          vmap: {
            key: { concat: [{ meta: { key: 'l4proto' } }, { payload: { protocol: 'th', field: 'dport' } }] },
            data: '@m',
          },
        },
      ],
      'meta l4proto . th dport vmap @m',
    ],
    [[{ dnat: { family: 'ip', addr: '10.0.0.1', port: 80 } }], 'dnat ip to 10.0.0.1:80'],
    [[{ reject: { type: 'tcp reset' } }], 'reject with tcp reset'],
    [[{ counter: { packets: 1, bytes: 60 } }, { log: { prefix: 'p' } }], 'counter packets 1 bytes 60 log prefix "p"'],
    [
      [{ set: { op: 'update', elem: { payload: { protocol: 'ip', field: 'saddr' } }, set: '@s' } }],
      'update @s { ip saddr }',
    ],
    [[{ limit: { rate: 5, per: 'minute' } }, { fib: 1 }], 'limit rate 5/minute {"fib": 1}'],
  ];
  for (const [expressions, expected] of cases) {
    it(`read as ${expected}`, () => {
      const text = baseChain(programsOf(rule(expressions)), 'c').program.ruleText(0);
      assert.equal(text.replaceAll(/\s/g, ''), `${expected} comment "why"`.replaceAll(/\s/g, ''));
    });
  }
});
