import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeNetwork, Route } from '../../../../agent/trace/nodeNetwork.ts';
import { emptyNetwork, type PacketDraft, surroundings, tracedPacket } from '../iptables/ruleSupport.ts';
import { chainOf, holds, type Question } from './nftSupport.ts';

type Case = readonly [condition: string, expected: string, packet?: PacketDraft, question?: Question];

const udp: PacketDraft = { protocol: 17, tcpFlags: [] };
const noPorts = { sourcePort: undefined, destinationPort: undefined, tcpFlags: [] };
const ping: PacketDraft = { ...noPorts, protocol: 1, icmp: { type: 8, code: 0 } };
const ping6: PacketDraft = {
  ...noPorts,
  protocol: 58,
  icmp: { type: 128, code: 0 },
  source: 'fd00::9',
  destination: 'fd00:96::10',
};
const tcp6: PacketDraft = { source: 'fd00::9', destination: 'fd00:96::10' };
const inet: Question = { family: 'inet' };
const ip6: Question = { family: 'ip6' };
const output: Question = { hook: 'output' };
const prerouting: Question = { hook: 'prerouting' };
const fromNode: PacketDraft = { inDevice: undefined };

function state(known: NonNullable<PacketDraft['connection']>): PacketDraft {
  return { connection: known };
}

function check(title: string, cases: readonly Case[]): void {
  describe(title, () => {
    for (const [condition, expected, packet, question] of cases) {
      const about = [packet && JSON.stringify(packet), question && Object.keys(question).join()].filter(Boolean);
      it(`${condition}: ${expected} ${about.join(' ')}`, () => {
        assert.equal(holds(condition, packet, question), expected);
      });
    }
  });
}

check('header fields', [
  ['ip daddr 10.96.0.10', 'yes'],
  ['ip daddr 10.96.0.11', 'no'],
  ['ip daddr != 10.96.0.10', 'no'],
  ['ip saddr 10.244.0.0/16', 'yes'],
  ['ip saddr != 10.244.0.0/16', 'no'],
  ['ip saddr 10.244.0.1-10.244.0.9', 'yes'],
  ['ip saddr 10.244.0.10-10.244.0.19', 'no'],
  ['ip saddr { 10.244.0.9, 10.0.0.0/8 }', 'yes'],
  ['ip saddr != { 10.244.0.9 }', 'no'],
  ['ip daddr & 255.0.0.255 == 10.0.0.10', 'yes'],
  ['ip protocol tcp', 'yes'],
  ['ip protocol udp', 'no'],
  ['ip frag-off & 8191 != 0', 'no'],
  ['ip ttl 64', 'unknown'],
  ['ip dscp cs1', 'unknown'],
  ['ip daddr 10.96.0.10', 'no', tcp6, inet],
  ['ip daddr != 10.96.0.10', 'no', tcp6, inet],
  ['ip6 daddr fd00:96::10', 'yes', tcp6, ip6],
  ['ip6 daddr fd00:96::/112', 'yes', tcp6, inet],
  ['ip6 daddr fd00:97::/112', 'no', tcp6, ip6],
  ['ip6 daddr & ffff:ffff:: == fd00:96::', 'yes', tcp6, ip6],
  ['ip6 saddr { fd00::/64, fe80::1 }', 'yes', tcp6, ip6],
  ['ip6 nexthdr 6', 'yes', tcp6, ip6],
  ['exthdr frag exists', 'no', tcp6, ip6],
  ['exthdr frag missing', 'yes', tcp6, ip6],
  ['tcp dport 80', 'yes'],
  ['tcp dport 80-90', 'yes'],
  ['tcp dport { 22, 80-90 }', 'yes'],
  ['tcp dport != { 22, 80-90 }', 'no'],
  ['tcp dport != 81', 'yes'],
  ['tcp dport http', 'yes'],
  ['tcp dport "http"-"https"', 'yes'],
  ['tcp dport "http"-"nothing"', 'unknown'],
  ['tcp dport > 79', 'yes'],
  ['tcp dport >= 81', 'no'],
  ['tcp dport < 80', 'no'],
  ['tcp dport <= 80', 'yes'],
  ['tcp sport 40000', 'yes'],
  ['tcp dport 80', 'no', udp],
  ['tcp dport != 81', 'no', udp],
  ['udp dport 80', 'yes', udp],
  ['sctp dport 80', 'yes', { protocol: 132 }],
  ['th dport 80', 'yes', udp],
  ['th dport 80', 'unknown', ping],
  ['th sport 2048', 'yes', ping],
  ['@th,16,16 80', 'yes'],
  ['@th,16,16 81', 'no'],
  ['@th,32,32 5', 'unknown'],
  ['@nh,96,32 5', 'unknown'],
  ['tcp flags syn', 'yes'],
  ['tcp flags & (fin | syn | rst | ack) == syn', 'yes'],
  ['tcp flags & (fin | syn | rst | ack) == syn', 'no', { tcpFlags: ['SYN', 'ACK'] }],
  ['tcp flags syn / fin,syn,rst,ack', 'yes'],
  ['tcp flags ! syn', 'no'],
  ['tcp flags ! fin,rst', 'yes'],
  ['tcp flags == syn,ack', 'no'],
  ['tcp flags != syn,ack', 'yes'],
  ['tcp option maxseg exists', 'unknown'],
  ['tcp option maxseg exists', 'no', udp],
  ['sctp chunk data exists', 'unknown', { protocol: 132 }],
  ['sctp chunk data exists', 'no'],
  ['ip option rr exists', 'no'],
  ['ip option rr missing', 'yes'],
  ['ip option rr missing', 'no', tcp6, inet],
  ['icmp type echo-request', 'yes', ping],
  ['icmp type { echo-reply, echo-request }', 'yes', ping],
  ['icmp type echo-request', 'no'],
  ['icmp code 0', 'yes', ping],
  ['icmpv6 type echo-request', 'yes', ping6, ip6],
  ['icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }', 'no', ping6, inet],
  ['icmp type echo-request', 'no', ping6, inet],
  ['esp spi 5', 'no'],
  ['ether type ip', 'unknown'],
  ['arp operation request', 'no'],
]);

