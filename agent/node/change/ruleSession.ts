import type { ServiceRules } from '../../model/serviceRules.ts';
import { type ChangePlan, type PlanFacts, planChange } from '../../plan/planChange.ts';
import type { ReadRulesOptions } from '../../plan/readServiceRules.ts';
import { carryOut } from './carryOut.ts';
import type { ChangeableMachine } from './changeableMachine.ts';
import type { ChangeLock } from './changeLock.ts';
import { readNode } from './nodeReading.ts';

/**
 * Follows a node's Services as kube-proxy does: knows what it wrote, and writes the difference to what is wanted next
 * without reading the node again. That is right as long as nobody else writes kube-proxy's rules, so it holds the lock
 * all the time; {@link read} finds out what others did, as kube-proxy's full synchronisation does.
 *
 * It has no snapshot and no timer. Changes that somebody has to confirm are made by `applyChange`.
 */
export class RuleSession {
  readonly #machine: ChangeableMachine;
  readonly #lock: ChangeLock;
  readonly #options: ReadRulesOptions;
  #current: ServiceRules;
  #facts: PlanFacts;

  private constructor(
    machine: ChangeableMachine,
    lock: ChangeLock,
    options: ReadRulesOptions,
    { current, facts }: { readonly current: ServiceRules; readonly facts: PlanFacts },
  ) {
    this.#machine = machine;
    this.#lock = lock;
    this.#options = options;
    this.#current = current;
    this.#facts = facts;
  }

  /**
   * Begins with what stands on the node.
   *
   * @throws ChangeError `read-failed`
   */
  static async begin(
    machine: ChangeableMachine,
    lock: ChangeLock,
    options: ReadRulesOptions = {},
  ): Promise<RuleSession> {
    const { rules: current, facts } = await readNode(machine, options);
    return new RuleSession(machine, lock, options, { current, facts });
  }

  /** What stands, if nobody else wrote. */
  get current(): ServiceRules {
    return this.#current;
  }

  /** @throws ChangeError `read-failed` */
  async read(): Promise<void> {
    const { rules, facts } = await readNode(this.#machine, this.#options);
    this.#current = rules;
    this.#facts = facts;
  }

  /**
   * Brings the node to other rules.
   *
   * @returns what was done
   * @throws ChangeError `step-failed`: what stands is then read before the next change
   */
  async apply(desired: ServiceRules): Promise<ChangePlan> {
    const plan = planChange(this.#current, desired, this.#facts);
    try {
      await carryOut({ ...plan, current: this.#current, desired }, { machine: this.#machine, lockFd: this.#lock.fd });
    } catch (error) {
      await this.read();
      throw error;
    }
    this.#current = plan.leaves;
    return plan;
  }
}
