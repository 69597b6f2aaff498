import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AddressType, NodeNetwork, RouteQuestion } from '../../../../agent/trace/nodeNetwork.ts';
import type { Surroundings } from '../../../../agent/trace/ruleProgram.ts';
import { emptyNetwork, holds, noRoute, type PacketDraft, type RulePlace } from './ruleSupport.ts';

interface Case {
  readonly rule: string;
  readonly packet?: PacketDraft;
  readonly around?: Partial<Surroundings>;
  readonly place?: RulePlace;
  readonly expected: ReturnType<typeof holds>;
}

/** A node with 192.168.0.1 on eth0, 10.244.0.1 on cni0, and fd00::1 on eth0. */
const types: Readonly<Record<string, readonly [AddressType, device?: string]>> = {
  '192.168.0.1': ['local', 'eth0'],
  '10.244.0.1': ['local', 'cni0'],
  '192.168.0.255': ['broadcast'],
  '224.0.0.1': ['multicast'],
  'fd00::1': ['local', 'eth0'],
  'fd00::': ['anycast'],
  'fd00:1::1': ['prohibit'],
  'ff02::1': ['multicast'],
};

const network: NodeNetwork = {
  ...emptyNetwork,
  addressType: (_family, { text }, device) => {
    const [type, owner] = types[text] ?? ['unicast'];
    return type === 'local' && device !== undefined && device !== owner ? 'unicast' : type;
  },
};

const around = { network };
const at = (hook: Surroundings['hook']) => ({ network, hook });
const ipv6: RulePlace = { family: 'ipv6' };
const to = (destination: string, more: PacketDraft = {}): PacketDraft => ({
  ...(destination.includes(':') ? { source: 'fd00::9' } : {}),
  destination,
  ...more,
});

const addressTypes: readonly Case[] = [
  { rule: '-m addrtype --dst-type LOCAL', packet: to('192.168.0.1'), around, expected: 'yes' },
  { rule: '-m addrtype --dst-type LOCAL', around, expected: 'no' },
  { rule: '-m addrtype ! --dst-type LOCAL', around, expected: 'yes' },
  { rule: '-m addrtype --dst-type LOCAL', expected: 'unknown' },
  { rule: '-m addrtype ! --dst-type LOCAL', expected: 'unknown' },
  { rule: '-m addrtype --dst-type LOCAL -s 10.0.0.1', expected: 'no' },
  { rule: '-m addrtype --src-type LOCAL', packet: { source: '192.168.0.1' }, around, expected: 'yes' },
  { rule: '-m addrtype --src-type LOCAL', around, expected: 'no' },
  { rule: '-m addrtype --dst-type UNICAST', around, expected: 'yes' },
  { rule: '-m addrtype --dst-type UNICAST', packet: to('192.168.0.1'), around, expected: 'no' },
  { rule: '-m addrtype --dst-type BROADCAST,MULTICAST', packet: to('192.168.0.255'), around, expected: 'yes' },
  { rule: '-m addrtype --dst-type ODD', around, expected: 'unknown' },
  {
    rule: '-m addrtype --dst-type LOCAL --limit-iface-in',
    packet: to('192.168.0.1', { inDevice: 'eth0' }),
    around: at('prerouting'),
    expected: 'yes',
  },
  {
    rule: '-m addrtype --dst-type LOCAL --limit-iface-in',
    packet: to('192.168.0.1', { inDevice: 'cni0' }),
    around: at('prerouting'),
    expected: 'no',
  },
  {
    rule: '-m addrtype --dst-type LOCAL --limit-iface-in',
    packet: to('192.168.0.1', { inDevice: undefined }),
    around: at('prerouting'),
    expected: 'unknown',
  },
  {
    rule: '-m addrtype --src-type LOCAL --limit-iface-out',
    packet: { source: '192.168.0.1' },
    around: at('postrouting'),
    expected: 'yes',
  },
  {
    rule: '-m addrtype --src-type LOCAL --limit-iface-out',
    packet: { source: '10.244.0.1' },
    around: at('postrouting'),
    expected: 'no',
  },
  {
    rule: '-m addrtype ! --src-type LOCAL --limit-iface-out',
    packet: { source: '10.244.0.1' },
    around: at('postrouting'),
    expected: 'yes',
  },
  // A hook without such a device limits nothing.
  {
    rule: '-m addrtype --src-type LOCAL --limit-iface-out',
    packet: { source: '10.244.0.1' },
    around: at('input'),
    expected: 'yes',
  },
  { rule: '-m addrtype --dst-type LOCAL', packet: to('fd00::1'), around, place: ipv6, expected: 'yes' },
  { rule: '-m addrtype --dst-type LOCAL', packet: to('fd00::2'), around, place: ipv6, expected: 'no' },
  // Of IPv6 an address of the node is a unicast address, too, and the types are asked together.
  { rule: '-m addrtype --dst-type UNICAST', packet: to('fd00::1'), around, place: ipv6, expected: 'yes' },
  { rule: '-m addrtype --dst-type UNICAST', packet: to('ff02::1'), around, place: ipv6, expected: 'no' },
  { rule: '-m addrtype --dst-type MULTICAST', packet: to('ff02::1'), around, place: ipv6, expected: 'yes' },
  { rule: '-m addrtype --dst-type MULTICAST,LOCAL', packet: to('fd00::1'), around, place: ipv6, expected: 'no' },
  { rule: '-m addrtype --dst-type ANYCAST', packet: to('fd00::'), around, place: ipv6, expected: 'yes' },
  { rule: '-m addrtype --dst-type UNREACHABLE', packet: to('fd00:1::1'), around, place: ipv6, expected: 'yes' },
  { rule: '-m addrtype --dst-type UNSPEC', packet: to('fd00::1'), around, place: ipv6, expected: 'no' },
];

