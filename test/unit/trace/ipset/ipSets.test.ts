import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Locator } from '../../../../agent/interpret/locator.ts';
import type { PartStatus, SnapshotPart } from '../../../../agent/model/snapshot.ts';
import { parseIpsetSave } from '../../../../agent/ruleset/ipset/parse.ts';
import type { IpSets } from '../../../../agent/trace/ipSets.ts';
import { ipSets } from '../../../../agent/trace/ipset/ipSets.ts';
import type { TracedPacket } from '../../../../agent/trace/packet.ts';
import { packetTo } from '../tracedPacket.ts';

type Directions = readonly ('src' | 'dst')[];

function setsOf(text: string, status: PartStatus = 'complete'): IpSets {
  const part: SnapshotPart = { id: 'ipset-save', kind: 'ipset-save', source: [], status, durationMs: 0, text };
  return ipSets([{ part, document: parseIpsetSave(text), locator: new Locator(part.id, text) }]);
}

/** The entry that a packet is in; `out`, or `unknown` with its reason's code. */
function answer(text: string, directions: Directions, packet: TracedPacket): string {
  const found = setsOf(text).test('s', directions, packet);
  if (found.kind === 'in') return found.entry;
  return found.kind === 'out' ? 'out' : `unknown ${found.reason.code}`;
}

const packet = packetTo('10.0.0.5', 80);
const udp = packetTo('10.0.0.5', 80, { protocol: 17 });
const ping = packetTo('10.0.0.5', undefined, { protocol: 1, icmp: { type: 8, code: 0 } });
const six = packetTo('fd00::5', 80);

const cases: readonly (readonly [
  set: string,
  entries: readonly string[],
  directions: Directions,
  packet: TracedPacket,
  answer: string,
])[] = [
  ['hash:ip', ['10.0.0.5', '10.0.0.6'], ['dst'], packet, '10.0.0.5'],
  ['hash:ip', ['10.0.0.5'], ['src'], packet, 'out'],
  ['hash:ip', ['10.244.0.9 timeout 20'], ['src'], packet, '10.244.0.9'],
  ['hash:ip', ['10.0.0.1-10.0.0.6'], ['dst'], packet, '10.0.0.1-10.0.0.6'],
  ['hash:ip', ['10.0.0.1-10.0.0.4', '10.0.0.8/29'], ['dst'], packet, 'out'],
  ['hash:ip family inet6', ['fd00::5'], ['dst'], six, 'fd00::5'],
  ['hash:ip family inet6', ['fd00::5'], ['dst'], packet, 'out'],
  ['hash:ip', ['10.0.0.5'], ['dst'], six, 'out'],
  ['hash:ip netmask 24', ['10.0.0.0'], ['dst'], packet, '10.0.0.0'],
  ['hash:ip bitmask 255.0.0.15', ['10.0.0.5'], ['dst'], packetTo('10.9.9.21', 80), '10.0.0.5'],
  ['hash:ip,port', ['10.0.0.5,tcp:80'], ['dst', 'dst'], packet, '10.0.0.5,tcp:80'],
  ['hash:ip,port', ['10.0.0.5,80'], ['dst', 'dst'], packet, '10.0.0.5,80'],
  ['hash:ip,port', ['10.0.0.5,tcp:80'], ['dst', 'dst'], udp, 'out'],
  ['hash:ip,port', ['10.0.0.5,tcp:80'], ['dst', 'src'], packet, 'out'],
  ['hash:ip,port', ['10.0.0.5,tcp:79-81'], ['dst', 'dst'], packet, '10.0.0.5,tcp:79-81'],
  // Too few directions for the set.
  ['hash:ip,port', ['10.0.0.5,tcp:80'], ['dst'], packet, 'out'],
  ['hash:ip,port', ['10.0.0.5,icmp:echo-request'], ['dst', 'dst'], ping, '10.0.0.5,icmp:echo-request'],
  ['hash:ip,port', ['10.0.0.5,icmp:8/0'], ['dst', 'dst'], ping, '10.0.0.5,icmp:8/0'],
  ['hash:ip,port', ['10.0.0.5,gre:0'], ['dst', 'dst'], { ...ping, protocol: 47 }, '10.0.0.5,gre:0'],
  ['hash:ip,port', ['10.0.0.6,tcp:http'], ['dst', 'dst'], packet, 'unknown ipset-not-modelled'],
  ['hash:ip,port,ip', ['10.0.0.5,tcp:80,10.0.0.5'], ['dst', 'dst', 'src'], packet, 'out'],
  [
    'hash:ip,port,ip',
    ['10.0.0.5,tcp:80,10.0.0.5'],
    ['dst', 'dst', 'src'],
    packetTo('10.0.0.5', 80, { from: '10.0.0.5' }),
    '10.0.0.5,tcp:80,10.0.0.5',
  ],
  ['hash:net', ['10.0.0.0/8', '10.0.0.0/24 nomatch'], ['dst'], packet, 'out'],
  ['hash:net', ['10.0.0.0/24 nomatch', '10.0.0.4/30'], ['dst'], packet, '10.0.0.4/30'],
  ['hash:net', ['0.0.0.0/1'], ['dst'], packet, '0.0.0.0/1'],
  ['hash:net,port', ['10.0.0.0/24,udp:80', '10.0.0.0/8,tcp:80'], ['dst', 'dst'], packet, '10.0.0.0/8,tcp:80'],
  ['hash:net,net', ['10.0.0.0/8,10.244.0.0/16'], ['dst', 'src'], packet, '10.0.0.0/8,10.244.0.0/16'],
  ['hash:net,net', ['10.0.0.0/8,10.244.0.0/16'], ['src', 'dst'], packet, 'out'],
  [
    'hash:ip,port,net',
    ['10.0.0.5,tcp:80,10.0.0.0/8', '10.0.0.5,tcp:80,10.244.0.0/24 nomatch'],
    ['dst', 'dst', 'src'],
    packet,
    'out',
  ],
  ['hash:net,iface', ['10.0.0.0/24,veth1'], ['dst', 'src'], packet, '10.0.0.0/24,veth1'],
  ['hash:net,iface', ['10.0.0.0/24,veth1'], ['dst', 'dst'], packet, 'out'],
  ['hash:net,iface', ['10.0.0.0/24,veth wildcard'], ['dst', 'src'], packet, '10.0.0.0/24,veth'],
  ['hash:net,iface', ['10.0.0.0/24,physdev:veth1'], ['dst', 'src'], packet, 'out'],
  // The longest prefix is for another device; shorter ones are not asked.
  ['hash:net,iface', ['10.0.0.0/24,eth0', '10.0.0.0/8,veth1'], ['dst', 'src'], packet, 'out'],
  [
    'hash:ip,mark markmask 0xff',
    ['10.0.0.5,0x00000004'],
    ['dst', 'dst'],
    { ...packet, mark: 0x4004 },
    '10.0.0.5,0x00000004',
  ],
  ['hash:ip,mark', ['10.0.0.5,0x00000004'], ['dst', 'dst'], { ...packet, mark: 0x4004 }, 'out'],
  ['hash:mac', ['02:00:00:00:00:01'], ['src'], packet, 'unknown ipset-not-modelled'],
  ['hash:mac', ['02:00:00:00:00:01'], ['src'], { ...packet, inDevice: undefined }, 'out'],
  ['hash:mac', [], ['src'], packet, 'out'],
  ['hash:ip,mac', ['10.0.0.6,02:00:00:00:00:01'], ['dst', 'src'], packet, 'out'],
  ['hash:ip,mac', ['10.0.0.5,02:00:00:00:00:01'], ['dst', 'src'], packet, 'unknown ipset-not-modelled'],
  ['bitmap:ip range 10.0.0.0-10.0.0.255', ['10.0.0.5'], ['dst'], packet, '10.0.0.5'],
  ['bitmap:ip range 10.0.0.0/16 netmask 24', ['10.0.0.0'], ['dst'], packet, '10.0.0.0'],
  ['bitmap:port range 0-65535', ['80'], ['dst'], packet, '80'],
  ['bitmap:port range 0-65535', ['80'], ['dst'], udp, '80'],
  ['bitmap:port range 0-65535', ['80'], ['dst'], { ...packet, protocol: 132 }, 'out'],
  ['bitmap:port range 0-65535', ['80-90'], ['dst'], packet, '80-90'],
  ['hash:new,thing', ['x'], ['dst', 'dst'], packet, 'unknown ipset-not-modelled'],
];

