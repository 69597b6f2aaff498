import type * as z from 'zod/mini';
import { describeChange, readChangeState } from '../change/describeChange.ts';
import { kubeProxyRunning, nodeRefusals, refuse } from '../change/nodeRefusals.ts';
import { optionInput } from '../change/optionInput.ts';
import { countByService, planText } from '../change/planText.ts';
import { type Proposal, type ProposalTarget, propose } from '../change/proposal.ts';
import { readLeftovers } from '../change/readLeftovers.ts';
import { applyChange, lockNode } from '../node/change/applyChange.ts';
import type { ChangeEnvironment } from '../node/change/changeEnvironment.ts';
import { ChangeError } from '../node/change/changeError.ts';
import { confirmChange } from '../node/change/confirmChange.ts';
import { monotonicMs } from '../node/change/monotonicMs.ts';
import { rollBackChange } from '../node/change/rollBackChange.ts';
import type { StepWatcher } from '../node/change/runSteps.ts';
import { setMark } from '../node/change/testNodeMark.ts';
import type { CollectOptions } from '../node/collectSnapshot.ts';
import type {
  applyPlan,
  ChangeState,
  findLeftovers as findLeftoversMessage,
  makePlan,
  PlanSummary,
  PlanTarget,
  readPlan,
  rollBackChange as rollBackMessage,
} from '../protocol/changeMessages.ts';
import { NewestStore } from './newestStore.ts';
import { cancelledError, requestError } from './requestError.ts';

/** Services that a summary names at most; their rest is counted. */
const mostServices = 1_000;

/** What changes the node that a client looks at. */
export interface ChangeDependencies {
  readonly environment: ChangeEnvironment;
  /** See `defaultMarkFile`. */
  readonly markFile: string;
}

/** The changes that one client plans and makes. */
export class ChangeSession {
  readonly #environment: ChangeEnvironment;
  readonly #markFile: string;
  readonly #plans = new NewestStore<Proposal>('plan');
  #connectedAtMs = Number.POSITIVE_INFINITY;

  constructor({ environment, markFile }: ChangeDependencies) {
    this.#environment = environment;
    this.#markFile = markFile;
  }

  /** The client has said who it is. Only changes that were made before can be confirmed by it. */
  connected(): void {
    this.#connectedAtMs = monotonicMs();
  }

  state(): Promise<ChangeState> {
    return explained(() => readChangeState(this.#environment, this.#markFile));
  }

  async mark(marked: boolean): Promise<ChangeState> {
    return explained(async () => {
      if (!this.#environment.machine.isRoot()) {
        throw new ChangeError('not-root', 'Only root may mark a node.');
      }
      await setMark(this.#markFile, marked);
      return readChangeState(this.#environment, this.#markFile);
    });
  }

  plan(
    { target, options }: Omit<z.infer<typeof makePlan.params>, 'progressToken'>,
    watch: CollectOptions,
  ): Promise<PlanSummary> {
    return explained(async () => {
      const [proposal, refusals] = await Promise.all([
        propose(this.#environment, proposalTarget(target), optionInput(options), watch),
        nodeRefusals(this.#environment, this.#markFile, watch.signal),
      ]);
      const { plan, prerequisites } = proposal.order;
      const services = countByService(plan.changes);
      return {
        plan: this.#plans.add(proposal),
        from: plan.from,
        to: plan.to,
        added: plan.added,
        removed: plan.removed,
        services: services.slice(0, mostServices),
        servicesLeftOut: Math.max(0, services.length - mostServices),
        refusals: [...refusals, ...proposal.refusals].map(describeFact),
        notes: proposal.notes.map(describeFact),
        prerequisites: prerequisites.map(({ id, met, settable, required, fact }) => ({
          id,
          met,
          settable,
          required,
          fact: describeFact(fact),
        })),
      };
    });
  }

  planText(plan: string, service: string | undefined): z.infer<typeof readPlan.result> {
    return planText(this.#plans.get(plan).order.plan.changes, service);
  }

  async apply(
    { plan, confirmWithin, consent, takeOver }: Omit<z.infer<typeof applyPlan.params>, 'progressToken'>,
    watch: CollectOptions,
  ): Promise<z.infer<typeof applyPlan.result>> {
    const proposal = this.#plans.get(plan);
    const { signal } = watch;
    return explained(async () => {
      const overruled = takeOver ? [kubeProxyRunning] : [];
      refuse([...(await nodeRefusals(this.#environment, this.#markFile, signal)), ...proposal.refusals], overruled);
      const lock = await lockNode(this.#environment);
      try {
        const order = { ...proposal.order, isFresh: false, consent, confirmWithin };
        const { change, steps, durationMs } = await applyChange(this.#environment, lock, order, {
          signal,
          onStep: stepWatcher(watch),
        });
        return { change: describeChange(change), steps, durationMs };
      } finally {
        await lock.release();
        this.#plans.releaseAll();
      }
    });
  }

  confirm(change: string): Promise<ChangeState> {
    return explained(async () => {
      await confirmChange(this.#environment, change, this.#connectedAtMs);
      return readChangeState(this.#environment, this.#markFile);
    });
  }

  rollBack(change: string, watch: CollectOptions): Promise<z.infer<typeof rollBackMessage.result>> {
    return explained(async () => {
      const rolledBack = await rollBackChange(this.#environment, change, stepWatcher(watch));
      this.#plans.releaseAll();
      return { change: describeChange(rolledBack), differences: rolledBack.differences ?? 0 };
    });
  }

  leftovers(watch: CollectOptions): Promise<z.infer<typeof findLeftoversMessage.result>> {
    return explained(async () => {
      const { mode, leftovers } = await readLeftovers(this.#environment, watch);
      return { mode, leftovers: [...leftovers] };
    });
  }
}

function proposalTarget(target: PlanTarget): ProposalTarget {
  if (target.kind === 'apply') return { ...target, objects: [target.objects] };
  if (target.kind === 'switch')
    return { ...target, objects: target.objects === undefined ? undefined : [target.objects] };
  return target;
}

/** Reports the steps as reading reports its parts. */
function stepWatcher({ onProgress }: CollectOptions): StepWatcher {
  return ({ part }, done, total) => onProgress?.({ part, done, total });
}

function describeFact({ code, message, args }: PlanSummary['notes'][number] | Proposal['notes'][number]) {
  return { code, message, args: { ...args } };
}

/** Lets the client know why a node was not changed. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ChangeError)) throw error;
    if (error.code === 'cancelled') throw cancelledError();
    throw requestError('changeFailed', error.code, error.message, error.args);
  }
}
