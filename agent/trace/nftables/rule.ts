import type { TraceEffect, TraceFact } from '../../model/packetTrace.ts';
import type { NftRule } from '../../ruleset/nftables/document.ts';
import { Fraction } from '../fraction.ts';
import type { TracedPacket } from '../packet.ts';
import type { Branch, RuleVerdict, Surroundings } from '../ruleProgram.ts';
import { compileStatement } from './statement.ts';
import type { TableContext } from './tableContext.ts';
import type { StatementProgram, Way } from './way.ts';

/** A packet within a rule. */
interface State {
  readonly probability: Fraction;
  readonly packet: TracedPacket;
  readonly effects: readonly TraceEffect[];
  /** The number of the first statement of which it is not known whether the rule goes on behind it. */
  readonly doubt: number | undefined;
  /** Whether that statement may have had an effect of its own. */
  readonly mayHaveActed: boolean;
}

interface Run {
  readonly branches: readonly Branch[];
  /** The part of packets for which the rule does not match. */
  readonly missed: Fraction;
  /** The number of the last statement that failed. */
  readonly failed: number | undefined;
}

const next: RuleVerdict = { kind: 'next' };

/** A rule, compiled. Its statements are not kept: there can be 100,000 rules, and few are asked for their text. */
export class RuleProgram {
  readonly #rule: NftRule;
  readonly #programs: readonly StatementProgram[];
  readonly #context: TableContext;

  constructor(rule: NftRule, context: TableContext) {
    this.#rule = rule;
    this.#programs = rule.statements().map((statement) => compileStatement(statement, context));
    this.#context = context;
  }

  ask(packet: TracedPacket, surroundings: Surroundings): readonly Branch[] | undefined {
    const { branches, missed } = this.#run(packet, surroundings);
    if (branches.length === 0) return undefined;
    if (missed.isZero) return branches;
    return [...branches, { probability: missed, packet, verdict: next, isMatch: false, effects: [] }];
  }

  /** The statement that does not let the packet on. */
  miss(packet: TracedPacket, surroundings: Surroundings): string | undefined {
    const { branches, failed } = this.#run(packet, surroundings);
    return branches.length > 0 || failed === undefined ? undefined : this.#sourceOf(failed);
  }

  #run(packet: TracedPacket, surroundings: Surroundings): Run {
    const branches: Branch[] = [];
    let missed = Fraction.zero;
    let failed: number | undefined;
    let states: readonly State[] = [
      { probability: Fraction.one, packet, effects: [], doubt: undefined, mayHaveActed: false },
    ];
    const leave = (state: State): void => {
      // What a rule did before one of its conditions failed stays done.
      if (hasActed(state, packet)) branches.push(this.#branch(state, next));
      else missed = missed.plus(state.probability);
    };
    for (const [at, program] of this.#programs.entries()) {
      const following: State[] = [];
      for (const state of states) {
        for (const way of program(state.packet, surroundings)) {
          const reached = after(state, way, at);
          switch (way.next.kind) {
            case 'on':
            case 'doubt':
              following.push(reached);
              break;
            case 'unknown':
              if (way.next.mayBeCondition) following.push(reached);
              else branches.push(this.#branch(reached, next));
              break;
            case 'verdict':
              branches.push(this.#branch(reached, way.next.verdict));
              break;
            case 'break':
              failed = at;
              leave({ ...state, probability: reached.probability });
          }
        }
      }
      states = following;
    }
    for (const state of states) {
      const isCertain = state.doubt === undefined;
      if (isCertain || state.mayHaveActed || hasActed(state, packet)) branches.push(this.#branch(state, next));
      // A condition that is not known, and nothing behind it.
      else missed = missed.plus(state.probability);
    }
    return { branches: merged(branches), missed, failed };
  }

  #branch({ probability, packet, effects, doubt }: State, verdict: RuleVerdict): Branch {
    if (doubt === undefined) return { probability, packet, verdict, isMatch: true, effects };
    const reason = notModelled(this.#sourceOf(doubt));
    return { probability, packet, verdict: { kind: 'unknown', reason }, isMatch: true, effects };
  }

  #sourceOf(statement: number): string {
    const found = this.#rule.statements()[statement];
    return found ? this.#context.sourceOf(found) : '';
  }
}

function after(state: State, way: Way, statement: number): State {
  const isDoubtful = way.next.kind === 'doubt' || way.next.kind === 'unknown';
  return {
    probability: state.probability.times(way.probability),
    packet: way.packet,
    effects: way.effects.length === 0 ? state.effects : [...state.effects, ...way.effects],
    doubt: state.doubt ?? (isDoubtful ? statement : undefined),
    mayHaveActed: state.mayHaveActed || way.next.kind === 'unknown',
  };
}

function hasActed(state: State, packet: TracedPacket): boolean {
  return state.packet !== packet || state.effects.some(({ kind }) => kind === 'set');
}

function notModelled(source: string): TraceFact {
  const message = `What "${source}" says of this packet is not known.`;
  return { code: 'expression-not-modelled', message, args: { source } };
}

/** Different values of a chance can lead to one chain. */
function merged(branches: readonly Branch[]): readonly Branch[] {
  if (branches.length < 2) return branches;
  const [first] = branches;
  const found = new Map<unknown, Branch>();
  for (const branch of branches) {
    const { verdict, effects, packet } = branch;
    const isPlain = 'chain' in verdict && effects.length === 0 && packet === first?.packet;
    const key = isPlain ? `${verdict.kind} ${verdict.chain}` : branch;
    const same = found.get(key);
    found.set(key, same ? { ...same, probability: same.probability.plus(branch.probability) } : branch);
  }
  return [...found.values()];
}
