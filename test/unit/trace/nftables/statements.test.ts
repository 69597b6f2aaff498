import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TracedPacket } from '../../../../agent/trace/packet.ts';
import type { PacketDraft } from '../iptables/ruleSupport.ts';
import { ask, branchText, type Question } from './nftSupport.ts';

type Case = readonly [rule: string, expected: string, packet?: PacketDraft, question?: Question];

const udp: PacketDraft = { protocol: 17, tcpFlags: [] };
const tcp6: PacketDraft = { source: 'fd00::9', destination: 'fd00:96::10' };
const inet: Question = { family: 'inet' };
const ip6: Question = { family: 'ip6' };
const nat: Question = { type: 'nat', hook: 'prerouting', priority: -100 };
const inetNat: Question = { ...nat, family: 'inet' };

const sets = `
  map services { type ipv4_addr . inet_proto . inet_service : verdict
    elements = { 10.96.0.10 . tcp . 80 comment "default/app1" : goto service-a, 10.96.0.11 . udp . 53 : drop } }
  map networks { type ipv4_addr : verdict; flags interval; elements = { 10.0.0.0/8 : jump near, 0.0.0.0-9.255.255.255 : drop } }
  map ports { type inet_service : verdict; flags interval; elements = { 80-90 : accept, 1000 : return } }
  map backends { type inet_service : ipv4_addr . inet_service; elements = { 80 : 10.0.0.2 . 8080 } }
  map marks { type ipv4_addr : mark; elements = { 10.96.0.10 : 0x00000007 } }
  set seen { type ipv4_addr; flags dynamic,timeout; timeout 1m; }
`;
const withSets: Question = { sets };

function text(rule: string, packet?: PacketDraft, question?: Question): string {
  return ask(rule, packet, question)?.map(branchText).join(', ') ?? 'no match';
}

function check(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const [rule, expected, packet, question] of cases) {
      it(`${rule}: ${expected} ${packet ? JSON.stringify(packet) : ''}`, () => {
        assert.equal(text(rule, packet, question), expected);
      });
    }
  });
}

check('verdicts', [
  ['accept', 'accept'],
  ['drop', 'drop'],
  ['return', 'return'],
  ['jump a', 'jump a'],
  ['goto a', 'goto a'],
  ['continue', 'next'],
  ['continue drop', 'drop'],
  ['counter packets 5 bytes 300', 'next'],
  ['log prefix "x" level debug', 'next'],
  ['ct state new', 'next'],
  ['limit rate 1/second burst 5 packets log', 'no match'],
  ['limit rate 1/second accept', 'unknown'],
]);

check('verdict maps', [
  ['ip daddr . meta l4proto . th dport vmap @services', 'goto service-a', {}, withSets],
  ['ip daddr . meta l4proto . th dport vmap @services', 'no match', udp, withSets],
  ['ip daddr . meta l4proto . th dport vmap @services', 'no match', { protocol: 1 }, withSets],
  ['ip daddr vmap @networks', 'jump near', {}, withSets],
  ['ip daddr vmap @networks', 'drop', { destination: '9.255.255.255' }, withSets],
  ['ip daddr vmap @networks', 'no match', { destination: '11.0.0.0' }, withSets],
  ['tcp dport vmap @ports', 'accept', {}, withSets],
  ['tcp dport vmap @ports', 'return', { destinationPort: 1000 }, withSets],
  ['tcp dport vmap @ports', 'no match', udp, withSets],
  ['tcp dport vmap @absent', 'unknown', {}, withSets],
  ['ip ttl vmap { 64 : accept }', 'unknown'],
  ['ct state vmap { invalid : drop, established : accept, new : jump fresh }', 'jump fresh'],
  ['ip daddr vmap { 10.96.0.10 : accept, * : drop }', 'accept'],
  ['ip daddr vmap { 10.96.0.11 : accept, * : drop }', 'drop'],
  ['iifname vmap { "veth*" : jump pods, "eth0" : jump outside }', 'jump pods'],
  ['numgen random mod 3 vmap { 0 : goto a, 1 : goto b, 2 : goto c }', '1/3 goto a, 1/3 goto b, 1/3 goto c'],
  ['numgen random mod 3 vmap { 0 : goto a, 1 : goto b, 2 : goto a }', '2/3 goto a, 1/3 goto b'],
  ['numgen random mod 4 vmap { 0 : goto a }', '1/4 goto a, 3/4 no match'],
  ['numgen random mod 100 vmap { 0-69 : goto a, 70-99 : goto b }', '7/10 goto a, 3/10 goto b'],
  ['numgen inc mod 2 offset 5 vmap { 5 : accept, 6 : drop }', '1/2 accept, 1/2 drop'],
  ['jhash ip saddr mod 2 vmap { 0 : accept, 1 : drop }', '1/2 accept, 1/2 drop'],
  ['numgen random mod 2 . tcp dport vmap { 0 . 80 : accept, 1 . 81 : drop }', '1/2 accept, 1/2 no match'],
  ['limit rate 1/second tcp dport vmap { 80 : accept }', 'unknown'],
  ['limit rate 1/second tcp dport vmap { 81 : accept }', 'no match'],
]);

