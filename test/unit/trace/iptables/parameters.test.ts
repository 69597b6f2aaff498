import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Hook } from '../../../../agent/trace/ruleProgram.ts';
import { holds, type PacketDraft, type RulePlace } from './ruleSupport.ts';

interface Case {
  readonly rule: string;
  readonly packet?: PacketDraft;
  readonly hook?: Hook;
  readonly place?: RulePlace;
  readonly expected: ReturnType<typeof holds>;
}

const ipv6: RulePlace = { family: 'ipv6' };
const fromPod6: PacketDraft = { source: 'fd00:10:244::9', destination: 'fd00:10:96::a' };

const cases: readonly Case[] = [
  { rule: '', expected: 'yes' },
  { rule: '-s 10.244.0.9/32', expected: 'yes' },
  { rule: '-s 10.244.0.9', expected: 'yes' },
  { rule: '-s 10.244.0.8/31', expected: 'yes' },
  { rule: '-s 10.244.0.10/31', expected: 'no' },
  { rule: '-s 10.0.0.0/8', expected: 'yes' },
  { rule: '! -s 10.0.0.0/8', expected: 'no' },
  { rule: '! -s 10.245.0.0/16', expected: 'yes' },
  { rule: '-s 10.244.0.0/255.255.0.0', expected: 'yes' },
  { rule: '-s 0.0.0.9/0.0.0.255', expected: 'yes' },
  { rule: '-s 0.0.0.8/0.0.0.255', expected: 'no' },
  { rule: '-s 0.0.0.0/0', expected: 'yes' },
  { rule: '-s gateway.example', expected: 'unknown' },
  { rule: '-s 10.244.0.9/33', expected: 'unknown' },
  { rule: '-s 10.244.0.9/32/32', expected: 'unknown' },
  { rule: '-s 10.244.0.9/odd', expected: 'unknown' },
  { rule: '-s fd00::1/128', expected: 'unknown' },
  { rule: '-s gateway.example -d 10.0.0.1/32', expected: 'no' },
  { rule: '-d 10.96.0.10/32', expected: 'yes' },
  { rule: '! -d 10.96.0.10/32', expected: 'no' },
  { rule: '-d 10.96.0.11/32', expected: 'no' },
  { rule: '-d fd00:10:96::a/128', packet: fromPod6, place: ipv6, expected: 'yes' },
  { rule: '-d fd00:10:96:0::/64', packet: fromPod6, place: ipv6, expected: 'yes' },
  { rule: '-d fd00:10:97::/48', packet: fromPod6, place: ipv6, expected: 'no' },
  { rule: '-p tcp', expected: 'yes' },
  { rule: '-p 6', expected: 'yes' },
  { rule: '-p udp', expected: 'no' },
  { rule: '! -p udp', expected: 'yes' },
  { rule: '! -p tcp', expected: 'no' },
  { rule: '-p all', expected: 'yes' },
  { rule: '-p strange', expected: 'unknown' },
  { rule: '-p sctp', packet: { protocol: 132 }, expected: 'yes' },
  { rule: '-i veth0', expected: 'yes' },
  { rule: '-i veth', expected: 'no' },
  { rule: '-i veth+', expected: 'yes' },
  { rule: '-i eth+', expected: 'no' },
  { rule: '! -i veth+', expected: 'no' },
  { rule: '! -i eth0', expected: 'yes' },
  { rule: '-i veth0', packet: { inDevice: undefined }, expected: 'unknown' },
  { rule: '-i +', packet: { inDevice: undefined }, expected: 'yes' },
  { rule: '-i veth0', packet: { inDevice: undefined }, hook: 'output', expected: 'no' },
  { rule: '! -i veth0', packet: { inDevice: undefined }, hook: 'output', expected: 'yes' },
  { rule: '-o eth0', expected: 'yes' },
  { rule: '-o eth1', expected: 'no' },
  { rule: '! -o eth1', expected: 'yes' },
  { rule: '-o eth0', packet: { outDevice: undefined }, expected: 'unknown' },
  { rule: '-o eth0', packet: { outDevice: undefined }, hook: 'prerouting', expected: 'no' },
  { rule: '! -o eth0', packet: { outDevice: undefined }, hook: 'input', expected: 'yes' },
  { rule: '-f', expected: 'no' },
  { rule: '! -f', expected: 'yes' },
  { rule: '-s 10.0.0.0/8 -d 10.96.0.10/32 -p tcp -i veth+ -o eth0', expected: 'yes' },
  { rule: '-s 10.0.0.0/8 -d 10.96.0.10/32 -p tcp -i veth+ -o eth1', expected: 'no' },
  { rule: '--novel 1', expected: 'unknown' },
];

for (const { rule, packet, hook = 'forward', place, expected } of cases) {
  test(`'${rule}' of ${JSON.stringify(packet ?? {})} at ${hook}: ${expected}`, () => {
    assert.equal(holds(rule, packet, { hook }, place), expected);
  });
}