const marks: readonly Case[] = [
  { rule: '-m mark --mark 0x4000/0x4000', packet: { mark: 0x4000 }, expected: 'yes' },
  { rule: '-m mark --mark 0x4000/0x4000', packet: { mark: 0x5001 }, expected: 'yes' },
  { rule: '-m mark --mark 0x4000/0x4000', expected: 'no' },
  { rule: '-m mark ! --mark 0x4000/0x4000', expected: 'yes' },
  { rule: '-m mark --mark 0x80000000/0x80000000', packet: { mark: 0x80000001 }, expected: 'yes' },
  { rule: '-m mark --mark 16', packet: { mark: 16 }, expected: 'yes' },
  { rule: '-m mark --mark 020', packet: { mark: 16 }, expected: 'yes' },
  { rule: '-m mark --mark 16', packet: { mark: 17 }, expected: 'no' },
  { rule: '-m mark --mark 0x10/0x11/0x12', expected: 'unknown' },
  { rule: '-m mark --mark 0x1ffffffff', expected: 'unknown' },
];

const ranges: readonly Case[] = [
  { rule: '-m iprange --src-range 10.244.0.1-10.244.0.9', expected: 'yes' },
  { rule: '-m iprange --src-range 10.244.0.10-10.244.0.20', expected: 'no' },
  { rule: '-m iprange ! --src-range 10.244.0.10-10.244.0.20', expected: 'yes' },
  { rule: '-m iprange --dst-range 10.96.0.10', expected: 'yes' },
  { rule: '-m iprange --src-range 10.244.0.9 --dst-range 10.96.0.11', expected: 'no' },
  { rule: '-m iprange --dst-range fd00::1-fd00::5', packet: to('fd00::3'), place: ipv6, expected: 'yes' },
  { rule: '-m iprange --dst-range odd', expected: 'unknown' },
];

const local: PacketDraft = { inDevice: undefined };
const sockets: readonly Case[] = [
  { rule: '-m owner --uid-owner 0', around: at('postrouting'), expected: 'no' },
  { rule: '-m owner ! --uid-owner 0', around: at('postrouting'), expected: 'yes' },
  { rule: '-m owner ! --uid-owner 0 --gid-owner 0', around: at('postrouting'), expected: 'no' },
  { rule: '-m owner --uid-owner 0', packet: local, around: at('output'), expected: 'unknown' },
  { rule: '-m owner --socket-exists', packet: local, around: at('output'), expected: 'yes' },
  { rule: '-m owner ! --socket-exists', packet: local, around: at('output'), expected: 'no' },
  { rule: '-m owner ! --socket-exists', around: at('postrouting'), expected: 'yes' },
  { rule: '-m pkttype --pkt-type unicast', around, expected: 'yes' },
  { rule: '-m pkttype --pkt-type broadcast', around, expected: 'no' },
  { rule: '-m pkttype ! --pkt-type multicast', around, expected: 'yes' },
  { rule: '-m pkttype --pkt-type multicast', packet: to('224.0.0.1'), around, expected: 'unknown' },
];

