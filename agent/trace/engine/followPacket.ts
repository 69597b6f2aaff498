import { enterBaseChain, walkChains } from './chains.ts';
import { beginTranslation, endTranslation, findConnection } from './connection.ts';
import { reasons } from './facts.ts';
import type { Flow } from './flow.ts';
import { addStep, enterHook, type Following } from './following.ts';
import { routeInput } from './inputRouting.ts';
import { outDeviceOf, reroute } from './outputRouting.ts';
import { meetVirtualServers } from './virtualServerHook.ts';

/** More outcomes than this are not told apart. */
const outcomeLimit = 10_000;

/** Follows every way of a packet to its end. */
export function followPacket(following: Following, start: Flow): void {
  const { waiting, ends } = following;
  waiting.push(start);
  for (let flow = waiting.pop(); flow !== undefined; flow = waiting.pop()) {
    if (ends.length + waiting.length >= outcomeLimit) {
      endTheRest(following, flow);
      return;
    }
    while (advance(following, flow));
  }
}

function endTheRest(following: Following, flow: Flow): void {
  let rest = flow.probability;
  for (const { probability } of following.waiting) rest = rest.plus(probability);
  following.waiting.length = 0;
  following.end({ ...flow, probability: rest }, { kind: 'unknown', reason: reasons.tooManyWays(outcomeLimit) });
}

/** Takes one entry of a hook, or what comes after its last. False when this way has ended or parted. */
function advance(following: Following, flow: Flow): boolean {
  if (flow.frame !== undefined) return walkChains(following, flow);
  const entry = following.node.entries(following.family, flow.hook)[flow.entry];
  if (entry === undefined) return leaveHook(following, flow);
  flow.entry++;
  switch (entry.kind) {
    case 'chain':
      // The first translation of a connection is the only one.
      if (entry.base.type === 'nat' && isSettled(flow)) return true;
      flow.packetBeforeChain = flow.packet;
      enterBaseChain(flow, entry.base);
      return true;
    case 'connection':
      findConnection(flow);
      return true;
    case 'translate':
      beginTranslation(following, flow, entry.part, entry.end);
      return true;
    case 'translated':
      return endTranslation(following, flow, entry.part);
    case 'reroute':
      return isRoutedDifferently(flow) ? reroute(following, flow) : true;
    default:
      return meetVirtualServers(following, flow);
  }
}

function isSettled({ hook, isSourceSettled, isDestinationSettled }: Flow): boolean {
  return hook === 'input' || hook === 'postrouting' ? isSourceSettled : isDestinationSettled;
}

function isRoutedDifferently({ packet, packetBeforeChain: before }: Flow): boolean {
  return (
    packet.mark !== before.mark ||
    packet.source.value !== before.source.value ||
    packet.destination.value !== before.destination.value
  );
}

/** What comes after a hook. */
function leaveHook(following: Following, flow: Flow): boolean {
  switch (flow.hook) {
    case 'ingress':
      enterHook(flow, 'prerouting', flow.arrivedThrough, undefined);
      return true;
    case 'prerouting':
      return routeInput(following, flow);
    case 'input':
      addStep(flow, { hook: 'end', kind: 'end', effect: { kind: 'deliver' } });
      following.end(flow, { kind: 'accept' }, { to: 'node' });
      return false;
    case 'forward':
    case 'output':
      enterHook(
        flow,
        'postrouting',
        flow.arrivedThrough,
        flow.route === undefined ? undefined : outDeviceOf(flow.route),
      );
      return true;
    default:
      return leaveNode(following, flow);
  }
}

function leaveNode(following: Following, flow: Flow): boolean {
  if (flow.route?.type === 'local') {
    addStep(flow, { hook: 'routing', kind: 'routing', effect: { kind: 'route', to: 'local', device: 'lo' } });
    flow.isLooped = true;
    flow.arrivedThrough = 'lo';
    enterHook(flow, 'prerouting', 'lo', undefined);
    return true;
  }
  const device = flow.packet.outDevice;
  const effect = device === undefined ? ({ kind: 'accept' } as const) : ({ kind: 'leave', device } as const);
  addStep(flow, { hook: 'end', kind: 'end', effect });
  following.end(flow, { kind: 'accept' }, device === undefined ? undefined : { to: 'device', device });
  return false;
}
