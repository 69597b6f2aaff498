import type * as z from 'zod/mini';
import {
  applyPlan,
  type ChangeState,
  confirmChange,
  findLeftovers,
  getChangeState,
  makePlan,
  markTestNode,
  type PlanSummary,
  type PlanTarget,
  type ProxyOptionsInput,
  readPlan,
  rollBackChange,
} from '../../agent/protocol/changeMessages.ts';
import type { progressSchema, RequestDefinition } from '../../agent/protocol/messages.ts';

export type AppliedChange = z.infer<typeof applyPlan.result>;
export type RolledBackChange = z.infer<typeof rollBackChange.result>;
export type Leftovers = z.infer<typeof findLeftovers.result>;
export type PlanText = z.infer<typeof readPlan.result>;
/** How a plan is applied; see `change/apply` in the protocol. */
export type ApplyParams = Omit<z.infer<typeof applyPlan.params>, 'progressToken'>;

/** What watches a long request. */
export interface RequestWatch {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: z.infer<typeof progressSchema>) => void) | undefined;
}

/** Sends a request and checks its answer; rejects with an `AgentError`. */
export interface RequestSender {
  send<Params extends z.ZodMiniType, Result extends z.ZodMiniType>(
    definition: RequestDefinition<Params, Result>,
    params: z.infer<Params>,
    signal?: AbortSignal,
  ): Promise<z.infer<Result>>;
  /** As {@link send}, but waits for the answer after a cancellation too. */
  sendPatiently: RequestSender['send'];
  /** Runs a request that reports: `send` gets the token that its reports carry. */
  watched<T>(watch: RequestWatch, send: (common: { progressToken?: string }) => Promise<T>): Promise<T>;
}

/** The part of a conversation with an agent that changes its node; see `agent/protocol/changeMessages.ts`. */
export class ChangeClient {
  readonly #sender: RequestSender;

  constructor(sender: RequestSender) {
    this.#sender = sender;
  }

  state(signal?: AbortSignal): Promise<ChangeState> {
    return this.#sender.send(getChangeState, {}, signal);
  }

  /** Marks the node as a test node, or takes the mark away. */
  mark(marked: boolean): Promise<ChangeState> {
    return this.#sender.send(markTestNode, { marked });
  }

  /** Makes a plan; changes nothing. */
  plan(target: PlanTarget, options: ProxyOptionsInput, watch: RequestWatch = {}): Promise<PlanSummary> {
    return this.#sender.watched(watch, (common) =>
      this.#sender.send(makePlan, { ...common, target, options }, watch.signal),
    );
  }

  /** The plan as text; of one Service only when that is given. */
  planText(plan: string, service?: string, signal?: AbortSignal): Promise<PlanText> {
    return this.#sender.send(readPlan, { plan, ...(service === undefined ? {} : { service }) }, signal);
  }

  /** Applies a plan. When it is cancelled, the node puts back what it did until then before this rejects. */
  apply(params: ApplyParams, watch: RequestWatch = {}): Promise<AppliedChange> {
    return this.#sender.watched(watch, (common) =>
      this.#sender.sendPatiently(applyPlan, { ...common, ...params }, watch.signal),
    );
  }

  /** Says that a change is good; to be sent over a connection made after it. */
  confirm(change: string, signal?: AbortSignal): Promise<ChangeState> {
    return this.#sender.send(confirmChange, { change }, signal);
  }

  /** Puts back what stood before a change, and reads the node to prove it. */
  rollBack(change: string, watch: RequestWatch = {}): Promise<RolledBackChange> {
    return this.#sender.watched(watch, (common) =>
      this.#sender.send(rollBackChange, { ...common, change }, watch.signal),
    );
  }

  /** What stands on the node and belongs to no mode, or to another one than the node's. */
  leftovers(watch: RequestWatch = {}): Promise<Leftovers> {
    return this.#sender.watched(watch, (common) => this.#sender.send(findLeftovers, common, watch.signal));
  }
}