const withSettings = (settings: Readonly<Record<string, string>>, hook: Surroundings['hook'] = 'forward') => ({
  network: { ...network, setting: (name: string) => settings[name] },
  hook,
});
const bridged = withSettings({ 'net.bridge.bridge-nf-call-iptables': '1' });
const withoutBridges = { ...bridged, network: { ...bridged.network, hasPorts: () => false } };
const throughBridge: PacketDraft = { inDevice: 'cni0', outDevice: 'cni0' };
const bridges: readonly Case[] = [
  { rule: '-m physdev --physdev-is-bridged', around: bridged, expected: 'no' },
  { rule: '-m physdev ! --physdev-is-bridged', around: bridged, expected: 'yes' },
  { rule: '-m physdev --physdev-is-bridged', packet: throughBridge, around: bridged, expected: 'unknown' },
  { rule: '-m physdev --physdev-in veth0', packet: { inDevice: 'cni0' }, around: bridged, expected: 'unknown' },
  { rule: '-m physdev --physdev-is-in', packet: { inDevice: 'eth0' }, around: withoutBridges, expected: 'no' },
  {
    rule: '-m physdev --physdev-in veth0',
    around: withSettings({ 'net.bridge.bridge-nf-call-iptables': '0' }),
    expected: 'no',
  },
  {
    rule: '-m physdev --physdev-is-bridged',
    packet: throughBridge,
    around: withSettings({ 'net.ipv4.ip_forward': '1' }),
    expected: 'no',
  },
  { rule: '-m physdev --physdev-in veth0', packet: local, around: withSettings({}, 'output'), expected: 'no' },
  { rule: '-m physdev --physdev-in veth0', around: withSettings({}), expected: 'unknown' },
];

/** Everything but 10.1.0.0/16, which is on the other side of eth1, is behind veth0. */
const routed: NodeNetwork = {
  ...network,
  route: ({ destination: { text }, mark, outDevice }: RouteQuestion) => {
    if (text === '10.9.0.1') return { ...noRoute, type: 'none' };
    if (text === '10.9.0.2') return { ...noRoute, type: 'none', unknown: { code: 'odd', message: 'Odd.', args: {} } };
    if (text === '192.168.0.1') return { ...noRoute, type: 'local', device: 'veth0' };
    if (text === '10.9.0.3') return { ...noRoute, type: 'unicast' };
    if (text === '10.9.0.4') {
      return { ...noRoute, type: 'unicast', device: 'eth1', assumed: { code: 'odd', message: 'Odd.', args: {} } };
    }
    const device = text.startsWith('10.1.') || mark === 1 ? 'eth1' : 'veth0';
    return { ...noRoute, type: outDevice === undefined || outDevice === device ? 'unicast' : 'none', device };
  },
};
const early = { network: routed, hook: 'prerouting' } as const;
const raw: RulePlace = { table: 'raw' };
const raw6: RulePlace = { table: 'raw', family: 'ipv6' };
const ways: readonly Case[] = [
  { rule: '-m rpfilter', around: early, place: raw, expected: 'yes' },
  { rule: '-m rpfilter --invert', around: early, place: raw, expected: 'no' },
  { rule: '-m rpfilter', packet: { source: '10.1.0.1' }, around: early, place: raw, expected: 'no' },
  { rule: '-m rpfilter --loose', packet: { source: '10.1.0.1' }, around: early, place: raw, expected: 'yes' },
  { rule: '-m rpfilter --validmark --invert', packet: { mark: 1 }, around: early, place: raw, expected: 'yes' },
  { rule: '-m rpfilter --invert', packet: { mark: 1 }, around: early, place: raw, expected: 'no' },
  { rule: '-m rpfilter', packet: { source: '10.9.0.1' }, around: early, place: raw, expected: 'no' },
  { rule: '-m rpfilter', packet: { source: '10.9.0.2' }, around: early, place: raw, expected: 'unknown' },
  { rule: '-m rpfilter', packet: { source: '10.9.0.3' }, around: early, place: raw, expected: 'unknown' },
  { rule: '-m rpfilter --loose', packet: { source: '10.9.0.3' }, around: early, place: raw, expected: 'yes' },
  { rule: '-m rpfilter', packet: { source: '10.9.0.4' }, around: early, place: raw, expected: 'unknown' },
  { rule: '-m rpfilter', packet: { source: '192.168.0.1' }, around: early, place: raw, expected: 'no' },
  { rule: '-m rpfilter --accept-local', packet: { source: '192.168.0.1' }, around: early, place: raw, expected: 'yes' },
  { rule: '-m rpfilter', packet: { inDevice: 'lo', source: '10.1.0.1' }, around: early, place: raw, expected: 'yes' },
  { rule: '-m rpfilter', packet: { inDevice: undefined }, around: early, place: raw, expected: 'unknown' },
  { rule: '-m rpfilter --invert', packet: to('fd00::1'), around: early, place: raw6, expected: 'no' },
  { rule: '-m rpfilter --invert', packet: to('fd00::1', { mark: 1 }), around: early, place: raw6, expected: 'no' },
  {
    rule: '-m rpfilter --validmark --invert',
    packet: to('fd00::1', { mark: 1 }),
    around: early,
    place: raw6,
    expected: 'yes',
  },
];

