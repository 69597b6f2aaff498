import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holds, type PacketDraft } from './ruleSupport.ts';

interface Case {
  readonly rule: string;
  readonly packet?: PacketDraft;
  readonly expected: ReturnType<typeof holds>;
}

const established: PacketDraft = { connection: { state: 'established' } };
const related: PacketDraft = { connection: { state: 'related' } };
const invalid: PacketDraft = { connection: { state: 'invalid' } };
const untracked: PacketDraft = { connection: { state: 'untracked' } };
const translated: PacketDraft = {
  destination: '10.0.0.2',
  destinationPort: 8080,
  connection: { isDestinationTranslated: true, originalDestination: '10.96.0.10', originalDestinationPort: 80 },
};
const masqueraded: PacketDraft = {
  source: '192.168.0.1',
  connection: { isSourceTranslated: true, originalSource: '10.244.0.9' },
};
const ping: PacketDraft = {
  protocol: 1,
  icmp: { type: 8, code: 0 },
  sourcePort: undefined,
  destinationPort: undefined,
};

const cases: readonly Case[] = [
  { rule: '-m conntrack --ctstate NEW', expected: 'yes' },
  { rule: '-m conntrack --ctstate new', expected: 'yes' },
  { rule: '-m conntrack ! --ctstate NEW', expected: 'no' },
  { rule: '-m conntrack --ctstate RELATED,ESTABLISHED', expected: 'no' },
  { rule: '-m conntrack --ctstate RELATED,ESTABLISHED', packet: established, expected: 'yes' },
  { rule: '-m conntrack --ctstate RELATED,ESTABLISHED', packet: related, expected: 'yes' },
  { rule: '-m conntrack --ctstate INVALID', expected: 'no' },
  { rule: '-m conntrack --ctstate INVALID', packet: invalid, expected: 'yes' },
  { rule: '-m conntrack ! --ctstate INVALID', packet: invalid, expected: 'no' },
  { rule: '-m conntrack --ctstate UNTRACKED', packet: untracked, expected: 'yes' },
  { rule: '-m conntrack --ctstate INVALID', packet: untracked, expected: 'no' },
  { rule: '-m conntrack --ctstate DNAT', expected: 'no' },
  { rule: '-m conntrack ! --ctstate DNAT', expected: 'yes' },
  { rule: '-m conntrack --ctstate DNAT', packet: translated, expected: 'yes' },
  { rule: '-m conntrack ! --ctstate DNAT', packet: translated, expected: 'no' },
  { rule: '-m conntrack --ctstate SNAT', packet: translated, expected: 'no' },
  { rule: '-m conntrack --ctstate SNAT', packet: masqueraded, expected: 'yes' },
  { rule: '-m conntrack --ctstate NEW,ODD', expected: 'unknown' },
  { rule: '-m state --state NEW', expected: 'yes' },
  { rule: '-m state --state RELATED,ESTABLISHED', packet: established, expected: 'yes' },
  { rule: '-m state ! --state NEW', packet: established, expected: 'yes' },
  { rule: '-m conntrack --ctorigdst 10.96.0.0/12', packet: translated, expected: 'yes' },
  { rule: '-m conntrack --ctorigdst 10.0.0.2', packet: translated, expected: 'no' },
  { rule: '-m conntrack ! --ctorigdst 10.0.0.2', packet: translated, expected: 'yes' },
  { rule: '-m conntrack --ctorigsrc 10.244.0.9', packet: masqueraded, expected: 'yes' },
  { rule: '-m conntrack --ctorigsrc 192.168.0.1', packet: masqueraded, expected: 'no' },
  { rule: '-m conntrack --ctorigdstport 80', packet: translated, expected: 'yes' },
  { rule: '-m conntrack --ctorigdstport 8080', packet: translated, expected: 'no' },
  { rule: '-m conntrack --ctorigdstport 79:80', expected: 'yes' },
  { rule: '-m conntrack --ctorigsrcport 40000', expected: 'yes' },
  { rule: '-m conntrack --ctorigdstport 80', packet: ping, expected: 'no' },
  { rule: '-m conntrack --ctorigdstport 2048', packet: ping, expected: 'yes' },
  { rule: '-m conntrack --ctorigdstport 80', packet: { ...ping, ...related }, expected: 'unknown' },
  { rule: '-m conntrack --ctorigsrcport 80', packet: ping, expected: 'unknown' },
  { rule: '-m conntrack --ctreplsrc 10.96.0.10', expected: 'yes' },
  { rule: '-m conntrack --ctreplsrc 10.0.0.2', packet: translated, expected: 'yes' },
  { rule: '-m conntrack --ctreplsrc 10.96.0.10', packet: translated, expected: 'no' },
  { rule: '-m conntrack --ctrepldst 10.244.0.9', expected: 'yes' },
  { rule: '-m conntrack --ctrepldst 192.168.0.1', packet: masqueraded, expected: 'yes' },
  {
    // Before the translation is applied, the packet does not tell where to.
    rule: '-m conntrack --ctreplsrc 10.0.0.2',
    packet: { connection: { state: 'established', isDestinationTranslated: true } },
    expected: 'unknown',
  },
  { rule: '-m conntrack --ctproto tcp', expected: 'yes' },
  { rule: '-m conntrack --ctproto 17', expected: 'no' },
  { rule: '-m conntrack ! --ctproto 17', expected: 'yes' },
  { rule: '-m conntrack --ctdir ORIGINAL', expected: 'yes' },
  { rule: '-m conntrack --ctdir REPLY', packet: established, expected: 'no' },
  { rule: '-m conntrack --ctdir REPLY', packet: related, expected: 'unknown' },
  { rule: '-m conntrack --ctstatus SEEN_REPLY', expected: 'no' },
  { rule: '-m conntrack --ctstatus SEEN_REPLY', packet: established, expected: 'yes' },
  { rule: '-m conntrack ! --ctstatus SEEN_REPLY', packet: established, expected: 'no' },
  { rule: '-m conntrack --ctstatus ASSURED', packet: established, expected: 'unknown' },
  { rule: '-m conntrack --ctstatus CONFIRMED', expected: 'no' },
  { rule: '-m conntrack --ctstatus CONFIRMED', packet: { inDevice: 'lo' }, expected: 'yes' },
  { rule: '-m conntrack --ctstatus EXPECTED', expected: 'unknown' },
  { rule: '-m conntrack --ctstatus NONE', expected: 'no' },
  { rule: '-m conntrack --ctexpire 10:20', expected: 'unknown' },
  // Without a connection nothing but the state is asked, and without the state nothing fits.
  { rule: '-m conntrack --ctorigdst 10.96.0.10', packet: invalid, expected: 'no' },
  { rule: '-m conntrack ! --ctorigdst 10.0.0.1', packet: untracked, expected: 'no' },
  { rule: '-m conntrack --ctstate INVALID --ctorigdst 10.0.0.1', packet: invalid, expected: 'yes' },
  { rule: '-m conntrack --ctstate NEW --ctorigdst 10.0.0.1', packet: invalid, expected: 'no' },
  { rule: '-m conntrack --ctstate NEW --ctproto tcp', expected: 'yes' },
  { rule: '-m connmark --mark 0', expected: 'yes' },
  { rule: '-m connmark --mark 0x10', packet: { connection: { mark: 0x10 } }, expected: 'yes' },
  { rule: '-m connmark --mark 0x10/0xf0', packet: { connection: { mark: 0x1f } }, expected: 'yes' },
  { rule: '-m connmark ! --mark 0x10/0xf0', packet: { connection: { mark: 0x1f } }, expected: 'no' },
  { rule: '-m connmark ! --mark 0x10', packet: invalid, expected: 'no' },
  { rule: '-m connmark --mark 0', packet: untracked, expected: 'no' },
  { rule: '-m helper --helper ftp', expected: 'no' },
  { rule: '-m helper ! --helper ftp', packet: invalid, expected: 'yes' },
  { rule: '-m helper --helper ftp', packet: established, expected: 'unknown' },
  { rule: '-m ipvs --ipvs', expected: 'no' },
  { rule: '-m ipvs ! --ipvs', expected: 'yes' },
  { rule: '-m ipvs --ipvs', packet: { isFromIpvs: true }, expected: 'yes' },
  { rule: '-m ipvs --vaddr 10.96.0.10', expected: 'no' },
  { rule: '-m ipvs --vproto 6 --vaddr 10.96.0.10 --vport 80', packet: { isFromIpvs: true }, expected: 'yes' },
  { rule: '-m ipvs --vproto 17 --vaddr 10.96.0.10 --vport 80', packet: { isFromIpvs: true }, expected: 'no' },
  { rule: '-m ipvs --vaddr 10.96.0.11', packet: { isFromIpvs: true }, expected: 'no' },
  { rule: '-m ipvs --vaddr 10.96.0.0/16', packet: { isFromIpvs: true }, expected: 'yes' },
  { rule: '-m ipvs ! --vport 80', packet: { isFromIpvs: true }, expected: 'no' },
  { rule: '-m ipvs --vaddr 10.96.0.10 --vmethod MASQ', packet: { isFromIpvs: true }, expected: 'unknown' },
  {
    rule: '-m ipvs --vaddr 10.96.0.10',
    packet: { isFromIpvs: true, connection: { isDestinationTranslated: true } },
    expected: 'unknown',
  },
];

for (const { rule, packet, expected } of cases) {
  test(`'${rule}' of ${JSON.stringify(packet ?? {})}: ${expected}`, () => {
    assert.equal(holds(rule, packet), expected);
  });
}
