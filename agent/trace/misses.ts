import type { SourceLocation } from '../model/location.ts';
import type { PacketRequest } from '../model/packetTrace.ts';
import { trailsOf } from './engine/stepWords.ts';
import type { TracedNode } from './tracedNode.ts';
import { follow } from './tracePacket.ts';

/** A rule that was tried and did not match. */
export interface MissedRule {
  /** Its number in the chain, from 0. */
  readonly position: number;
  readonly rule: string;
  /** The part of the rule that did not match; empty where it could have matched and by chance did not. */
  readonly condition: string;
  readonly location: SourceLocation;
}

export interface MissesQuestion {
  /** Number of an outcome of the packet's trace, and of a step of it. */
  readonly outcome: number;
  readonly step: number;
  readonly offset: number;
  readonly limit: number;
}

/**
 * The rules that were tried before a step of a packet's trace: as many as its `tried` says. Those in between that an
 * index rules out are among them.
 *
 * @throws InvalidRequest
 */
export function misses(
  node: TracedNode,
  request: PacketRequest,
  { outcome, step, offset, limit }: MissesQuestion,
): { readonly total: number; readonly misses: readonly MissedRule[] } {
  const { following, ends } = follow(node, request);
  const trail = trailsOf(ends[outcome]?.flow.trail)[step];
  if (trail?.program === undefined || trail.base === undefined || trail.position === undefined) {
    return { total: 0, misses: [] };
  }
  const { program, base, position, tried, before } = trail;
  const surroundings = following.surroundings(base.hook);
  const found: MissedRule[] = [];
  const first = position - tried;
  for (let at = first + offset; at < Math.min(position, first + offset + limit); at++) {
    found.push({
      position: at,
      rule: program.ruleText(at),
      condition: program.miss(at, before, surroundings)?.condition ?? '',
      location: program.ruleLocation(at),
    });
  }
  return { total: tried, misses: found };
}