describe('a set', () => {
  for (const [set, entries, directions, asked, expected] of cases) {
    it(`${set} of ${entries.join(' and ') || 'nothing'} asked for ${directions}: ${expected}`, () => {
      const lines = entries.map((entry) => `add s ${entry}\n`);
      assert.equal(answer(`create s ${set}\n${lines.join('')}`, directions, asked), expected);
    });
  }

  it('that is a list is asked set by set', () => {
    const lists = (...members: string[]): string =>
      `create a hash:ip\nadd a 10.0.0.5\ncreate b hash:ip\ncreate s list:set size 8\n${members.map((name) => `add s ${name}\n`).join('')}`;
    assert.equal(answer(lists('b', 'a'), ['dst'], packet), 'a 10.0.0.5');
    assert.equal(answer(lists('b'), ['dst'], packet), 'out');
    assert.equal(answer(lists('gone', 'a'), ['dst'], packet), 'a 10.0.0.5');
    assert.equal(answer(lists('gone', 'b'), ['dst'], packet), 'unknown ipset-missing');
    assert.equal(answer(lists('s', 'a'), ['dst'], packet), 'a 10.0.0.5');
  });

  it('that the snapshot lacks, or of which the end is cut off, is not known', () => {
    assert.equal(answer('create other hash:ip\n', ['dst'], packet), 'unknown ipset-missing');
    assert.equal(answer('add s 10.0.0.5\n', ['dst'], packet), 'unknown ipset-missing');
    assert.equal(answer('create s hash:ip\nadd s 10.0.0', ['dst'], packet), 'unknown ipset-not-modelled');
    assert.equal(answer('create s hash:ip\nadd s 10.0.0.6', ['dst'], packet), 'unknown ipset-cut-off');
    assert.equal(answer('create s hash:ip\nadd s 10.0.0.5', ['dst'], packet), '10.0.0.5');
    const partial = setsOf('create s hash:ip\ncreate t hash:ip\n', 'partial');
    assert.equal(partial.test('s', ['dst'], packet).kind, 'out');
    assert.equal(partial.test('t', ['dst'], packet).kind, 'unknown');
  });
});
