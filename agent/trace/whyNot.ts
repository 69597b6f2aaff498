import { formatAddress } from '../model/address.ts';
import type { SourceLocation } from '../model/location.ts';
import type { PacketRequest, TraceFact } from '../model/packetTrace.ts';
import { type ReadEndpoint, readEndpoint } from './engine/endpointText.ts';
import type { Trail } from './engine/flow.ts';
import { InvalidRequest } from './engine/invalidRequest.ts';
import { trailsOf } from './engine/stepWords.ts';
import { WaysTo } from './engine/waysTo.ts';
import type { ChainProgram } from './ruleProgram.ts';
import type { TracedNode } from './tracedNode.ts';
import { type FollowedPacket, follow } from './tracePacket.ts';

/** Where a packet parts from the way to what was expected. */
export interface Parting {
  /** Numbers of the outcome, and of the step after which, or at which, it goes another way. */
  readonly outcome: number;
  readonly step: number;
  /** The rule that would have led on, or that ended the way. */
  readonly rule: string;
  /** The part of that rule that did not match; absent when the rule was not asked, or did match. */
  readonly condition?: string;
  readonly location?: SourceLocation;
}

export interface WhyNot {
  /** Number of an outcome that is as expected. */
  readonly outcome?: number;
  readonly parted?: Parting;
  /** What to tell where there is no such rule. */
  readonly reason?: TraceFact;
}

const verdicts = ['accept', 'drop', 'reject', 'unknown'] as const;

/**
 * Why a packet does not come to what was expected: the first rule where it parted from the way that leads there.
 *
 * @param expected an endpoint, `ADDRESS:PORT`, or a verdict
 * @throws InvalidRequest
 */
export function whyNot(node: TracedNode, request: PacketRequest, expected: string): WhyNot {
  const followed = follow(node, request);
  const verdict = verdicts.find((each) => each === expected);
  if (verdict !== undefined) {
    const outcome = followed.ends.findIndex((end) => end.verdict.kind === verdict);
    return outcome === -1 ? { ...endOf(followed, 0), reason: noSuchVerdict(verdict) } : { outcome };
  }
  const endpoint = readEndpoint(expected);
  if (endpoint?.address.family !== followed.following.family) throw InvalidRequest.endpoint(expected);
  return whyNotTo(node, followed, endpoint);
}

function whyNotTo(node: TracedNode, followed: FollowedPacket, endpoint: ReadEndpoint): WhyNot {
  const { ends } = followed;
  const arrived = ends.findIndex((end) => isAt(end.flow.packet, endpoint) && end.verdict.kind === 'accept');
  if (arrived !== -1) return { outcome: arrived };
  // Translated to the endpoint, but stopped on the way to it.
  const stopped = ends.findIndex((end) => isAt(end.flow.packet, endpoint));
  if (stopped !== -1) return endOf(followed, stopped);

  const scheduled = scheduledElsewhere(followed, endpoint);
  if (scheduled !== undefined) return scheduled;
  const { address, port } = endpoint;
  const ways = new WaysTo(
    port === undefined ? [] : node.programs.flatMap((programs) => programs.rulesTo({ address, port })),
  );
  const text = formatAddress(address.text, port);
  if (ways.isEmpty && !node.virtualServers.isActive) return { ...endOf(followed, 0), reason: notInRules(text) };
  const parted = partingFrom(followed, ways);
  return parted === undefined ? { ...endOf(followed, 0), reason: notOnTheWay(text) } : { parted };
}

function isAt(
  packet: { readonly destination: { readonly value: bigint }; readonly destinationPort: number | undefined },
  { address, port }: ReadEndpoint,
): boolean {
  return packet.destination.value === address.value && (port === undefined || packet.destinationPort === port);
}

/** The rule that ended a way. */
function endOf({ ends }: FollowedPacket, outcome: number): WhyNot {
  const trails = trailsOf(ends[outcome]?.flow.trail);
  const step = trails.findLastIndex(({ program }) => program !== undefined);
  const trail = trails[step];
  if (trail?.program === undefined || ends[outcome]?.verdict.kind === 'accept') return {};
  return { parted: { outcome, step, ...ruleAt(trail.program, trail.position ?? 0) } };
}

function ruleAt(program: ChainProgram, position: number): Pick<Parting, 'rule' | 'location'> {
  if (position < program.ruleCount)
    return { rule: program.ruleText(position), location: program.ruleLocation(position) };
  const { location } = program;
  return { rule: program.name, ...(location === undefined ? {} : { location }) };
}

/** A virtual server took the packet that does not have the endpoint. */
function scheduledElsewhere({ ends }: FollowedPacket, endpoint: ReadEndpoint): WhyNot | undefined {
  for (const [outcome, { flow }] of ends.entries()) {
    const trails = trailsOf(flow.trail);
    const step = trails.findIndex(({ kind }) => kind === 'virtualServer');
    const trail = trails[step];
    if (trail === undefined) continue;
    const rule = trail.effect.kind === 'schedule' ? trail.effect.virtualServer : packetServer(trail);
    const { location } = trail;
    const server = formatAddress(endpoint.address.text, endpoint.port);
    return {
      parted: { outcome, step, rule, ...(location === undefined ? {} : { location }) },
      reason: {
        code: 'not-scheduled',
        message: `The virtual server ${rule} has no real server ${server} that takes connections.`,
        args: { virtualServer: rule, server },
      },
    };
  }
  return undefined;
}

function packetServer({ before }: Trail): string {
  return formatAddress(before.destination.text, before.destinationPort);
}

interface Candidate extends Parting {
  readonly distance: number;
  /** How much of the rule matched: where in it the failing condition stands. */
  readonly matched: number;
}

/** The place nearest to the endpoint that the packet came to, and the rule there that leads on. */
function partingFrom({ following, ends }: FollowedPacket, ways: WaysTo): Parting | undefined {
  let best: Candidate | undefined;
  const seen = new Set<Trail>();
  for (const [outcome, { flow }] of ends.entries()) {
    for (const [step, trail] of trailsOf(flow.trail).entries()) {
      const { program, base, position } = trail;
      if (program === undefined || base === undefined || position === undefined || seen.has(trail)) continue;
      seen.add(trail);
      for (const { position: at, distance } of ways.rulesOf(program)) {
        if (best !== undefined && distance > best.distance) continue;
        // A rule before those that were tried was passed, and has its own step.
        if (at < position - trail.tried) continue;
        const rule = program.ruleText(at);
        const condition =
          at < position ? program.miss(at, trail.before, following.surroundings(base.hook))?.condition : undefined;
        const matched = condition === undefined ? (at < position ? rule.length : -1) : rule.indexOf(condition);
        if (best !== undefined && distance === best.distance && matched <= best.matched) continue;
        const place = { outcome, step, rule, location: program.ruleLocation(at), distance, matched };
        best = condition === undefined ? place : { ...place, condition };
      }
    }
  }
  if (best === undefined) return undefined;
  const { distance: _distance, matched: _matched, ...parting } = best;
  return parting;
}

function noSuchVerdict(verdict: string): TraceFact {
  return { code: 'no-such-verdict', message: `No way of the packet ends with ${verdict}.`, args: { verdict } };
}

function notInRules(endpoint: string): TraceFact {
  return {
    code: 'endpoint-not-in-rules',
    message: `No rule of the node translates to ${endpoint}.`,
    args: { endpoint },
  };
}

function notOnTheWay(endpoint: string): TraceFact {
  return {
    code: 'not-on-the-way',
    message: `The packet meets no rule that could lead to ${endpoint}.`,
    args: { endpoint },
  };
}