check('what is known beside the packet', [
  ['meta l4proto tcp', 'yes'],
  ['meta l4proto { tcp, udp }', 'yes', udp],
  ['meta l4proto ipv6-icmp', 'yes', ping6, inet],
  ['meta nfproto ipv4', 'yes', {}, inet],
  ['meta nfproto ipv6', 'no', {}, inet],
  ['meta protocol ip6', 'yes', tcp6, inet],
  ['iifname "veth0"', 'yes'],
  ['iifname "veth*"', 'yes'],
  ['iifname != "veth*"', 'no'],
  ['iifname { "lo", "ve*" }', 'yes'],
  ['iifname { "lo", "eth0" }', 'no'],
  ['iif "veth0"', 'yes'],
  ['iif "lo"', 'no'],
  ['iif 7', 'unknown'],
  ['oifname "eth0"', 'yes'],
  ['oif != "eth0"', 'no'],
  ['oifname "eth0"', 'no', {}, prerouting],
  ['oifname != "eth0"', 'yes', {}, prerouting],
  ['iifname "lo"', 'no', fromNode, output],
  ['iifname != "lo"', 'yes', fromNode, output],
  ['iifname "veth0"', 'unknown', fromNode, prerouting],
  ['oifname "eth0"', 'unknown', { outDevice: undefined }, output],
  ['iifgroup 0', 'unknown'],
  ['iifgroup 0', 'no', fromNode, output],
  ['meta mark 0x4000', 'yes', { mark: 0x4000 }],
  ['meta mark & 0x4000 == 0x4000', 'yes', { mark: 0xffff_ffff }],
  ['meta mark & 0x4000 != 0', 'no', { mark: 0x8000 }],
  ['meta mark ^ 0x8000 == 0', 'yes', { mark: 0x8000 }],
  ['meta mark or 0x1 == 0x3', 'yes', { mark: 2 }],
  ['meta mark >> 8 == 0xff', 'yes', { mark: 0xff01 }],
  ['meta mark 0x1-0x10', 'yes', { mark: 3 }],
  ['meta mark { 0x1, 0x2 }', 'no', { mark: 3 }],
  ['meta mark 0x00000010/28', 'yes', { mark: 0x1f }],
  ['meta mark 0x00000010/28', 'no', { mark: 0x20 }],
  ['meta mark != 0x00050000/16', 'no', { mark: 0x5ffff }],
  ['meta mark { 0x00000001, 0x00000010/28 }', 'yes', { mark: 0x11 }],
  // How nft writes a mask with a value that has bits beside it.
  ['meta mark 0x00000011/28', 'no', { mark: 0x11 }],
  ['ip saddr 10.244.0.9/16', 'no'],
  ['ip saddr != 10.244.0.9/16', 'yes'],
  ['meta skuid 1000', 'no'],
  ['meta skuid 1000', 'unknown', fromNode, output],
  ['meta length 100', 'unknown'],
  ['meta secpath exists', 'unknown'],
  ['meta pkttype host', 'yes', fromNode, output],
  ['meta pkttype host', 'yes', fromNode, { hook: 'postrouting' }],
  ['meta pkttype host', 'unknown', {}, { hook: 'postrouting' }],
  ['meta pkttype host', 'unknown', {}, prerouting],
  ['socket transparent 1', 'unknown'],
  ['meta l4proto . th dport { tcp . 80, udp . 53 }', 'yes'],
  ['meta l4proto . th dport { tcp . 81-90, udp . 53 }', 'no'],
  ['ip saddr . ip daddr . meta l4proto . th dport { 10.0.0.0/8 . 10.96.0.10 . tcp . 1-100 }', 'yes'],
  // Of ICMP the port is not known, but nothing fits anyway.
  ['meta l4proto . th dport { tcp . 80, udp . 53 }', 'no', ping],
  ['meta l4proto . th dport { tcp . 80, icmp . 53 }', 'unknown', ping],
]);

