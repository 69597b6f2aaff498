import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TracedPacket } from '../../../../agent/trace/packet.ts';
import type { ChainProgram, RulePrograms } from '../../../../agent/trace/ruleProgram.ts';
import { caseFolder } from '../../../golden/cases.ts';
import { SeededRandom } from '../../../peers/seededRandom.ts';
import { surroundings, tracedAddress, tracedPacket } from '../iptables/ruleSupport.ts';
import { programsOf } from './nftSupport.ts';

const everything = `table inet t {
  set dyn { type ipv4_addr; size 65535; flags dynamic,timeout; timeout 1h; }
  set ifs { type ifname; flags interval; elements = { "eth*", "lo" } }
  map lb { type inet_proto . inet_service : ipv4_addr . inet_service; elements = { tcp . 80 : 10.0.0.1 . 8080 } }
  map ranges { type ipv4_addr . inet_service : verdict; flags interval; elements = { 10.0.0.0/8 . 80-90 : accept } }
  chain c {
    type nat hook prerouting priority dstnat; policy accept;
    ip daddr & 255.0.0.0 == 10.0.0.0 dnat ip prefix to 10.5.0.0/16
    dnat ip to meta l4proto . th dport map @lb
    dnat ip to 10.0.0.1-10.0.0.3
    tcp dport 80 redirect to :8000-8010
    ip daddr . tcp dport vmap @ranges
    iifname @ifs accept
    numgen random mod 100 vmap { 0-49 : accept, 50-99 : jump d }
    jhash ip saddr . ip daddr mod 4 seed 0x1234 vmap { 0 : accept, 1 : drop }
    meta mark set jhash ip saddr mod 2 map { 0 : 0x00000001, 1 : 0x00000002 }
    ct original ip daddr 10.0.0.1 accept
    fib saddr . iif oif exists accept
    ct state vmap { invalid : drop, established : accept, related : accept }
    tcp flags & (fin | syn | rst | ack) == syn accept
    ip6 daddr fd00::/64 ip6 saddr != { fe80::1, fd00::1-fd00::9 } accept
    add @dyn { ip saddr timeout 5m }
    limit rate 10/second accept
    meta mark set meta mark | 0x00004000
    ip daddr vmap { 10.0.0.1 : accept, * : drop }
  }
  chain d { reject with icmpx admin-prohibited }
}
`;

const packets: readonly TracedPacket[] = [
  tracedPacket(),
  tracedPacket({ protocol: 1, sourcePort: undefined, destinationPort: undefined, icmp: { type: 8, code: 0 } }),
  tracedPacket({ source: 'fd00::9', destination: 'fd00::1', protocol: 17 }),
];

/** Asks every rule that can be reached for every packet. */
function askEverything(programs: RulePrograms): void {
  programs.affinityLists({ address: tracedAddress('10.0.0.1'), port: 80 });
  const seen = new Set<ChainProgram>();
  const visit = (program: ChainProgram): void => {
    if (seen.has(program)) return;
    seen.add(program);
    for (const packet of packets) {
      program.candidate(0, packet);
      for (let position = 0; position < program.ruleCount; position++) {
        program.ruleText(position);
        program.ruleCounters(position);
        program.miss(position, packet, surroundings({ hook: 'prerouting' }));
        for (const { verdict } of program.ask(position, packet, surroundings({ hook: 'prerouting' })) ?? []) {
          const target = 'chain' in verdict ? program.chain(verdict.chain) : undefined;
          if (target) visit(target);
        }
      }
    }
  };
  for (const { program } of programs.baseChains) visit(program);
}

const junk = [
  '{',
  '}',
  '"',
  '@',
  ' . ',
  ' map ',
  ' vmap ',
  '-1',
  '1.5',
  '/999',
  '1e400',
  ' & ',
  '0x',
  ':',
  ',',
  'null',
];

function damage(text: string, random: SeededRandom): string {
  const at = random.below(text.length);
  const length = random.below(12);
  const word = junk[random.below(junk.length)] ?? '';
  return text.slice(0, at) + (random.chance(50) ? word : '') + text.slice(at + length);
}

describe('damaged rules', () => {
  const sources: readonly (readonly [name: string, text: string])[] = [
    ['text', everything],
    ['recorded text', readFileSync(join(caseFolder('random-1', 'nftables'), 'nft.txt'), 'utf8')],
    ['recorded JSON', readFileSync(join(caseFolder('random-1', 'nftables'), 'nft.json'), 'utf8')],
  ];
  for (const [name, source] of sources) {
    it(`of ${name} are asked without failing`, () => {
      const random = new SeededRandom(7);
      for (let round = 0; round < 150; round++) {
        let text = source;
        for (let times = 0; times <= round % 12; times++) text = damage(text, random);
        assert.doesNotThrow(() => askEverything(programsOf(text)), text);
      }
    });
  }

  it('may have values that no kernel has', () => {
    const match = (left: object, right: unknown, op = '==') => ({ match: { op, left, right } });
    const daddr = { payload: { protocol: 'ip6', field: 'daddr' } };
    const expressions = [
      match(daddr, 1.5),
      match(daddr, { range: [1, -1] }),
      match(daddr, { prefix: { addr: 'fd00::', len: -5 } }),
      match({ '&': [daddr, -3] }, 1e300, '<'),
      match({ '<<': [{ meta: { key: 'mark' } }, 1e9] }, true, '!='),
      match({ numgen: { mode: 'random', mod: 0, offset: 0.5 } }, 0),
      match({ numgen: { mode: 'random', mod: -4, offset: 1e300 } }, 0),
      { dnat: { addr: { range: ['10.0.0.9', '10.0.0.1'] }, port: { range: [9, 1] } } },
      { dnat: { addr: -1, port: 1e12 } },
      { mangle: { key: daddr, value: -1 } },
      { vmap: { key: { concat: [] }, data: { set: [[{ concat: [] }, { accept: null }]] } } },
    ];
    const rules = expressions.map((expression) => ({
      rule: { family: 'inet', table: 't', chain: 'c', expr: [expression] },
    }));
    const chain = { family: 'inet', table: 't', name: 'c', type: 'nat', hook: 'prerouting', prio: 0, policy: 'accept' };
    askEverything(
      programsOf(JSON.stringify({ nftables: [{ table: { family: 'inet', name: 't' } }, { chain }, ...rules] })),
    );
  });
});
