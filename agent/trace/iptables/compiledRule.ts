import type { TraceEffect, TraceFact } from '../../model/packetTrace.ts';
import type { IptablesRule } from '../../ruleset/iptables/rule.ts';
import { Fraction } from '../fraction.ts';
import type { TracedPacket } from '../packet.ts';
import type { Branch, RuleMiss, Surroundings } from '../ruleProgram.ts';
import type { Action } from './action.ts';
import { unknownAnswer } from './answer.ts';
import type { Condition, RuleContext } from './condition.ts';
import { ruleNotUnderstood } from './facts.ts';
import { matchConditions } from './matches.ts';
import { parameterConditions } from './parameters.ts';
import { readAction } from './targets.ts';

/** A rule that packets can be given to. */
export class CompiledRule {
  readonly #conditions: readonly Condition[];
  readonly #action: Action;

  /** @param isChain whether the target is a chain of the dump */
  constructor(rule: IptablesRule, isChain: boolean, context: RuleContext) {
    this.#conditions = [
      ...parameterConditions(rule.parameters, context),
      ...rule.matches.flatMap((match) => matchConditions(match, context)),
      ...strayConditions(rule),
    ];
    this.#action = readAction(rule.target, isChain, context);
  }

  /** The ways in which the rule can go; undefined when it does not match, or whether it does makes no difference. */
  ask(packet: TracedPacket, surroundings: Surroundings): readonly Branch[] | undefined {
    const effects: TraceEffect[] = [];
    let probability = Fraction.one;
    let unknown: TraceFact | undefined;
    for (const { test } of this.#conditions) {
      const answer = test(packet, surroundings);
      if (answer.kind === 'no') return undefined;
      if (answer.kind === 'unknown') unknown ??= answer.reason;
      else if (answer.kind === 'chance') probability = probability.times(answer.probability);
      else if (answer.effect !== undefined) effects.push(answer.effect);
    }
    const { decides, run } = this.#action;
    if (!decides) {
      if (unknown !== undefined) return undefined;
      probability = Fraction.one;
    }
    const outcomes =
      unknown === undefined
        ? run(packet, surroundings)
        : [{ probability: Fraction.one, packet, verdict: { kind: 'unknown', reason: unknown } as const, effects: [] }];
    const branches = outcomes.map((outcome): Branch => {
      return {
        ...outcome,
        probability: probability.times(outcome.probability),
        isMatch: true,
        effects: [...effects, ...outcome.effects],
      };
    });
    if (probability !== Fraction.one) {
      branches.push({
        probability: probability.complement(),
        packet,
        verdict: { kind: 'next' },
        isMatch: false,
        effects: [],
      });
    }
    return branches;
  }

  /** The first condition that certainly does not hold. */
  miss(packet: TracedPacket, surroundings: Surroundings): RuleMiss | undefined {
    const failed = this.#conditions.find(({ test }) => test(packet, surroundings).kind === 'no');
    return failed && { condition: failed.text };
  }
}

/** What stands in a rule without belonging to anything may be a condition that a newer iptables printed. */
function strayConditions({ strayWords }: IptablesRule): Condition[] {
  if (strayWords.length === 0) return [];
  const text = strayWords.map(({ value }) => value).join(' ');
  const answer = unknownAnswer(ruleNotUnderstood(text));
  return [{ text, test: () => answer }];
}