check('connections', [
  ['ct state new', 'yes'],
  ['ct state established,related', 'no'],
  ['ct state established,related', 'yes', state({ state: 'established' })],
  ['ct state != established,related', 'yes'],
  ['ct state ! established,related', 'yes'],
  ['ct state { established, new }', 'yes'],
  ['ct state invalid', 'yes', state({ state: 'invalid' })],
  ['ct state untracked', 'yes', state({ state: 'untracked' })],
  ['ct status dnat', 'no'],
  ['ct status dnat', 'yes', state({ isDestinationTranslated: true })],
  ['ct status snat,dnat', 'yes', state({ isSourceTranslated: true })],
  ['ct status ! dnat', 'yes'],
  ['ct status & dnat == dnat', 'yes', state({ isDestinationTranslated: true })],
  ['ct status & (dnat | assured) == 0', 'no', state({ state: 'established', isDestinationTranslated: true })],
  ['ct status & (dnat | assured) == dnat', 'unknown', state({ state: 'established', isDestinationTranslated: true })],
  ['ct status assured', 'no'],
  ['ct status assured', 'unknown', state({ state: 'established' })],
  ['ct status seen-reply', 'yes', state({ state: 'established' })],
  ['ct status dnat', 'no', state({ state: 'untracked' })],
  ['ct status ! dnat', 'no', state({ state: 'invalid' })],
  ['ct state & (established | related) != 0', 'yes', state({ state: 'related' })],
  ['ct state & 0x6 == 0', 'yes'],
  ['ct state . ct mark { new . 0x5 }', 'yes', state({ mark: 5 })],
  ['ct mark 0x5', 'yes', state({ mark: 5 })],
  ['ct mark & 0x4 == 0x4', 'yes', state({ mark: 5 })],
  ['ct mark != 0x5', 'no', state({ mark: 6, state: 'untracked' })],
  ['ct direction original', 'yes'],
  [
    'ct direction reply',
    'unknown',
    { source: '10.0.0.2', connection: { state: 'established', originalSource: '10.0.0.9' } },
  ],
  ['ct l3proto ipv4', 'yes'],
  ['ct protocol tcp', 'yes'],
  [
    'ct original ip daddr 10.96.0.10',
    'yes',
    { destination: '10.0.0.2', connection: { originalDestination: '10.96.0.10' } },
  ],
  ['ct original ip daddr 10.96.0.10', 'no', { destination: '10.0.0.2' }],
  ['ct original ip saddr 10.244.0.9', 'yes'],
  ['ct original ip6 daddr fd00::1', 'no'],
  ['ct original ip6 daddr fd00:96::10', 'yes', tcp6, inet],
  ['ct original proto-dst 80', 'yes', { destinationPort: 8080, connection: { originalDestinationPort: 80 } }],
  ['ct original proto-src 40000', 'yes'],
  ['ct reply ip saddr 10.96.0.10', 'unknown'],
  ['ct helper "ftp"', 'no'],
  ['ct helper "ftp"', 'unknown', state({ state: 'related' })],
  ['ct zone 1', 'unknown'],
  // Before connection tracking, in chains of priority raw.
  ['ct state new', 'no', {}, { ...prerouting, priority: -300 }],
  ['ct state invalid', 'yes', {}, { ...prerouting, priority: -300 }],
  ['ct status ! dnat', 'no', {}, { ...output, priority: -300 }],
  ['ct state new', 'yes', { inDevice: 'lo' }, { ...prerouting, priority: -300 }],
  ['ct state new', 'yes', {}, { hook: 'forward', priority: -300 }],
]);

