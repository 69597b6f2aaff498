import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAddress } from '../../../../agent/model/address.ts';
import type { Branch, Hook } from '../../../../agent/trace/ruleProgram.ts';
import { ask, type PacketDraft, type RulePlace } from './ruleSupport.ts';

interface Case {
  readonly rule: string;
  readonly packet?: PacketDraft;
  readonly hook?: Hook;
  readonly place?: RulePlace;
  /** One line for each branch; none for a rule that does not match. */
  readonly expected: readonly string[];
}

const ipv6: RulePlace = { family: 'ipv6' };
const nat: RulePlace = { table: 'nat' };
const nat6: RulePlace = { table: 'nat', family: 'ipv6' };

function words({ verdict, packet, effects }: Branch): string {
  const after = effects.map((effect) => (effect.kind === 'set' ? ` ${effect.field}=${effect.to}` : '')).join('');
  switch (verdict.kind) {
    case 'reject':
      return `reject ${verdict.with}${after}`;
    case 'jump':
    case 'goto':
      return `${verdict.kind} ${verdict.chain}${after}`;
    case 'unknown':
      return `unknown ${verdict.reason.code} ${Object.values(verdict.reason.args)[0]}`;
    case 'translate': {
      const { kind, address, port } = verdict.translation;
      assert.equal(verdict.translation.part, kind === 'dnat' || kind === 'redirect' ? 'destination' : 'source');
      return `${kind} ${formatAddress(address?.text ?? 'own', port)}`;
    }
    default: {
      const { state } = packet.connection;
      return `${verdict.kind}${after}${state === 'new' || state === 'established' ? '' : ` ${state}`}`;
    }
  }
}

const verdicts: readonly Case[] = [
  { rule: '-j ACCEPT', expected: ['accept'] },
  { rule: '-j DROP', expected: ['drop'] },
  { rule: '-j RETURN', expected: ['return'] },
  { rule: '', expected: ['next'] },
  { rule: '-d 10.0.0.1/32 -j ACCEPT', expected: [] },
  { rule: '-j OTHER', expected: ['jump OTHER'] },
  { rule: '-g OTHER', expected: ['goto OTHER'] },
  { rule: '-j MISSING', expected: ['jump MISSING'] },
  { rule: '-j NOVEL --option 1', expected: ['unknown target-not-modelled NOVEL'] },
  { rule: '-j REJECT', expected: ['reject icmp-port-unreachable'] },
  { rule: '-j REJECT --reject-with icmp-port-unreachable', expected: ['reject icmp-port-unreachable'] },
  { rule: '-j REJECT --reject-with host-prohib', expected: ['reject icmp-host-prohibited'] },
  { rule: '-p tcp -j REJECT --reject-with tcp-reset', expected: ['reject tcp-reset'] },
  {
    rule: '-j REJECT',
    place: ipv6,
    packet: { source: '::2', destination: '::3' },
    expected: ['reject icmp6-port-unreachable'],
  },
  {
    rule: '-j REJECT --reject-with no-route',
    place: ipv6,
    packet: { source: '::2', destination: '::3' },
    expected: ['reject icmp6-no-route'],
  },
  { rule: '-j NFQUEUE --queue-num 1', expected: ['unknown target-not-modelled NFQUEUE'] },
  { rule: '-p tcp -j TPROXY --on-port 1', expected: ['unknown target-not-modelled TPROXY'] },
  { rule: '-j REJECT --novel', expected: ['unknown target-not-modelled REJECT'] },
  { rule: '-m u32 --u32 "0x0=0x0" -j REJECT', expected: ['unknown match-not-modelled u32'] },
];

const withoutConsequence: readonly Case[] = [
  'LOG --log-prefix "a b"',
  'NFLOG --nflog-group 1',
  'TRACE',
  'TCPMSS --clamp-mss-to-pmtu',
  'CLASSIFY --set-class 1:2',
  'CHECKSUM --checksum-fill',
  'SET --add-set SEEN src --exist',
  'SET --del-set SEEN src',
  'CT --helper ftp',
].flatMap((target) => [
  { rule: `-j ${target}`, expected: ['next'] },
  // Whether it matches makes no difference.
  { rule: `-m u32 --u32 "0x0=0x0" -j ${target}`, expected: [] },
  { rule: `-m statistic --mode random --probability 0.5 -j ${target}`, expected: ['next'] },
]);