check('translation', [
  ['dnat to 10.0.0.2:8080', 'dnat 10.0.0.2:8080', {}, nat],
  ['dnat to 10.0.0.2', 'dnat 10.0.0.2:*', {}, nat],
  ['meta l4proto tcp dnat to :8080', 'dnat *:8080', {}, nat],
  ['meta l4proto tcp dnat to 10.0.0.2:8080', 'no match', udp, nat],
  ['dnat ip to 10.0.0.2:8080', 'dnat 10.0.0.2:8080', {}, inetNat],
  ['dnat ip to 10.0.0.2:8080', 'next', tcp6, inetNat],
  ['dnat ip6 to [fd00::2]:8080', 'dnat fd00::2:8080', tcp6, inetNat],
  ['dnat to [fd00:0:0::2]:8080', 'dnat fd00::2:8080', tcp6, { ...nat, family: 'ip6' }],
  [
    'dnat ip to numgen random mod 2 map { 0 : 10.0.0.2 . 8080, 1 : 10.0.0.3 . 8081 }',
    '1/2 dnat 10.0.0.2:8080, 1/2 dnat 10.0.0.3:8081',
    {},
    nat,
  ],
  ['dnat to numgen random mod 2 map { 0 : 10.0.0.2 }', '1/2 dnat 10.0.0.2:*, 1/2 no match', {}, nat],
  ['dnat ip to tcp dport map @backends', 'dnat 10.0.0.2:8080', {}, { ...nat, sets }],
  ['dnat ip to tcp dport map @backends', 'no match', { destinationPort: 81 }, { ...nat, sets }],
  ['dnat ip to tcp dport map @absent', 'unknown', {}, { ...nat, sets }],
  ['dnat to 10.0.0.2-10.0.0.3', '1/2 dnat 10.0.0.2:*, 1/2 dnat 10.0.0.3:*', {}, nat],
  ['dnat to 10.0.0.2:70-90', 'dnat 10.0.0.2:80', {}, nat],
  ['dnat to 10.0.0.2:8000-8010', 'dnat 10.0.0.2:8000', {}, nat],
  ['dnat ip prefix to 10.5.0.0/16', 'dnat 10.5.0.10:*', {}, nat],
  ['snat to 192.0.2.1', 'snat 192.0.2.1:*', {}, nat],
  ['snat to 192.0.2.1:5000', 'snat 192.0.2.1:5000', {}, nat],
  ['snat to 192.0.2.1:5000-6000', 'snat 192.0.2.1:*', {}, nat],
  ['snat ip prefix to 192.0.2.0/24', 'snat 192.0.2.9:*', {}, nat],
  ['masquerade fully-random', 'masquerade *:*', {}, nat],
  ['masquerade to :1024-65535', 'masquerade *:*', {}, nat],
  ['redirect', 'redirect *:*', {}, nat],
  ['redirect to :8080', 'redirect *:8080', {}, nat],
  ['redirect to :8000-8010', 'redirect *:8000', {}, nat],
  ['limit rate 1/second masquerade', 'unknown', {}, nat],
]);