const unicast: Route = {
  type: 'unicast',
  device: 'veth0',
  via: undefined,
  preferredSource: undefined,
  assumed: undefined,
};

function network(route: Partial<Route>, type?: ReturnType<NodeNetwork['addressType']>): Question {
  return {
    ...prerouting,
    network: { ...emptyNetwork, route: () => ({ ...unicast, ...route }), addressType: () => type },
  };
}

const assumed = { code: 'routes-missing', message: '', args: {} };

check('routes', [
  ['fib daddr type local', 'yes', {}, network({}, 'local')],
  ['fib daddr type local', 'no', {}, network({}, 'unicast')],
  ['fib daddr type { local, broadcast, multicast }', 'yes', {}, network({}, 'multicast')],
  ['fib daddr . iif type != local', 'yes', {}, network({}, 'unicast')],
  ['fib daddr type local', 'unknown', {}, network({})],
  ['fib daddr check exists', 'unknown', {}, network({})],
  ['meta pkttype { broadcast, multicast }', 'yes', {}, network({}, 'broadcast')],
  ['fib saddr . iif oif exists', 'yes', {}, network({})],
  ['fib saddr . iif oif missing', 'no', {}, network({})],
  ['fib saddr . iif oif missing', 'yes', {}, network({ device: 'eth0' })],
  ['fib saddr . mark . iif oif 0', 'yes', {}, network({ device: 'eth0' })],
  ['fib saddr oif "eth0"', 'yes', {}, network({ device: 'eth0' })],
  ['fib saddr oifname "eth*"', 'yes', {}, network({ device: 'eth0' })],
  ['fib saddr . iif oif missing', 'yes', {}, network({ type: 'local' })],
  ['fib saddr . iif oif missing', 'yes', {}, network({ type: 'none' })],
  ['fib saddr . iif oif missing', 'unknown', {}, network({ type: 'none', unknown: assumed })],
  ['fib saddr . iif oif missing', 'unknown', {}, network({ assumed })],
  ['fib saddr . iif oif missing', 'no', { inDevice: 'lo' }, network({ type: 'none' })],
  ['fib saddr . iif oif missing', 'unknown', fromNode, network({})],
]);

const sets = `
  set clients { type ipv4_addr; flags interval; elements = { 10.244.0.0/24, 10.1.0.0-10.2.0.5 } }
  set affinity { type ipv4_addr; flags dynamic,timeout; timeout 3h; elements = { 10.1.1.1 timeout 3h expires 1h } }
  set fixed { type ipv4_addr; elements = { 10.1.1.1 } }
  set pairs { typeof ip daddr . tcp dport; elements = { 10.96.0.10 . 80 } }
  set updated { type ipv4_addr; flags dynamic; }
  set timed { type ipv4_addr; flags timeout; }
  set aging { type ipv4_addr; timeout 1h; }
  set devices { type ifname; flags interval; elements = { "ve*" } }
`;

