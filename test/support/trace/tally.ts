import type { PacketRequest, PacketTrace, TraceOutcome } from '../../../agent/model/packetTrace.ts';
import type { GeneratedPacket } from './generatedPackets.ts';
import {
  describeObservation,
  describeOutcome,
  isAsPredicted,
  type Observation,
  type SourceCheck,
} from './observation.ts';
import { matchedRules } from './ruleTrace.ts';
import { shareDeviation } from './shares.ts';

/** A packet with which the kernel did something else than was predicted. */
export interface Disagreement {
  readonly packet: string;
  readonly request: PacketRequest;
  readonly observed: string;
  readonly predicted: readonly string[];
  /** The steps of the likeliest outcome. */
  readonly steps: readonly string[];
}

export interface Counts {
  readonly packets: number;
  /** Of how many more packets the rules that they match were compared. */
  readonly ruleLists: number;
  readonly agreed: number;
  /** Packets of which an outcome is not known. */
  readonly unknown: number;
  /** How many of these for each reason. */
  readonly unknownReasons: ReadonlyMap<string, number>;
  readonly disagreements: readonly Disagreement[];
}

/** Then nf_tables tells of it as of another packet. */
function comesBackTranslated({ hooks, steps }: TraceOutcome): boolean {
  const isBack = hooks[0] === 'output' && (hooks.includes('prerouting') || hooks.includes('input'));
  return isBack && steps.some(({ effect }) => effect.kind === 'snat' || effect.kind === 'masquerade');
}

/** Of ipvs, others look at the packet or at the connections that there are. */
function isByTurns({ scheduler }: { readonly scheduler: string }): boolean {
  return scheduler === 'rr' || scheduler === 'wrr';
}

/** Compares and counts. */
export class Tally {
  readonly #predict: (request: PacketRequest) => PacketTrace;
  readonly #disagreements: Disagreement[] = [];
  readonly #reasons = new Map<string, number>();
  #packets = 0;
  #ruleLists = 0;
  #agreed = 0;
  #unknown = 0;

  constructor(predict: (request: PacketRequest) => PacketTrace) {
    this.#predict = predict;
  }

  add(packet: GeneratedPacket, observation: Observation, check: SourceCheck): void {
    this.#packets += 1;
    const trace = this.#predict(packet.request);
    const unknown = trace.outcomes.flatMap(({ verdict }) => (verdict.kind === 'unknown' ? [verdict.reason] : []));
    if (unknown.length > 0) {
      this.#unknown += 1;
      for (const { message } of unknown.slice(0, 1)) {
        this.#reasons.set(message, (this.#reasons.get(message) ?? 0) + 1);
      }
    } else if (trace.outcomes.some((outcome) => isAsPredicted(outcome, observation, check))) this.#agreed += 1;
    else this.#disagree(packet, trace, describeObservation(observation));
  }

  /** Whether it has several ways, all of them known, which are the same for the next of the sender's packets. */
  mayBeShared({ request, destination }: GeneratedPacket): boolean {
    if (destination.affinity !== undefined) return false;
    const { outcomes } = this.#predict(request);
    if (outcomes.some(({ steps }) => steps.some(({ effect }) => effect.kind === 'schedule' && !isByTurns(effect)))) {
      return false;
    }
    return outcomes.length > 1 && outcomes.every(({ verdict }) => verdict.kind !== 'unknown');
  }

  /** The same packet, many times. */
  addShares(packet: GeneratedPacket, observations: readonly Observation[]): void {
    this.#packets += observations.length;
    const trace = this.#predict(packet.request);
    const deviation = shareDeviation(trace.outcomes, observations);
    if (deviation === undefined) this.#agreed += observations.length;
    else this.#disagree(packet, trace, deviation);
  }

  /** Whether the rules that it matched are those of an outcome. */
  addRules(packet: GeneratedPacket, matched: readonly string[]): void {
    const trace = this.#predict(packet.request);
    if (trace.outcomes.some((outcome) => outcome.verdict.kind === 'unknown' || comesBackTranslated(outcome))) return;
    this.#ruleLists += 1;
    const lists = trace.outcomes.map((outcome) => matchedRules(outcome, trace.family).join('\n'));
    if (!lists.includes(matched.join('\n'))) this.#disagree(packet, trace, `other rules\n${matched.join('\n')}`);
  }

  counts(): Counts {
    return {
      packets: this.#packets,
      ruleLists: this.#ruleLists,
      agreed: this.#agreed,
      unknown: this.#unknown,
      unknownReasons: this.#reasons,
      disagreements: this.#disagreements,
    };
  }

  #disagree(packet: GeneratedPacket, trace: PacketTrace, observed: string): void {
    const [likeliest] = trace.outcomes;
    this.#disagreements.push({
      packet: `${packet.device ?? 'node'}: ${trace.packet} ${packet.request.protocol}`,
      request: packet.request,
      observed,
      predicted: trace.outcomes.map(describeOutcome),
      steps: (likeliest?.steps ?? []).map(
        ({ hook, table, chain, rule, effect, packet: after }) =>
          `${[hook, table, chain].filter((word) => word !== undefined).join(' ')}: ${rule ?? ''} => ${JSON.stringify(effect)} ${after}`,
      ),
    });
  }
}