check('rejecting', [
  ['reject', 'reject icmp-port-unreachable'],
  ['reject', 'reject icmp6-port-unreachable', tcp6, ip6],
  ['reject', 'reject icmp-port-unreachable', {}, inet],
  ['reject', 'reject icmp6-port-unreachable', tcp6, inet],
  ['reject with tcp reset', 'reject tcp-reset'],
  ['reject with tcp reset', 'no match', udp],
  ['reject with icmp host-prohibited', 'reject icmp-host-prohibited'],
  ['reject with icmp prot-unreachable', 'reject icmp-proto-unreachable'],
  ['reject with icmp type admin-prohibited', 'reject icmp-admin-prohibited'],
  ['reject with icmp type admin-prohibited', 'no match', tcp6, inet],
  ['reject with icmpv6 admin-prohibited', 'reject icmp6-adm-prohibited', tcp6, ip6],
  ['reject with icmpx admin-prohibited', 'reject icmp-admin-prohibited', {}, inet],
  ['reject with icmpx admin-prohibited', 'reject icmp6-adm-prohibited', tcp6, inet],
  ['reject with icmpx no-route', 'reject icmp-net-unreachable', {}, inet],
  ['reject with icmpx host-unreachable', 'reject icmp6-addr-unreachable', tcp6, inet],
]);

check('what is not simulated', [
  ['queue num 1', 'unknown'],
  ['tproxy to :8080', 'unknown'],
  ['dup to 10.0.0.1', 'unknown'],
  ['synproxy name "s"', 'unknown'],
  ['xt target "MARK"', 'unknown'],
  ['xt target "LOG"', 'next'],
  ['ip daddr 1.1.1.1 queue num 1', 'no match'],
  ['something new', 'unknown'],
  ['meta mark set meta length', 'unknown'],
  ['ip protocol set 17', 'unknown'],
  ['ct zone set 5', 'unknown'],
  ['ct helper set "ftp"', 'next'],
  ['ip dscp set cs1', 'next'],
  ['meta nftrace set 1', 'next'],
  ['flow add @ft', 'next'],
  ['add @seen { ip saddr }', 'next', {}, withSets],
  ['meta mark set ip daddr map { 1.1.1.1 : 0x1 } drop', 'no match'],
]);