check('named sets', [
  ['ip saddr @clients', 'yes', {}, { sets }],
  ['ip saddr != @clients', 'no', {}, { sets }],
  ['ip saddr @clients', 'yes', { source: '10.2.0.5' }, { sets }],
  ['ip saddr @clients', 'no', { source: '10.2.0.6' }, { sets }],
  ['ip daddr . tcp dport @pairs', 'yes', {}, { sets }],
  ['ip daddr . tcp dport @pairs', 'no', { destinationPort: 81 }, { sets }],
  // What the rule asks for does not exist in this packet: also its opposite does not hold.
  ['ip daddr . tcp dport != @pairs', 'no', udp, { sets }],
  ['iifname @devices', 'yes', {}, { sets }],
  ['ip saddr @affinity', 'no', {}, { sets }],
  ['ip saddr @affinity', 'yes', { source: '10.1.1.1' }, { sets }],
  ['ip saddr @affinity', 'yes', {}, { sets, isRemembered: (list) => list === 'ip t affinity' }],
  ['ip saddr @updated', 'yes', {}, { sets, isRemembered: () => true }],
  ['ip saddr @timed', 'yes', {}, { sets, isRemembered: () => true }],
  ['ip saddr @aging', 'yes', {}, { sets, isRemembered: () => true }],
  ['ip saddr @fixed', 'no', {}, { sets, isRemembered: () => true }],
  ['ip saddr @absent', 'unknown', {}, { sets }],
]);

check('chance', [
  ['numgen random mod 4 0', '1/4 drop, 3/4 no match'],
  ['numgen inc mod 3 offset 10 11', '1/3 drop, 2/3 no match'],
  ['numgen random mod 100 < 30', '3/10 drop, 7/10 no match'],
  ['numgen random mod 10 { 0-2, 9 }', '2/5 drop, 3/5 no match'],
  ['symhash mod 2 1', '1/2 drop, 1/2 no match'],
  ['jhash ip saddr mod 2 seed 0x1 1', '1/2 drop, 1/2 no match'],
  ['numgen random mod 1 0', 'yes'],
  ['numgen random mod 4 0 ip daddr 1.1.1.1', 'no'],
  ['numgen random mod 4 0 numgen random mod 2 1', '1/8 drop, 7/8 no match'],
  ['numgen random mod 4 0 ip ttl 5', '1/4 unknown, 3/4 no match'],
  ['numgen random mod 4000000000 0', 'unknown'],
]);

check('several conditions', [
  ['ip ttl 5 ip daddr 10.96.0.11', 'no'],
  ['ip ttl 5 ip daddr 10.96.0.10', 'unknown'],
  ['limit rate 10/second', 'unknown'],
  ['limit rate 10/second ip daddr 10.96.0.11', 'no'],
  ['ct count over 20', 'unknown'],
  ['quota over 10 mbytes', 'unknown'],
  ['quota name "q"', 'unknown'],
  ['update @affinity { ip saddr }', 'yes', {}, { sets }],
  ['update @affinity { ip saddr limit rate over 10/second }', 'unknown', {}, { sets }],
  ['add @affinity { ip6 saddr }', 'no', {}, { sets, family: 'inet' }],
  ['log prefix "x" counter', 'yes'],
  ['xt match "comment"', 'yes'],
  ['xt match "bpf"', 'unknown'],
  ['something new', 'unknown'],
  ['something new ip daddr 10.96.0.11', 'no'],
]);

describe('why a rule does not match', () => {
  const cases: readonly (readonly [rule: string, condition: string | undefined])[] = [
    ['ip daddr 10.96.0.10 tcp dport { 81, 82 } drop', 'tcp dport { 81, 82 }'],
    ['ip ttl 5 ip daddr 10.96.0.11 drop', 'ip daddr 10.96.0.11'],
    ['ip daddr vmap { 1.1.1.1 : drop }', 'ip daddr vmap { 1.1.1.1 : drop }'],
    ['ip daddr 10.96.0.10 drop', undefined],
    ['ip ttl 5 drop', undefined],
    ['numgen random mod 2 0 drop', undefined],
  ];
  for (const [rule, condition] of cases) {
    it(`${rule}: ${condition ?? 'it may'}`, () => {
      const chain = chainOf(rule);
      const miss = chain.miss(0, tracedPacket(), surroundings());
      assert.deepEqual(miss, condition === undefined ? undefined : { condition });
    });
  }
});
