import assert from 'node:assert/strict';
import { Fraction } from '../../../../agent/trace/fraction.ts';
import type { TracedPacket } from '../../../../agent/trace/packet.ts';
import type { ChainProgram, RuleVerdict, Surroundings } from '../../../../agent/trace/ruleProgram.ts';

/** Where a packet ends up in a chain; `return` when it comes to its end. */
export interface End {
  readonly probability: Fraction;
  readonly packet: TracedPacket;
  readonly verdict: RuleVerdict;
}

/** Every way of a packet through a chain and those that it leads to. */
export function walk(program: ChainProgram, packet: TracedPacket, surroundings: Surroundings, depth = 0): End[] {
  assert.ok(depth < 16, 'chains lead to each other');
  return walkFrom(program, 0, { probability: Fraction.one, packet, verdict: { kind: 'next' } }, surroundings, depth);
}

function walkFrom(program: ChainProgram, from: number, start: End, surroundings: Surroundings, depth: number): End[] {
  for (
    let at = program.candidate(from, start.packet);
    at < program.ruleCount;
    at = program.candidate(at + 1, start.packet)
  ) {
    const branches = program.ask(at, start.packet, surroundings);
    if (!branches) continue;
    const total = branches.reduce((sum, { probability }) => sum.plus(probability), Fraction.zero);
    assert.deepEqual(total, Fraction.one, program.ruleText(at));
    return branches.flatMap(({ probability, packet, verdict }) => {
      const reached = { probability: start.probability.times(probability), packet, verdict };
      if (verdict.kind === 'next') return walkFrom(program, at + 1, reached, surroundings, depth);
      if (verdict.kind !== 'jump' && verdict.kind !== 'goto') return [reached];
      const target = program.chain(verdict.chain);
      assert.ok(target, verdict.chain);
      return walk(target, packet, surroundings, depth + 1).flatMap((end) => {
        const whole = { ...end, probability: reached.probability.times(end.probability) };
        const isBack = end.verdict.kind === 'return' && verdict.kind === 'jump';
        return isBack ? walkFrom(program, at + 1, whole, surroundings, depth) : [whole];
      });
    });
  }
  return [{ ...start, verdict: { kind: 'return' } }];
}