const marks: readonly Case[] = [
  { rule: '-j MARK --set-xmark 0x4000/0x4000', packet: { mark: 1 }, expected: ['next mark=0x4001'] },
  { rule: '-j MARK --set-xmark 0x4000', packet: { mark: 1 }, expected: ['next mark=0x4000'] },
  { rule: '-j MARK --set-xmark 0x4000/0x0', packet: { mark: 0x4001 }, expected: ['next mark=0x1'] },
  { rule: '-j MARK --set-xmark 0x80000000/0x80000000', packet: { mark: 1 }, expected: ['next mark=0x80000001'] },
  { rule: '-j MARK --set-mark 0x3/0x1', packet: { mark: 0xe }, expected: ['next mark=0xf'] },
  { rule: '-j MARK --and-mark 0xf0', packet: { mark: 0xff }, expected: ['next mark=0xf0'] },
  { rule: '-j MARK --or-mark 0x4000', packet: { mark: 1 }, expected: ['next mark=0x4001'] },
  { rule: '-j MARK --xor-mark 0x3', packet: { mark: 1 }, expected: ['next mark=0x2'] },
  { rule: '-j MARK --set-xmark odd', expected: ['unknown target-not-modelled MARK'] },
  {
    rule: '-j CONNMARK --set-xmark 0x10/0xf0',
    packet: { connection: { mark: 0x2f } },
    expected: ['next connection mark=0x1f'],
  },
  { rule: '-j CONNMARK --set-mark 5', expected: ['next connection mark=0x5'] },
  {
    rule: '-j CONNMARK --save-mark --nfmask 0xf0 --ctmask 0xff',
    packet: { mark: 0x12, connection: { mark: 0xf05 } },
    expected: ['next connection mark=0xf10'],
  },
  { rule: '-j CONNMARK --save-mark', packet: { mark: 0x12 }, expected: ['next connection mark=0x12'] },
  {
    rule: '-j CONNMARK --restore-mark --mask 0xf',
    packet: { mark: 0x10, connection: { mark: 0xff } },
    expected: ['next mark=0x1f'],
  },
  {
    rule: '-j CONNMARK --restore-mark --nfmask 0xffff0000 --ctmask 0xffff0000',
    packet: { mark: 1, connection: { mark: 0x20003 } },
    expected: ['next mark=0x20001'],
  },
  { rule: '-j CONNMARK --set-mark 5', packet: { connection: { state: 'untracked' } }, expected: ['next untracked'] },
  {
    rule: '-j CONNMARK --restore-mark',
    packet: { mark: 1, connection: { state: 'invalid' } },
    expected: ['next invalid'],
  },
  { rule: '-j CONNMARK --save-mark --left-shift-mark 2', expected: ['unknown target-not-modelled CONNMARK'] },
];

const tracking: readonly Case[] = [
  {
    rule: '-j CT --notrack',
    packet: { connection: { state: 'invalid' } },
    expected: ['next state=untracked untracked'],
  },
  { rule: '-j NOTRACK', packet: { connection: { state: 'invalid' } }, expected: ['next state=untracked untracked'] },
  // What came through loopback has its connection already.
  { rule: '-j CT --notrack', packet: { connection: { state: 'established' } }, expected: ['next'] },
].map((each): Case => ({ ...each, place: { table: 'raw' } }) as Case);

const fields: readonly Case[] = [
  { rule: '-j TTL --ttl-set 64', expected: ['next ttl=64'] },
  { rule: '-j TTL --ttl-dec 1', expected: ['next ttl=-1'] },
  { rule: '-j DSCP --set-dscp 0x0a', expected: ['next dscp=0x0a'] },
  { rule: '-j TOS --set-tos 0x10/0x3f', expected: ['next tos=0x10/0x3f'] },
].map((each): Case => ({ ...each, place: { table: 'mangle' } }));

