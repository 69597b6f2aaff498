import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holds, type PacketDraft, type RulePlace } from './ruleSupport.ts';

interface Case {
  readonly rule: string;
  readonly packet?: PacketDraft;
  readonly place?: RulePlace;
  readonly expected: ReturnType<typeof holds>;
}

const udp: PacketDraft = { protocol: 17, tcpFlags: [], destinationPort: 53 };
const sctp: PacketDraft = { protocol: 132, tcpFlags: [], destinationPort: 132 };
const ping: PacketDraft = {
  protocol: 1,
  icmp: { type: 8, code: 0 },
  tcpFlags: [],
  sourcePort: undefined,
  destinationPort: undefined,
};
const ping6: PacketDraft = {
  ...ping,
  source: 'fd00::9',
  destination: 'fd00::a',
  protocol: 58,
  icmp: { type: 128, code: 0 },
};
const ipv6: RulePlace = { family: 'ipv6' };

const cases: readonly Case[] = [
  { rule: '-p tcp -m tcp', expected: 'yes' },
  { rule: '-p tcp -m tcp --dport 80', expected: 'yes' },
  { rule: '-p tcp --dport 80', expected: 'yes' },
  { rule: '-p tcp -m tcp --destination-port 80', expected: 'yes' },
  { rule: '-p tcp -m tcp --dport 81', expected: 'no' },
  { rule: '-p tcp -m tcp ! --dport 80', expected: 'no' },
  { rule: '-p tcp -m tcp ! --dport 81', expected: 'yes' },
  { rule: '-p tcp -m tcp --dport 80:90', expected: 'yes' },
  { rule: '-p tcp -m tcp --dport 70:79', expected: 'no' },
  { rule: '-p tcp -m tcp --dport :80', expected: 'yes' },
  { rule: '-p tcp -m tcp --dport 81:', expected: 'no' },
  { rule: '-p tcp -m tcp --dport http', expected: 'unknown' },
  { rule: '-p tcp -m tcp --sport 32768:60999', expected: 'yes' },
  { rule: '-p tcp -m tcp --sport 1:1023', expected: 'no' },
  { rule: '-p tcp -m tcp ! --sport 1:1023 --dport 80', expected: 'yes' },
  { rule: '-p udp -m udp --dport 80', expected: 'no' },
  { rule: '-p udp -m udp --dport 53', packet: udp, expected: 'yes' },
  { rule: '-p udp -m udp ! --dport 53', packet: udp, expected: 'no' },
  { rule: '-p sctp -m sctp --dport 132', packet: sctp, expected: 'yes' },
  { rule: '-p sctp -m sctp --dport 133', packet: sctp, expected: 'no' },
  { rule: '-p sctp -m sctp --chunk-types any INIT', packet: sctp, expected: 'yes' },
  { rule: '-p sctp -m sctp ! --chunk-types only INIT', packet: sctp, expected: 'no' },
  { rule: '-p sctp -m sctp --chunk-types any DATA,ABORT', packet: sctp, expected: 'no' },
  { rule: '-p sctp -m sctp --chunk-types any ALL', packet: sctp, expected: 'yes' },
  { rule: '-p sctp -m sctp --chunk-types any DATA:I', packet: sctp, expected: 'unknown' },
  { rule: '-p sctp -m sctp --chunk-types all INIT', packet: sctp, expected: 'unknown' },
  {
    rule: '-p sctp -m sctp --chunk-types any INIT',
    packet: { ...sctp, connection: { state: 'established' } },
    expected: 'unknown',
  },
  { rule: '-p tcp -m tcp --dport 80:odd', expected: 'unknown' },
  { rule: '-p tcp -m tcp --dport 80:81:82', expected: 'unknown' },
  { rule: '-p tcp -m tcp --dport 65536', expected: 'unknown' },
  { rule: '-p tcp -m multiport --ports 81', packet: { sourcePort: undefined }, expected: 'unknown' },
  { rule: '-p tcp -m multiport --ports 80', packet: { sourcePort: undefined }, expected: 'yes' },
  { rule: '-p tcp -m multiport --ports 40000', packet: { destinationPort: undefined }, expected: 'yes' },
  { rule: '-p tcp -m multiport --ports 40001', packet: { destinationPort: undefined }, expected: 'unknown' },
  { rule: '-p tcp -m tcp --dport 80', packet: { destinationPort: undefined }, expected: 'unknown' },
  { rule: '-p tcp -m tcp --syn', expected: 'yes' },
  { rule: '-p tcp -m tcp --syn', packet: { tcpFlags: ['ACK'] }, expected: 'no' },
  { rule: '-p tcp -m tcp ! --syn', packet: { tcpFlags: ['ACK'] }, expected: 'yes' },
  { rule: '-p tcp -m tcp ! --syn', expected: 'no' },
  { rule: '-p tcp -m tcp --tcp-flags SYN,RST SYN', expected: 'yes' },
  { rule: '-p tcp -m tcp --tcp-flags SYN,RST SYN', packet: { tcpFlags: ['SYN', 'RST'] }, expected: 'no' },
  { rule: '-p tcp -m tcp --tcp-flags FIN,SYN,RST,PSH,ACK,URG NONE', expected: 'no' },
  { rule: '-p tcp -m tcp --tcp-flags ALL NONE', packet: { tcpFlags: [] }, expected: 'yes' },
  { rule: '-p tcp -m tcp --tcp-flags ACK SYN', expected: 'no' },
  { rule: '-p tcp -m tcp --tcp-flags SYN ODD', expected: 'unknown' },
  { rule: '-p tcp -m tcp --tcp-option 2', expected: 'unknown' },
  { rule: '-p tcp -m tcp --tcp-option 2 --dport 81', expected: 'no' },
  { rule: '-p tcp -m multiport --dports 22,80,443', expected: 'yes' },
  { rule: '-p tcp -m multiport --dports 22,443', expected: 'no' },
  { rule: '-p tcp -m multiport ! --dports 22,443', expected: 'yes' },
  { rule: '-p tcp -m multiport ! --dports 22,80', expected: 'no' },
  { rule: '-p tcp -m multiport --dports 22,79:81', expected: 'yes' },
  { rule: '-p tcp -m multiport --sports 80,40000', expected: 'yes' },
  { rule: '-p tcp -m multiport --sports 80', expected: 'no' },
  { rule: '-p tcp -m multiport --ports 40000', expected: 'yes' },
  { rule: '-p tcp -m multiport --ports 80', expected: 'yes' },
  { rule: '-p tcp -m multiport --ports 81', expected: 'no' },
  { rule: '-p tcp -m multiport ! --ports 81', expected: 'yes' },
  { rule: '-p tcp -m multiport --dports http,80', expected: 'unknown' },
  { rule: '-p icmp -m icmp', packet: ping, expected: 'yes' },
  { rule: '-p icmp -m icmp --icmp-type 8', packet: ping, expected: 'yes' },
  { rule: '-p icmp -m icmp --icmp-type 8/0', packet: ping, expected: 'yes' },
  { rule: '-p icmp -m icmp --icmp-type 8/1', packet: ping, expected: 'no' },
  { rule: '-p icmp -m icmp --icmp-type 0', packet: ping, expected: 'no' },
  { rule: '-p icmp -m icmp ! --icmp-type 0', packet: ping, expected: 'yes' },
  { rule: '-p icmp -m icmp --icmp-type any', packet: ping, expected: 'yes' },
  { rule: '-p icmp -m icmp --icmp-type 255', packet: ping, expected: 'yes' },
  { rule: '-p icmp -m icmp --icmp-type echo-request', packet: ping, expected: 'yes' },
  { rule: '-p icmp -m icmp --icmp-type port-unreachable', packet: ping, expected: 'no' },
  { rule: '-p icmp -m icmp --icmp-type odd', packet: ping, expected: 'unknown' },
  { rule: '-p icmp -m icmp --icmp-type 8', packet: { ...ping, icmp: undefined }, expected: 'unknown' },
  { rule: '-p ipv6-icmp -m icmp6 --icmpv6-type 128', packet: ping6, place: ipv6, expected: 'yes' },
  { rule: '-p ipv6-icmp -m icmp6 --icmpv6-type echo-request', packet: ping6, place: ipv6, expected: 'yes' },
  { rule: '-p ipv6-icmp -m icmp6 --icmpv6-type 255', packet: ping6, place: ipv6, expected: 'no' },
  { rule: '-p ipv6-icmp -m icmp6 --icmpv6-type router-advertisement', packet: ping6, place: ipv6, expected: 'no' },
  { rule: '-p esp -m esp', packet: { ...ping, protocol: 50 }, expected: 'yes' },
  { rule: '-p esp -m esp --espspi 1:2', packet: { ...ping, protocol: 50 }, expected: 'unknown' },
];

for (const { rule, packet, place, expected } of cases) {
  test(`'${rule}' of ${JSON.stringify(packet ?? {})}: ${expected}`, () => {
    assert.equal(holds(rule, packet, {}, place), expected);
  });
}
