import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sameHook, sameRule, sameSetForm } from '../../../../agent/plan/nftables/sameMeaning.ts';

/** What versions of nft list for one rule in the kernel. */
const sameInOtherWords: readonly (readonly [string, string])[] = [
  [
    'ip saddr != { 10.0.0.4/31, 255.255.254.0/23 } drop',
    'ip saddr != { 10.0.0.4/31, 255.255.254.0-255.255.255.255 } drop',
  ],
  [
    'meta mark != 0x00000000/1 meta mark set meta mark ^ 0x80000000',
    'meta mark & 0x80000000 != 0x0 meta mark set meta mark ^ 0x80000000',
  ],
  [
    'meta l4proto tcp dnat ip to numgen random mod 1 map { 0 : 10.244.0.2 . 80 }',
    'meta l4proto tcp dnat ip addr . port to numgen random mod 1 map { 0 : 10.244.0.2 . 80 }',
  ],
  ['meta mark set meta mark | 0x00004000', 'meta mark set meta mark | 0x4000'],
  [
    'numgen random mod 2 vmap { 0 : goto endpoint-a, 1 : goto endpoint-b }',
    'numgen random mod 2 map { 0 : 0x0 [invalid type], 1 : 0x1000000 [invalid type] }',
  ],
];

const different: readonly (readonly [string, string])[] = [
  ['ip saddr != { 10.0.0.4/31, 255.255.254.0/23 } drop', 'ip saddr != { 10.0.0.4/31, 255.255.255.0/24 } drop'],
  ['meta mark set meta mark | 0x00004000', 'meta mark set meta mark | 0x00008000'],
  ['numgen random mod 2 vmap { 0 : goto a, 1 : goto b }', 'numgen random mod 2 vmap { 0 : goto b, 1 : goto a }'],
  ['numgen random mod 2 vmap { 0 : goto a, 1 : goto b }', 'numgen random mod 1 map { 0 : 0x0 [invalid type] }'],
  ['meta l4proto udp dnat to 10.244.0.2:80', 'meta l4proto tcp dnat to 10.244.0.2:80'],
];

describe('rules in the words of several versions of nft', () => {
  for (const [one, other] of sameInOtherWords) {
    it(`are the same: ${one}`, () => {
      assert.ok(sameRule(one, other));
      assert.ok(sameRule(other, one));
    });
  }

  for (const [one, other] of different) {
    it(`are not the same: ${one} and ${other}`, () => assert.ok(!sameRule(one, other)));
  }

  it('hang at the same place whether the priority is a name or a number', () => {
    const hook = (priority: string) => `type filter hook output priority ${priority}; policy accept;`;
    assert.ok(sameHook(hook('dstnat - 10'), hook('-110')));
    assert.ok(sameHook(hook('filter'), hook('0')));
    assert.ok(!sameHook(hook('dstnat - 10'), hook('dstnat')));
    assert.ok(!sameHook(hook('filter'), hook('filter').replace('accept', 'drop')));
    assert.ok(!sameHook(hook('filter'), undefined));
  });

  it('have the same sets whatever their timeout is written in', () => {
    const set = (timeout: string | undefined, ...flags: string[]) => ({
      kind: 'set' as const,
      type: 'ipv4_addr',
      flags,
      timeout,
      comment: undefined,
      elements: new Map(),
      elementComments: new Map(),
    });
    assert.ok(sameSetForm(set('1h', 'dynamic', 'timeout'), set('3600s', 'timeout', 'dynamic')));
    assert.ok(!sameSetForm(set('1h', 'dynamic', 'timeout'), set('2h', 'dynamic', 'timeout')));
    assert.ok(!sameSetForm(set(undefined), set(undefined, 'interval')));
    assert.ok(!sameSetForm(set(undefined), { ...set(undefined), type: 'ipv6_addr' }));
  });
});