const sixPorts = ['80', '81', '82', '83', '84', '85'];
const translations: readonly Case[] = [
  { rule: '-p tcp -j DNAT --to-destination 10.0.0.2:8080', expected: ['dnat 10.0.0.2:8080'] },
  { rule: '-p tcp -j DNAT --to-destination 10.0.0.2', expected: ['dnat 10.0.0.2'] },
  { rule: '-p tcp -j DNAT --to-destination :8080', expected: ['dnat own:8080'] },
  { rule: '-p tcp -j DNAT --to-destination 10.0.0.2:8080 --random --persistent', expected: ['dnat 10.0.0.2:8080'] },
  {
    rule: '-p tcp -j DNAT --to-destination 10.0.0.2-10.0.0.3:8080',
    expected: ['dnat 10.0.0.2:8080', 'dnat 10.0.0.3:8080'],
  },
  { rule: '-p tcp -j DNAT --to-destination 10.0.0.2:70-90', expected: ['dnat 10.0.0.2'] },
  {
    rule: '-p tcp -j DNAT --to-destination 10.0.0.2:80-85 --random',
    expected: sixPorts.map((port) => `dnat 10.0.0.2:${port}`),
  },
  { rule: '-p tcp -j DNAT --to-destination 10.0.0.2:81-82', expected: ['dnat 10.0.0.2:81', 'dnat 10.0.0.2:82'] },
  { rule: '-p tcp -j DNAT --to-destination 10.0.0.2:8000-8099/70', expected: ['dnat 10.0.0.2:8010'] },
  { rule: '-p tcp -j DNAT --to-destination 10.0.0.2:8000-8099/81', expected: ['dnat 10.0.0.2:8035'] },
  {
    rule: '-p tcp -j DNAT --to-destination 10.0.0.2:1000-9000',
    expected: ['unknown translation-not-known 10.0.0.2:1000-9000'],
  },
  {
    rule: '-j DNAT --to-destination 10.0.0.0-10.0.255.255',
    expected: ['unknown translation-not-known 10.0.0.0-10.0.255.255'],
  },
  { rule: '-j DNAT --to-destination odd', expected: ['unknown target-not-modelled DNAT'] },
  { rule: '-j DNAT', expected: ['unknown target-not-modelled DNAT'] },
  ...[
    '10.0.0.2:90-80',
    '10.0.0.2:-80',
    '10.0.0.2:80-',
    '10.0.0.2:1-2-3',
    '10.0.0.2:80-90/odd',
    '10.0.0.2:80-90/1/2',
  ].map((text) => ({
    rule: `-p tcp -j DNAT --to-destination ${text}`,
    expected: ['unknown target-not-modelled DNAT'],
  })),
  ...['10.0.0.3-10.0.0.2', '10.0.0.2-odd', '10.0.0.2-10.0.0.3-10.0.0.4', 'fd00::2'].map((text) => ({
    rule: `-p tcp -j DNAT --to-destination ${text}`,
    expected: ['unknown target-not-modelled DNAT'],
  })),
  {
    rule: '-j DNAT --to-destination [fd00::2]:8080',
    place: nat6,
    packet: { source: '::2', destination: '::3' },
    expected: ['dnat [fd00::2]:8080'],
  },
  {
    rule: '-j DNAT --to-destination fd00::2',
    place: nat6,
    packet: { source: '::2', destination: '::3' },
    expected: ['dnat fd00::2'],
  },
  {
    rule: '-j DNAT --to-destination [fd00::2-fd00::3]:80',
    place: nat6,
    packet: { source: '::2', destination: '::3' },
    expected: ['dnat [fd00::2]:80', 'dnat [fd00::3]:80'],
  },
  {
    rule: '-j DNAT --to-destination [fd00::2',
    place: nat6,
    packet: { source: '::2', destination: '::3' },
    expected: ['unknown target-not-modelled DNAT'],
  },
  { rule: '-j SNAT --to-source 192.168.0.1', expected: ['snat 192.168.0.1'] },
  { rule: '-p tcp -j SNAT --to-source 192.168.0.1:1024', expected: ['snat 192.168.0.1:1024'] },
  { rule: '-p tcp -j SNAT --to-source 192.168.0.1:1024-65535', expected: ['snat 192.168.0.1'] },
  { rule: '-p tcp -j SNAT --to-source 192.168.0.1:1024-65535 --random-fully', expected: ['snat 192.168.0.1'] },
  {
    rule: '-p tcp -j SNAT --to-source 192.168.0.1:50000-65535',
    expected: ['unknown translation-not-known 192.168.0.1:50000-65535'],
  },
  { rule: '-j SNAT --to-source 192.168.0.1-192.168.0.2', expected: ['snat 192.168.0.1', 'snat 192.168.0.2'] },
  // A source in the range stays.
  { rule: '-j SNAT --to-source 10.244.0.1-10.244.0.250', expected: ['snat 10.244.0.9'] },
  { rule: '-j SNAT --to-source 10.244.0.8-10.244.0.9 --random', expected: ['snat 10.244.0.8', 'snat 10.244.0.9'] },
  { rule: '-j MASQUERADE', expected: ['masquerade own'] },
  { rule: '-j MASQUERADE --random-fully', expected: ['masquerade own'] },
  { rule: '-p tcp -j MASQUERADE --to-ports 32768-60999', expected: ['masquerade own'] },
  { rule: '-p tcp -j MASQUERADE --to-ports 32768-60999 --random', expected: ['masquerade own'] },
  { rule: '-p tcp -j MASQUERADE --to-ports 1024', expected: ['masquerade own:1024'] },
  { rule: '-p tcp -j MASQUERADE --to-ports odd', expected: ['unknown target-not-modelled MASQUERADE'] },
  { rule: '-p tcp -j REDIRECT --to-ports 3128', expected: ['redirect own:3128'] },
  { rule: '-j REDIRECT', expected: ['redirect own'] },
  { rule: '-j NETMAP --to 192.168.5.0/24', expected: ['dnat 192.168.5.10'] },
  { rule: '-j NETMAP --to 192.168.5.0/24', hook: 'postrouting', expected: ['snat 192.168.5.9'] },
  { rule: '-j NETMAP --to 192.168.5.0/255.255.255.0', hook: 'output', expected: ['dnat 192.168.5.10'] },
].map((each) => ({ place: nat, ...each }) as Case);

