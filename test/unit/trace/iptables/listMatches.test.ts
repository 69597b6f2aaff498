import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpSets } from '../../../../agent/trace/ipSets.ts';
import { ask, chainOf, holds, surroundings, tracedPacket } from './ruleSupport.ts';

/** CLUSTER has 10.96.0.10,tcp:80 as `dst,dst`; ODD is not understood; every other set is empty. */
const ipSets: IpSets = {
  test: (name, directions, packet) => {
    if (name === 'ODD') return { kind: 'unknown', reason: { code: 'odd', message: 'Odd.', args: {} } };
    const side = directions[0] === 'src' ? packet.source : packet.destination;
    const isIn = name === 'CLUSTER' && directions.length === 2 && side.text === '10.96.0.10';
    return isIn ? { kind: 'in', entry: '10.96.0.10,tcp:80' } : { kind: 'out' };
  },
};

const sets = [
  ['-m set --match-set CLUSTER dst,dst', 'yes'],
  ['-m set ! --match-set CLUSTER dst,dst', 'no'],
  ['-m set --match-set CLUSTER src,dst', 'no'],
  ['-m set --match-set EMPTY dst', 'no'],
  ['-m set ! --match-set EMPTY dst', 'yes'],
  ['-m set --match-set ODD dst', 'unknown'],
  ['-m set ! --match-set ODD dst', 'unknown'],
  ['-m set --match-set CLUSTER dst,dst --return-nomatch', 'unknown'],
  ['-m set --match-set CLUSTER dst,dst --packets-gt 5', 'unknown'],
  ['-m set --match-set EMPTY dst --packets-gt 5', 'no'],
  ['-m set --match-set CLUSTER dst,dst ! --update-counters', 'yes'],
  ['-m set --match-set CLUSTER dst,odd', 'unknown'],
] as const;

for (const [rule, expected] of sets) {
  test(`'${rule}': ${expected}`, () => assert.equal(holds(rule, {}, { ipSets }), expected));
}

test('what a set answered is shown, also where a rule wants it not to be there', () => {
  const [first] = ask('-m set --match-set CLUSTER dst,dst -j ACCEPT', {}, { ipSets }) ?? [];
  assert.deepEqual(first?.effects, [{ kind: 'lookup', set: 'CLUSTER', found: '10.96.0.10,tcp:80' }]);
  const [second] = ask('-m set ! --match-set EMPTY src -j ACCEPT', {}, { ipSets }) ?? [];
  assert.deepEqual(second?.effects, [{ kind: 'lookup', set: 'EMPTY' }]);
});

const remembered = { isRemembered: (list: string) => list === 'SEP' || list === 'DEFAULT' };
const lists = [
  ['-m recent --set --name SEP', 'yes'],
  ['-m recent ! --set --name SEP', 'no'],
  ['-m recent --rcheck --seconds 10800 --reap --name SEP --mask 255.255.255.255 --rsource', 'yes'],
  ['-m recent --rcheck --seconds 10800 --name OTHER --rsource', 'no'],
  ['-m recent ! --rcheck --name OTHER', 'yes'],
  ['-m recent --update --name SEP', 'yes'],
  ['-m recent --rcheck', 'yes'],
  ['-m recent --remove --name OTHER', 'no'],
  ['-m recent --update --seconds 30 --hitcount 6 --name OTHER', 'no'],
  ['-m recent --update --seconds 30 --hitcount 6 --name SEP', 'unknown'],
  ['-m recent --rcheck --name SEP --rdest', 'unknown'],
  ['-m recent --name SEP', 'unknown'],
] as const;

for (const [rule, expected] of lists) {
  test(`'${rule}': ${expected}`, () => assert.equal(holds(rule, {}, remembered), expected));
}

const chances = [
  ['-m statistic --mode random --probability 0.50000000000', 0.5],
  ['-m statistic --mode random --probability 0.33333333349', 715827883 / 2147483648],
  ['-m statistic --mode random ! --probability 0.25000000000', 0.75],
  ['-m statistic --mode random --probability 1.00000000000', 'yes'],
  ['-m statistic --mode random --probability 0.00000000000', 'no'],
  ['-m statistic --mode random ! --probability 1.00000000000', 'no'],
  ['-m statistic --mode random --probability 0.0000000001', 'no'],
  ['-m statistic --mode random --probability 0.5 -m statistic --mode random --probability 0.5', 0.25],
  ['-m statistic --mode random --probability 0.5 -d 10.0.0.1/32', 'no'],
  ['-m statistic --mode nth --every 4 --packet 0', 0.25],
  ['-m statistic --mode nth ! --every 4', 0.75],
  ['-m statistic --mode nth --every 1 --packet 0', 'yes'],
  ['-m statistic --mode random --probability 2', 'unknown'],
  ['-m statistic --mode nth --every 0', 'unknown'],
  ['-m statistic --mode nth --packet 0', 'unknown'],
  ['-m statistic --mode nth --every 4 --probability 0.5', 'unknown'],
  ['-m statistic --mode random --probability -1', 'unknown'],
  ['-m statistic --mode random', 'unknown'],
  ['-m statistic --mode odd', 'unknown'],
] as const;

for (const [rule, expected] of chances) {
  test(`'${rule}': ${expected}`, () => assert.equal(holds(rule), expected));
}

test('the rest of the packets goes on as it came, and did not match', () => {
  const branches = ask('-m statistic --mode random --probability 0.25 -j MARK --set-xmark 0x1/0x1') ?? [];
  assert.deepEqual(
    branches.map(({ probability, packet, verdict, isMatch }) => [
      probability.toNumber(),
      packet.mark,
      verdict.kind,
      isMatch,
    ]),
    [
      [0.25, 1, 'next', true],
      [0.75, 0, 'next', false],
    ],
  );
});

test('a rule that matches by chance has no condition that failed', () => {
  const program = chainOf('-m statistic --mode random --probability 0.25 -j DROP');
  assert.equal(program.miss(0, tracedPacket(), surroundings()), undefined);
});

test('where chance and something unknown meet, only the chance is certain', () => {
  const branches = ask('-m statistic --mode random --probability 0.25 -m u32 --u32 "0x0=0x0" -j DROP') ?? [];
  assert.deepEqual(
    branches.map(({ probability, verdict }) => [probability.toNumber(), verdict.kind]),
    [
      [0.25, 'unknown'],
      [0.75, 'next'],
    ],
  );
});
