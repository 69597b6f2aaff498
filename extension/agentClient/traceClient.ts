import type * as z from 'zod/mini';
import {
  checkMigration,
  compareTraces,
  modeCosts,
  traceChoices,
  traceMisses,
  tracePacket,
  traceWhyNot,
} from '../../agent/protocol/traceMessages.ts';
import type { RequestSender, RequestWatch } from './changeClient.ts';

export type TracePacketParams = z.infer<typeof tracePacket.params>;
export type TracePacketResult = z.infer<typeof tracePacket.result>;
export type TraceMissesResult = z.infer<typeof traceMisses.result>;
export type TraceWhyNotResult = z.infer<typeof traceWhyNot.result>;
export type TraceChoicesResult = z.infer<typeof traceChoices.result>;
export type CompareTracesResult = z.infer<typeof compareTraces.result>;
export type ModeCostsResult = z.infer<typeof modeCosts.result>;
export type CheckMigrationParams = Omit<z.infer<typeof checkMigration.params>, 'progressToken'>;
export type CheckMigrationResult = z.infer<typeof checkMigration.result>;

/** The part of a conversation with an agent about the way of packets; see `agent/protocol/traceMessages.ts`. */
export class TraceClient {
  readonly #sender: RequestSender;

  constructor(sender: RequestSender) {
    this.#sender = sender;
  }

  /** Every way that a packet can go. */
  packet(params: TracePacketParams, signal?: AbortSignal): Promise<TracePacketResult> {
    return this.#sender.send(tracePacket, params, signal);
  }

  /** A page of the rules that were tried before a step. */
  misses(params: z.infer<typeof traceMisses.params>, signal?: AbortSignal): Promise<TraceMissesResult> {
    return this.#sender.send(traceMisses, params, signal);
  }

  /** Where the packet parts from what was expected. */
  whyNot(params: z.infer<typeof traceWhyNot.params>, signal?: AbortSignal): Promise<TraceWhyNotResult> {
    return this.#sender.send(traceWhyNot, params, signal);
  }

  /** What a form can offer. */
  choices(params: z.infer<typeof traceChoices.params>, signal?: AbortSignal): Promise<TraceChoicesResult> {
    return this.#sender.send(traceChoices, params, signal);
  }

  /** The same packet in several modes. */
  compare(params: z.infer<typeof compareTraces.params>, signal?: AbortSignal): Promise<CompareTracesResult> {
    return this.#sender.send(compareTraces, params, signal);
  }

  /** What each mode needs for these Services. */
  costs(params: z.infer<typeof modeCosts.params>, signal?: AbortSignal): Promise<ModeCostsResult> {
    return this.#sender.send(modeCosts, params, signal);
  }

  /** What another mode would change, for all frontends. */
  migration(params: CheckMigrationParams, watch: RequestWatch = {}): Promise<CheckMigrationResult> {
    return this.#sender.watched(watch, (common) =>
      this.#sender.send(checkMigration, { ...common, ...params }, watch.signal),
    );
  }
}