describe('changes of the packet', () => {
  const cases: readonly (readonly [
    rule: string,
    expected: readonly [mark: number, connectionMark: number, source: string, destination: string],
    packet?: PacketDraft,
    question?: Question,
  ])[] = [
    ['meta mark set 0x4000', [0x4000, 0, '10.244.0.9:40000', '10.96.0.10:80']],
    ['meta mark set meta mark | 0x4000', [0x4001, 0, '10.244.0.9:40000', '10.96.0.10:80'], { mark: 1 }],
    ['meta mark set meta mark ^ 0x4000', [1, 0, '10.244.0.9:40000', '10.96.0.10:80'], { mark: 0x4001 }],
    [
      'meta mark set meta mark & 0xffffbfff',
      [0x80000001, 0, '10.244.0.9:40000', '10.96.0.10:80'],
      { mark: 0x80004001 },
    ],
    ['meta mark set mark and 0xff or 0x100', [0x134, 0, '10.244.0.9:40000', '10.96.0.10:80'], { mark: 0x1234 }],
    ['meta mark set meta mark << 4', [0xfffffff0, 0, '10.244.0.9:40000', '10.96.0.10:80'], { mark: 0xffffffff }],
    ['meta mark set ct mark', [5, 5, '10.244.0.9:40000', '10.96.0.10:80'], { connection: { mark: 5 } }],
    ['ct mark set meta mark', [6, 6, '10.244.0.9:40000', '10.96.0.10:80'], { mark: 6 }],
    ['ct mark set 0x1', [0, 0, '10.244.0.9:40000', '10.96.0.10:80'], { connection: { state: 'untracked' } }],
    ['meta mark set ip daddr map @marks', [7, 0, '10.244.0.9:40000', '10.96.0.10:80'], {}, withSets],
    ['ip daddr set 10.0.0.5 tcp dport set 81', [0, 0, '10.244.0.9:40000', '10.0.0.5:81']],
    ['ip saddr set 10.0.0.6 th sport set 1', [0, 0, '10.0.0.6:1', '10.96.0.10:80']],
    ['ip6 daddr set fd00:0::5', [0, 0, 'fd00::9:40000', 'fd00::5:80'], tcp6, ip6],
    // What was done before a condition failed stays done.
    ['meta mark set 0x1 ip daddr 1.1.1.1 drop', [1, 0, '10.244.0.9:40000', '10.96.0.10:80']],
  ];
  for (const [rule, expected, packet, question] of cases) {
    it(rule, () => {
      const branches = ask(rule, packet, question);
      assert.equal(branches?.length, 1);
      const changed: TracedPacket | undefined = branches[0]?.packet;
      assert.deepEqual(
        [
          changed?.mark,
          changed?.connection.mark,
          `${changed?.source.text}:${changed?.sourcePort}`,
          `${changed?.destination.text}:${changed?.destinationPort}`,
        ],
        expected,
      );
      assert.deepEqual(branches[0]?.verdict, { kind: 'next' });
    });
  }

  it('by chance gives one packet for each value', () => {
    const branches = ask('meta mark set numgen random mod 2 offset 5') ?? [];
    assert.deepEqual(
      branches.map(({ packet, probability }) => [packet.mark, probability.toNumber()]),
      [
        [5, 0.5],
        [6, 0.5],
      ],
    );
  });

  it('behind a condition that is not known is not known', () => {
    assert.equal(text('limit rate 1/second meta mark set 0x1'), 'unknown');
    assert.equal(text('limit rate 1/second meta mark set 0x1 ip daddr 1.1.1.1 drop'), 'unknown');
  });

  it('keeps connections from being tracked only before they are', () => {
    const early = ask('notrack', {}, { hook: 'prerouting', priority: -300 });
    assert.equal(early?.[0]?.packet.connection.state, 'untracked');
    const late = ask('notrack', {}, { hook: 'prerouting', priority: -150 });
    assert.equal(late?.[0]?.packet.connection.state, 'new');
  });
});

describe('effects', () => {
  const cases: readonly (readonly [rule: string, effects: readonly object[], question?: Question])[] = [
    [
      'ip daddr . meta l4proto . th dport vmap @services',
      [{ kind: 'lookup', set: 'services', found: '10.96.0.10 . tcp . 80 : goto service-a' }],
      withSets,
    ],
    ['ip daddr 10.96.0.10 ip saddr != @seen drop', [{ kind: 'lookup', set: 'seen' }], withSets],
    ['meta mark set meta mark | 0x4000', [{ kind: 'set', field: 'mark', to: '0x00004000' }]],
    ['ct mark set 0x5', [{ kind: 'set', field: 'connection mark', to: '0x00000005' }]],
    ['ip dscp set cs1', [{ kind: 'set', field: 'ip dscp', to: 'cs1' }]],
    ['tcp dport { 80 } drop', []],
  ];
  for (const [rule, effects, question] of cases) {
    it(rule, () => assert.deepEqual(ask(rule, {}, question)?.[0]?.effects, effects));
  }

  it('name the part of the rule that is not known', () => {
    const [branch] = ask('ip daddr 10.96.0.10 limit rate 1/second accept') ?? [];
    assert.ok(branch?.verdict.kind === 'unknown');
    assert.equal(branch.verdict.reason.code, 'expression-not-modelled');
    assert.deepEqual(branch.verdict.reason.args, { source: 'limit rate 1/second' });
  });
});