const elsewhere: readonly Case[] = [
  { rule: '-j DNAT --to-destination 10.0.0.2', expected: ['unknown target-not-modelled DNAT'] },
];

const all = { verdicts, withoutConsequence, marks, tracking, fields, translations, elsewhere };

for (const [name, cases] of Object.entries(all)) {
  for (const { rule, packet, hook = 'prerouting', place, expected } of cases) {
    test(`${name}: '${rule}' of ${JSON.stringify(packet ?? {})} at ${hook}`, () => {
      const branches = ask(rule, packet, { hook }, place) ?? [];
      assert.deepEqual(branches.map(words), expected);
      if (branches.length > 0) {
        const sum = branches.map(({ probability }) => probability).reduce((first, second) => first.plus(second));
        assert.equal(sum.toNumber(), 1);
      }
    });
  }
}

test('addresses of a range are equally likely', () => {
  const branches = ask('-j DNAT --to-destination 10.0.0.1-10.0.0.4', {}, {}, nat) ?? [];
  assert.deepEqual(
    branches.map(({ probability }) => probability.toNumber()),
    [0.25, 0.25, 0.25, 0.25],
  );
});

test('a mark is set on the packet that goes on, and the one before stays as it was', () => {
  const [branch] = ask('-j CONNMARK --set-mark 5', { mark: 7 }) ?? [];
  assert.equal(branch?.packet.connection.mark, 5);
  assert.equal(branch?.packet.mark, 7);
});
