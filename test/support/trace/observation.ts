import { formatAddress } from '../../../agent/model/address.ts';
import type { TraceOutcome } from '../../../agent/model/packetTrace.ts';
import { protocolNumbers } from './packetBytes.ts';
import { type SeenPacket, seePacket } from './seenPacket.ts';
import type { Sighting } from './wire.ts';

/** What the kernel did with a packet. */
export type Observation =
  | {
      readonly kind: 'accept';
      /** The device that it left through, or `node`: one of the node's own processes got it. */
      readonly to: string;
      readonly packet: SeenPacket;
      readonly mark: number;
    }
  | { readonly kind: 'reject'; readonly with: string }
  | { readonly kind: 'drop' };

const dropped: Observation = { kind: 'drop' };

/** What became of packets, by their number; what is not in it was dropped. */
export class Observations {
  readonly #byId = new Map<number, Observation>();

  /** @param part what was sent: with `answer`, what answers an echo counts as the packet */
  constructor(sightings: readonly Sighting[], part: 'itself' | 'answer' = 'itself') {
    const marks = new Map<number, number>();
    for (const sighting of sightings) {
      const packet = seePacket(sighting.packet);
      if (packet === undefined) continue;
      const isLog = sighting.kind === 'log';
      if (typeof packet.kind === 'string') {
        // The node's own processes answer echo requests.
        if (packet.kind !== part && isIcmp(packet)) continue;
        if (isLog && sighting.prefix === 'leaving') marks.set(packet.id, sighting.mark);
        if (isLog && sighting.prefix === 'delivered') {
          this.#byId.set(packet.id, { kind: 'accept', to: 'node', packet, mark: sighting.mark });
        }
        if (sighting.kind === 'frame') {
          this.#byId.set(packet.id, { kind: 'accept', to: sighting.device, packet, mark: 0 });
        }
        // What a process of the node refuses has been delivered before.
      } else if (isLog && sighting.prefix === 'sent' && !this.#byId.has(packet.id)) {
        this.#byId.set(packet.id, { kind: 'reject', with: packet.kind.rejectedWith });
      }
    }
    for (const [id, observation] of this.#byId) {
      const mark = marks.get(id);
      if (observation.kind === 'accept' && observation.to !== 'node' && mark !== undefined) {
        this.#byId.set(id, { ...observation, mark });
      }
    }
  }

  of(id: number): Observation {
    return this.#byId.get(id) ?? dropped;
  }
}

function isIcmp({ protocol }: SeenPacket): boolean {
  return protocol === protocolNumbers.icmp || protocol === protocolNumbers.icmpv6;
}

/** What of a packet's source is compared: `address` where packets differ in their ports, nothing if it was not told. */
export type SourceCheck = 'all' | 'address' | 'nothing';

/** Whether what the kernel did is a predicted outcome. */
export function isAsPredicted(outcome: TraceOutcome, observation: Observation, check: SourceCheck = 'all'): boolean {
  const { verdict } = outcome;
  if (observation.kind === 'reject') {
    return verdict.kind === 'reject' && withoutFamily(verdict.with) === observation.with;
  }
  if (observation.kind === 'drop') return verdict.kind === 'drop';
  if (verdict.kind !== 'accept') return false;
  const { packet, to, mark } = observation;
  const predictedTo = outcome.delivered?.to === 'device' ? outcome.delivered.device : outcome.delivered?.to;
  return (
    predictedTo === to &&
    outcome.destination === formatAddress(packet.destination, packet.destinationPort) &&
    isSource(outcome, packet, check) &&
    outcome.mark === mark
  );
}

/** Which port the kernel takes for a translated source is not predicted. */
function isSource({ source, masqueraded }: TraceOutcome, packet: SeenPacket, check: SourceCheck): boolean {
  if (check === 'nothing' || source === formatAddress(packet.source, packet.sourcePort)) return true;
  return (masqueraded || check === 'address') && withoutPort(source) === packet.source;
}

function withoutPort(address: string): string {
  return address.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1');
}

/** `icmp-port-unreachable` and `icmp6-port-unreachable` are one thing. */
function withoutFamily(rejectedWith: string): string {
  return rejectedWith.replace(/^icmp(6|v6|x)?-/, '');
}

export function describeObservation(observation: Observation): string {
  if (observation.kind === 'drop') return 'drop';
  if (observation.kind === 'reject') return `reject with ${observation.with}`;
  const { packet, to, mark } = observation;
  const [source, destination] = [
    formatAddress(packet.source, packet.sourcePort),
    formatAddress(packet.destination, packet.destinationPort),
  ];
  return `accept ${source} -> ${destination} to ${to}, mark ${mark}`;
}

export function describeOutcome(outcome: TraceOutcome): string {
  const { verdict, source, destination, delivered, mark, share } = outcome;
  if (verdict.kind === 'unknown') return `${share}: unknown, ${verdict.reason.message}`;
  if (verdict.kind === 'reject') return `${share}: reject with ${verdict.with}`;
  if (verdict.kind === 'drop') return `${share}: drop`;
  const to = delivered?.to === 'device' ? delivered.device : (delivered?.to ?? '?');
  return `${share}: accept ${source} -> ${destination} to ${to}, mark ${mark}`;
}
