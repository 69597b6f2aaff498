import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TracedPacket } from '../../../../agent/trace/packet.ts';
import type { ChainProgram } from '../../../../agent/trace/ruleProgram.ts';
import { baseChain, rulesetsOf, surroundings, tracedPacket } from './ruleSupport.ts';

/** Numbers from a seed (Mulberry32), so that a failure can be had again. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

const conditions: readonly ((number: number) => string)[] = [
  (number) => `-d 10.96.0.${number}/32`,
  (number) => `-d 10.96.0.${number}`,
  (number) => `! -d 10.96.0.${number}/32`,
  (number) => `-d 10.96.0.${number}/30`,
  (number) => `-d 10.96.0.${number}/255.255.255.255 -p tcp -m tcp --dport 80`,
  (number) => `-p tcp -m tcp --dport ${number}`,
  (number) => `-p tcp --dport ${number}`,
  (number) => `-p udp -m udp --destination-port ${number}`,
  (number) => `-p 6 -m tcp --dport=${number}`,
  (number) => `-p tcp -m tcp ! --dport ${number}`,
  (number) => `-p tcp -m tcp --dport ${number}:${number + 2}`,
  (number) => `! -p tcp -m mark --mark 0 -m comment --comment "-d 10.96.0.${number}/32"`,
  (number) => `-m comment --comment "a --dport ${number} -p tcp" -p udp`,
  (number) => `-p tcp -m multiport --dports ${number},${number + 3}`,
  (number) => `-s 10.244.0.${number}/32 -d 10.96.0.${number}/32 -p udp -m udp --dport ${number}`,
  () => '-m addrtype --dst-type LOCAL',
  () => '',
];

function chainOfSeed(seed: number): ChainProgram {
  const random = generator(seed);
  const rules = Array.from({ length: 12 + random(60) }, () => {
    const condition = conditions[random(conditions.length)]?.(random(8)) ?? '';
    return `-A PREROUTING ${condition} -j MARK --set-xmark 0x1/0x1\n`;
  });
  const text = `*nat\n:PREROUTING ACCEPT [0:0]\n${rules.join('')}COMMIT\n`;
  return baseChain(rulesetsOf(text), 'nat', 'PREROUTING').program;
}

function packetOfSeed(random: (below: number) => number): TracedPacket {
  const protocol = [6, 17, 1][random(3)] ?? 6;
  return tracedPacket({
    protocol,
    source: `10.244.0.${random(8)}`,
    destination: `10.96.0.${random(10)}`,
    ...(protocol === 1
      ? { sourcePort: undefined, destinationPort: undefined, icmp: { type: 8, code: 0 } }
      : { destinationPort: random(10) }),
  });
}

for (let seed = 1; seed <= 60; seed++) {
  test(`an index leaves out only rules that do not match, seed ${seed}`, () => {
    const program = chainOfSeed(seed);
    const random = generator(seed + 1000);
    for (let round = 0; round < 20; round++) {
      const packet = packetOfSeed(random);
      const asked: number[] = [];
      for (let at = program.candidate(0, packet); at < program.ruleCount; at = program.candidate(at + 1, packet)) {
        asked.push(at);
      }
      const matching = Array.from({ length: program.ruleCount }, (_, at) => at).filter(
        (at) => program.ask(at, packet, surroundings()) !== undefined,
      );
      assert.deepEqual(
        matching.filter((at) => !asked.includes(at)),
        [],
      );
      assert.deepEqual(
        asked,
        [...new Set(asked)].toSorted((first, second) => first - second),
      );
    }
  });
}

test('of many rules with one destination or one port each, only those of the packet are asked', () => {
  const rules = Array.from({ length: 2000 }, (_, at) => {
    const address = `10.96.${at >> 8}.${at & 255}`;
    const condition = at % 2 === 0 ? `-d ${address}/32 -p tcp -m tcp --dport 80` : `-p tcp -m tcp --dport ${at}`;
    return `-A PREROUTING ${condition} -j ACCEPT\n`;
  });
  const text = `*nat\n:PREROUTING ACCEPT [0:0]\n${rules.join('')}-A PREROUTING -j DROP\nCOMMIT\n`;
  const { program } = baseChain(rulesetsOf(text), 'nat', 'PREROUTING');
  const packet = tracedPacket({ destination: '10.96.1.0', destinationPort: 1001 });
  assert.equal(program.candidate(0, packet), 256);
  assert.equal(program.candidate(257, packet), 1001);
  assert.equal(program.candidate(1002, packet), 2000);
  assert.equal(program.candidate(2001, packet), program.ruleCount);
});

test('a packet of IPv6 finds the rules of its destination, however that is written', () => {
  const rules = Array.from({ length: 20 }, (_, at) => `-A PREROUTING -d fd00:0:0::${at.toString(16)}/128 -j ACCEPT\n`);
  const text = `*nat\n:PREROUTING ACCEPT [0:0]\n${rules.join('')}COMMIT\n`;
  const { program } = baseChain(rulesetsOf(text, 'ipv6'), 'nat', 'PREROUTING');
  const packet = tracedPacket({ source: 'fd00::99', destination: 'fd00::a' });
  assert.equal(program.candidate(0, packet), 10);
  assert.equal(program.candidate(11, packet), program.ruleCount);
});