const ping: PacketDraft = {
  protocol: 1,
  icmp: { type: 8, code: 0 },
  sourcePort: undefined,
  destinationPort: undefined,
};
const unreachable: PacketDraft = { ...ping, icmp: { type: 3, code: 3 } };
const ping6 = to('fd00::1', { ...ping, protocol: 58, icmp: { type: 128, code: 0 } });
const waiting: readonly Case[] = [
  { rule: '-m socket --transparent', around: early, expected: 'no' },
  { rule: '-m socket', around: early, expected: 'no' },
  { rule: '-m socket', expected: 'unknown' },
  { rule: '-m socket', packet: to('192.168.0.1'), around, expected: 'unknown' },
  { rule: '-m socket --transparent', packet: { connection: { state: 'established' } }, expected: 'unknown' },
  { rule: '-m socket --transparent --nowildcard', expected: 'unknown' },
  { rule: '-m socket --restore-skmark', expected: 'unknown' },
  { rule: '-m socket', packet: { protocol: 132 }, expected: 'no' },
  { rule: '-m socket', packet: ping, expected: 'no' },
  { rule: '-m socket', packet: unreachable, expected: 'unknown' },
  { rule: '-m socket', packet: { ...ping, icmp: undefined }, expected: 'unknown' },
  { rule: '-m socket', packet: ping6, place: ipv6, expected: 'no' },
  { rule: '-m socket', packet: { ...ping6, icmp: { type: 1, code: 0 } }, place: ipv6, expected: 'unknown' },
];

const others: readonly Case[] = [
  { rule: '-m comment --comment "a word"', expected: 'yes' },
  { rule: '-m nfacct --nfacct-name dropped', expected: 'yes' },
  { rule: '-m u32 --u32 "0x0=0x0"', expected: 'unknown' },
  { rule: '-m u32 --u32 "0x0=0x0" -d 10.0.0.1/32', expected: 'no' },
  { rule: '-m limit --limit 3/min', expected: 'unknown' },
  { rule: '-m mac --mac-source 00:00:5e:00:53:01', expected: 'unknown' },
  { rule: '-m length --length 0:100', expected: 'unknown' },
  { rule: '-m ttl --ttl-eq 64', expected: 'unknown' },
  { rule: '-m novel --option 1', expected: 'unknown' },
  { rule: '! -m mark --mark 1', expected: 'unknown' },
  { rule: '-m mark --mark 0 --novel', expected: 'unknown' },
  { rule: '-m mark [unsupported revision]', expected: 'unknown' },
];

const all = { addressTypes, marks, ranges, sockets, bridges, ways, waiting, others };

for (const [name, cases] of Object.entries(all)) {
  for (const { rule, packet, around: beside, place, expected } of cases) {
    const hook = beside?.hook ?? 'forward';
    test(`${name}: '${rule}' of ${JSON.stringify(packet ?? {})} at ${hook}: ${expected}`, () => {
      assert.equal(holds(rule, packet, beside, place), expected);
    });
  }
}

const wayBack = [
  ['10.96.0.10', '10.96.0.10'],
  ['224.0.0.1', undefined],
  ['255.255.255.255', undefined],
  ['0.0.0.1', undefined],
  ['fd00::1', 'fd00::1'],
  ['ff02::1', undefined],
] as const;

for (const [destination, source] of wayBack) {
  test(`the way back from ${destination} is asked for with the source ${source}`, () => {
    const asked: RouteQuestion[] = [];
    const recording: NodeNetwork = {
      ...network,
      route: (question) => {
        asked.push(question);
        return noRoute;
      },
    };
    const isIpv6 = destination.includes(':');
    holds('-m rpfilter', to(destination, { mark: 5 }), { ...early, network: recording }, isIpv6 ? raw6 : raw);
    assert.deepEqual(
      asked.map((question) => [question.source?.text, question.destination.text, question.mark, question.inDevice]),
      asked.map(() => [source, isIpv6 ? 'fd00::9' : '10.244.0.9', 0, undefined]),
    );
    assert.equal(asked[0]?.outDevice, isIpv6 ? 'veth0' : undefined);
    assert.notEqual(asked.length, 0);
  });
}
