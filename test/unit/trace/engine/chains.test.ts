import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Fraction } from '../../../../agent/trace/fraction.ts';
import { tracePacket } from '../../../../agent/trace/tracePacket.ts';
import { base, chains, type FakeRule, fakeNode, fromPod, jump, programs, ruleSteps, ways } from './fakeNode.ts';

const request = { ...fromPod, destination: '10.244.0.3' };

function trace(rules: Readonly<Record<string, readonly FakeRule[]>>, policy: 'accept' | 'drop' = 'accept') {
  const program = chains(rules).get('FORWARD');
  return tracePacket(fakeNode(programs(base('filter', 'forward', program, { policy }))), request);
}

const never = () => false;

describe('chains', () => {
  it('are followed by jumps and back, with what was tried in each', () => {
    const found = trace({
      FORWARD: [{ if: never }, { do: jump('A') }, { if: never }, { if: never }, { do: jump('B') }],
      A: [{ if: never }, { do: 'return' }, { do: 'drop' }],
      B: [{ if: never }],
    });
    assert.deepEqual(ruleSteps(found), [
      'FORWARD 1 jump after 1',
      '  A 1 return after 1',
      'FORWARD 4 jump after 2',
      '  B end return after 1',
      'FORWARD end accept',
    ]);
  });

  it('that are gone to lead back to where the one before was called', () => {
    const found = trace({
      FORWARD: [{ do: jump('A') }, { do: 'drop' }],
      A: [{ do: { kind: 'goto', chain: 'B' } }, { do: 'accept' }],
      B: [{}],
    });
    assert.deepEqual(ruleSteps(found), ['FORWARD 0 jump', '  A 0 goto', '  B 0 continue', 'FORWARD 1 drop']);
  });

  it('that are gone to from a base chain end with its policy', () => {
    const found = trace({ FORWARD: [{ do: { kind: 'goto', chain: 'B' } }, { do: 'accept' }], B: [{}] }, 'drop');
    assert.deepEqual(ruleSteps(found), ['FORWARD 0 goto', 'B 0 continue', 'FORWARD end drop']);
  });

  it('end with the policy when their base chain is returned from', () => {
    const found = trace({ FORWARD: [{ do: 'return' }, { do: 'accept' }] }, 'drop');
    assert.deepEqual(ruleSteps(found), ['FORWARD 0 return', 'FORWARD end drop']);
    assert.deepEqual(ways(found), ['1 drop 10.244.0.9:40000 -> 10.244.0.3:80 prerouting forward']);
  });

  it('say nothing of base chains without rules', () => {
    assert.deepEqual(ruleSteps(trace({ FORWARD: [] })), []);
    assert.deepEqual(ruleSteps(trace({ FORWARD: [] }, 'drop')), ['FORWARD end drop']);
  });

  const unknown: readonly [name: string, rules: Parameters<typeof trace>[0], code: string][] = [
    ['a chain that is not there', { FORWARD: [{ do: jump('A') }] }, 'missing-chain'],
    ['jumps in a circle', { FORWARD: [{ do: jump('A') }], A: [{ do: jump('FORWARD') }] }, 'chain-loop'],
    [
      'gotos in a circle',
      {
        FORWARD: [{ do: jump('A') }],
        A: [{ do: { kind: 'goto', chain: 'B' } }],
        B: [{ do: { kind: 'goto', chain: 'A' } }],
      },
      'chain-loop',
    ],
    [
      'a rule that is not modelled',
      { FORWARD: [{ do: { kind: 'unknown', reason: { code: 'not-modelled', message: '', args: {} } } }] },
      'not-modelled',
    ],
  ];
  for (const [name, rules, code] of unknown) {
    it(`end unknown at ${name}`, () => {
      assert.deepEqual(ways(trace(rules)), [`1 ${code} 10.244.0.9:40000 -> 10.244.0.3:80 prerouting forward`]);
    });
  }

  it('can call one chain twice', () => {
    assert.equal(trace({ FORWARD: [{ do: jump('A') }, { do: jump('A') }], A: [] }).outcomes[0]?.verdict.kind, 'accept');
  });

  it('part where rules match by chance, and share the steps before', () => {
    const { outcomes } = trace({ FORWARD: [{}, { chance: Fraction.of(1, 4), do: 'drop' }, { do: 'accept' }] });
    assert.deepEqual(
      outcomes.map(({ share, verdict }) => [share, verdict.kind]),
      [
        ['3/4', 'accept'],
        ['1/4', 'drop'],
      ],
    );
    const [likely, unlikely] = outcomes;
    assert.equal(likely?.steps[2], unlikely?.steps[2]);
    assert.equal(unlikely?.steps.at(-1)?.probability, 0.25);
    assert.equal(likely?.steps[3]?.tried, 1);
  });

  it('are not followed in more ways than anybody reads', () => {
    const rules = Array.from({ length: 14 }, () => ({ chance: Fraction.of(1, 2), mark: 1 }));
    const { outcomes } = trace({ FORWARD: rules });
    assert.ok(outcomes.length > 9_000 && outcomes.length <= 10_000);
    const sum = outcomes.reduce((total, { probability }) => total + probability, 0);
    assert.ok(Math.abs(sum - 1) < 1e-9);
    assert.deepEqual(
      outcomes.flatMap(({ verdict }) => (verdict.kind === 'unknown' ? [verdict.reason.code] : [])),
      ['too-many-ways'],
    );
  });
});
