import { formatAddress } from '../../model/address.ts';
import type { TraceOutcome, TraceStep } from '../../model/packetTrace.ts';
import type { End, Trail } from './flow.ts';
import { shareText } from './share.ts';
import { stepsOf } from './stepWords.ts';

/**
 * An outcome that words its steps when they are first read: most of what asks for many packets never does. It is a class
 * because each getter of an object literal is a map of its own to V8, which keeps all that it leads to for long.
 */
export class FollowedOutcome implements TraceOutcome {
  readonly probability: number;
  readonly share: string;
  readonly verdict: TraceOutcome['verdict'];
  readonly destination: string;
  readonly source: string;
  readonly masqueraded: boolean;
  readonly mark: number;
  declare readonly delivered?: NonNullable<TraceOutcome['delivered']>;
  readonly hooks: TraceOutcome['hooks'];
  readonly #trail: Trail | undefined;
  #steps: readonly TraceStep[] | undefined;

  constructor({ flow, verdict, delivered }: End) {
    const { packet, probability } = flow;
    this.probability = probability.toNumber();
    this.share = shareText(probability);
    this.verdict = verdict;
    this.destination = formatAddress(packet.destination.text, packet.destinationPort);
    this.source = formatAddress(packet.source.text, packet.sourcePort);
    this.masqueraded = flow.isMasqueraded;
    this.mark = packet.mark;
    if (delivered !== undefined) this.delivered = delivered;
    this.hooks = flow.hooks;
    this.#trail = flow.trail;
  }

  get steps(): readonly TraceStep[] {
    this.#steps ??= stepsOf(this.#trail);
    return this.#steps;
  }

  toJSON(): TraceOutcome {
    return { ...this, steps: this.steps };
  }
}
