import type { PacketRequest, PacketTrace } from '../model/packetTrace.ts';
import type { End } from './engine/flow.ts';
import type { Following } from './engine/following.ts';
import { followPacket } from './engine/followPacket.ts';
import { FollowedOutcome } from './engine/outcome.ts';
import { startFlow } from './engine/startFlow.ts';
import { packetText } from './engine/stepWords.ts';
import type { TracedNode } from './tracedNode.ts';

/** A packet followed to all of its ends, before they are worded. */
export interface FollowedPacket {
  readonly following: Following;
  /** The likeliest first, as in the outcomes of its trace. */
  readonly ends: readonly End[];
  readonly packet: string;
}

/**
 * Every way that a packet can go through a node. Steps are worded when they are first read.
 *
 * @throws InvalidRequest
 */
export function tracePacket(node: TracedNode, request: PacketRequest): PacketTrace {
  return traceOf(follow(node, request));
}

/** The same for many packets, one after another as they are asked for. */
export function* tracePackets(
  node: TracedNode,
  requests: Iterable<PacketRequest>,
): Generator<PacketTrace, void, undefined> {
  for (const request of requests) yield tracePacket(node, request);
}

/** Probabilities that differ by less, as equal shares do by the kernel's rounding, keep the order of the rules. */
const chanceSteps = 1e7;

/** @throws InvalidRequest */
export function follow(node: TracedNode, request: PacketRequest): FollowedPacket {
  const [following, flow] = startFlow(node, request);
  if (flow !== undefined) followPacket(following, flow);
  const ends = following.ends
    .filter(({ flow: { probability } }) => !probability.isZero)
    .map((end) => ({ end, chance: Math.round(end.flow.probability.toNumber() * chanceSteps) }))
    .sort((a, b) => b.chance - a.chance)
    .map(({ end }) => end);
  const first = following.firstPacket ?? ends[0]?.flow.packet;
  return { following, ends, packet: first === undefined ? '' : packetText(first) };
}

function traceOf({ following, ends, packet }: FollowedPacket): PacketTrace {
  return {
    family: following.family,
    packet,
    outcomes: ends.map((end) => new FollowedOutcome(end)),
    assumptions: following.assumptions,
  };
}
