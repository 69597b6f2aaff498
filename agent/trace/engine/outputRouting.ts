import type { TraceEffect, TraceFact, TraceVerdict } from '../../model/packetTrace.ts';
import type { Route, RouteQuestion } from '../nodeNetwork.ts';
import type { TracedPacket } from '../packet.ts';
import { isLoopback } from './addresses.ts';
import { reasons } from './facts.ts';
import type { Flow } from './flow.ts';
import { addStep, type Following } from './following.ts';
import { routeStep } from './routeStep.ts';
import { isOnForDevice } from './settings.ts';

/** What of a packet routing rules can ask beside its addresses. */
export function flowOf({ protocol, sourcePort, destinationPort }: TracedPacket): Partial<RouteQuestion> {
  return {
    protocol,
    ...(sourcePort === undefined ? {} : { sourcePort }),
    ...(destinationPort === undefined ? {} : { destinationPort }),
  };
}

/** Decisions about packets that are there already leave their protocol and ports open. */
export const noFlow: Partial<RouteQuestion> = { protocol: 0, sourcePort: 0, destinationPort: 0 };

/** The device that packets leave the node's stack through; those to its own addresses through lo. */
export function outDeviceOf({ type, device }: Route): string | undefined {
  return type === 'local' ? 'lo' : device;
}

/** The step of a decision about a packet that the node sends. */
export function outputStep(route: Route) {
  return routeStep(route, route.type === 'local' ? 'local' : 'forward');
}

/**
 * Decides anew where a packet of the output hook goes, after its destination or mark was changed
 * (`ip_route_me_harder` of net/ipv4/netfilter.c, `ip6_route_me_harder` of net/ipv6/netfilter.c).
 *
 * @returns whether the way goes on
 */
export function reroute(following: Following, flow: Flow): boolean {
  const { packet, route: before } = flow;
  const { family, destination, source, mark } = packet;
  const route = following.network.route({ family, destination, source, mark, inDevice: undefined, ...noFlow });
  flow.route = route;
  const failure = outputFailure(following, packet, route);
  if (failure !== undefined) return fail(following, flow, failure);
  const isSame =
    before !== undefined &&
    outDeviceOf(before) === outDeviceOf(route) &&
    before.type === route.type &&
    before.via?.value === route.via?.value;
  if (!isSame) addStep(flow, outputStep(route));
  return true;
}

/** Why a packet is not sent, and what becomes of it. */
export interface OutputFailure {
  readonly effect: TraceEffect;
  readonly reason: TraceFact;
  readonly verdict: TraceVerdict;
}

/** Ends a way that leads nowhere. */
export function fail(following: Following, flow: Flow, { effect, reason, verdict }: OutputFailure): false {
  addStep(flow, { hook: 'routing', kind: 'routing', effect, reason });
  following.end(flow, verdict);
  return false;
}

/** Whether a packet cannot be sent by a route. */
export function outputFailure(following: Following, packet: TracedPacket, route: Route): OutputFailure | undefined {
  const { family, source, destination } = packet;
  const { type, device } = route;
  if (route.unknown !== undefined) return unknown(route.unknown);
  if (type === 'local') return undefined;
  if (type === 'none' || type === 'unreachable' || type === 'blackhole' || type === 'prohibit') {
    const { effect } = routeStep(route, type === 'none' ? 'unreachable' : type);
    return { effect, reason: reasons.noRoute(destination.text), verdict: { kind: 'drop' } };
  }
  // `__mkroute_output` of net/ipv4/route.c. IPv6 does send from ::1.
  if (family === 'ipv6' || !isLoopback(family, source) || device === 'lo') return undefined;
  if (isOnForDevice(following, 'route_localnet', device)) return undefined;
  const reason = reasons.loopbackToOutside(device ?? '', source.text);
  return { effect: { kind: 'drop' }, reason, verdict: { kind: 'drop' } };
}

function unknown(reason: TraceFact): OutputFailure {
  return { effect: { kind: 'unknown', reason }, reason, verdict: { kind: 'unknown', reason } };
}
