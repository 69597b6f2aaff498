import type { TraceFact } from '../../model/packetTrace.ts';
import type { Route } from '../nodeNetwork.ts';
import { isLoopback } from './addresses.ts';
import { assumptions, reasons } from './facts.ts';
import type { Flow } from './flow.ts';
import { addStep, enterHook, type Following } from './following.ts';
import { flowOf, noFlow } from './outputRouting.ts';
import { routeStep } from './routeStep.ts';
import { isForwarding, isOnForDevice, reversePathFilter } from './settings.ts';

/**
 * The decision after the prerouting hook: to the node itself, on to somewhere else, or nowhere
 * (`ip_route_input_slow` of net/ipv4/route.c, `ip6_rcv_finish` and `ip6_forward` of IPv6).
 *
 * @returns whether the way goes on
 */
export function routeInput(following: Following, flow: Flow): boolean {
  const { packet, arrivedThrough } = flow;
  // A packet of the node to itself keeps the route that it was sent by.
  if (flow.isLooped) {
    enterHook(flow, 'input', 'lo', undefined);
    return true;
  }
  const martian = following.family === 'ipv4' ? loopbackMartian(following, flow) : undefined;
  if (martian !== undefined) return drop(following, flow, martian);

  const route = routeOf(following, flow);
  flow.route = route;
  if (route.unknown !== undefined) {
    following.end(flow, { kind: 'unknown', reason: route.unknown });
    return false;
  }
  switch (route.type) {
    case 'local':
    case 'broadcast': {
      const invalid = invalidSource(following, flow, undefined);
      if (invalid !== undefined) return drop(following, flow, invalid);
      addStep(flow, routeStep(route, 'local'));
      enterHook(flow, 'input', arrivedThrough, undefined);
      return true;
    }
    case 'unicast': {
      const invalid = isForwarding(following, arrivedThrough)
        ? invalidForwarding(following, flow, route)
        : reasons.forwardingOff(arrivedThrough ?? '');
      if (invalid !== undefined) return drop(following, flow, invalid);
      if (route.device !== undefined && route.device === arrivedThrough) assumeBridge(following, flow, route.device);
      addStep(flow, routeStep(route, 'forward'));
      enterHook(flow, 'forward', arrivedThrough, route.device);
      return true;
    }
    case 'multicast':
      following.end(flow, { kind: 'unknown', reason: reasons.multicast(packet.destination.text) });
      return false;
    default:
      return refuse(following, flow, route);
  }
}

/** A packet goes back through the device that it came from. On a bridge, the node may not see all of its connection. */
function assumeBridge(following: Following, { packet }: Flow, device: string): void {
  const { original } = packet.connection;
  const setting = `net.bridge.bridge-nf-call-ip${following.family === 'ipv6' ? '6' : ''}tables`;
  const isFiltered = following.network.setting(setting);
  if (isFiltered === '1') return;
  if (original.destination.value === packet.destination.value)
    following.assume(assumptions.sameDevice(device, setting));
  else if (isFiltered === '0') following.assume(assumptions.bridgedAnswer(device, setting));
}

function routeOf(following: Following, { packet, arrivedThrough }: Flow): Route {
  const { family, destination, source, mark } = packet;
  const route = following.network.route({
    family,
    destination,
    source,
    mark,
    inDevice: arrivedThrough,
    ...flowOf(packet),
  });
  // kube-proxy has the addresses of virtual servers on kube-ipvs0, also where the snapshot has no addresses.
  const isGuess = route.assumed !== undefined && route.unknown === undefined;
  const { virtualServers } = following.node;
  const isVirtual =
    isGuess &&
    following.network.localAddresses === undefined &&
    virtualServers.schedule(packet, undefined) !== undefined;
  return isVirtual ? { ...route, type: 'local' } : route;
}

function drop(following: Following, flow: Flow, reason: TraceFact): false {
  addStep(flow, { hook: 'routing', kind: 'routing', effect: { kind: 'drop' }, reason });
  following.end(flow, { kind: 'drop' });
  return false;
}

/**
 * No way there: `ip_error` of net/ipv4/route.c looks whether packets are forwarded at all, `ip6_pkt_discard` of
 * net/ipv6/route.c does not.
 */
function refuse(following: Following, flow: Flow, route: Route): false {
  if (following.family === 'ipv4' && !isForwarding(following, flow.arrivedThrough)) {
    return drop(following, flow, reasons.forwardingOff(flow.arrivedThrough ?? ''));
  }
  const to = route.type === 'blackhole' || route.type === 'prohibit' ? route.type : 'unreachable';
  addStep(flow, routeStep(route, to));
  const answer = refusals[following.family][route.type === 'none' ? 'none' : to];
  following.end(flow, answer === undefined ? { kind: 'drop' } : { kind: 'reject', with: answer });
  return false;
}

const refusals = {
  ipv4: {
    none: 'icmp-net-unreachable',
    unreachable: 'icmp-host-unreachable',
    prohibit: 'icmp-admin-prohibited',
    blackhole: undefined,
  },
  ipv6: {
    none: 'icmp6-no-route',
    unreachable: 'icmp6-no-route',
    prohibit: 'icmp6-adm-prohibited',
    blackhole: undefined,
  },
} as const;

/** Addresses of loopback do not come from outside, unless `route_localnet` says so. */
function loopbackMartian(following: Following, { packet, arrivedThrough }: Flow): TraceFact | undefined {
  const address = [packet.destination, packet.source].find((each) => isLoopback('ipv4', each));
  if (address === undefined || arrivedThrough === 'lo') return undefined;
  if (isOnForDevice(following, 'route_localnet', arrivedThrough)) return undefined;
  return reasons.loopbackFromOutside(arrivedThrough ?? '', address.text);
}

function invalidForwarding(following: Following, flow: Flow, route: Route): TraceFact | undefined {
  const { source } = flow.packet;
  if (following.family === 'ipv4') return invalidSource(following, flow, route.device);
  return isLoopback('ipv6', source) ? reasons.loopbackFromOutside(flow.arrivedThrough ?? '', source.text) : undefined;
}

/**
 * Whether the source of a packet may come in through this device: `fib_validate_source` of net/ipv4/fib_frontend.c.
 * IPv6 has no such check.
 */
function invalidSource(following: Following, flow: Flow, outDevice: string | undefined): TraceFact | undefined {
  const { packet, arrivedThrough } = flow;
  if (following.family === 'ipv6') return undefined;
  const { network } = following;
  const { source } = packet;
  if (network.addressType('ipv4', source) === 'local') {
    return isOnForDevice(following, 'accept_local', arrivedThrough) ? undefined : reasons.ownSource(source.text);
  }
  if (arrivedThrough === undefined) return undefined;
  const filter = reversePathFilter(following, arrivedThrough);
  if (filter === 0) return undefined;
  const usesMark = network.setting('net.ipv4.conf.all.src_valid_mark') === '1';
  const back = network.route({
    family: 'ipv4',
    destination: source,
    source: packet.destination,
    mark: usesMark ? packet.mark : 0,
    inDevice: outDevice,
    ...noFlow,
  });
  if (back.assumed !== undefined || back.device === arrivedThrough) return undefined;
  if (filter === undefined) {
    following.assume(assumptions.setting(`net.ipv4.conf.${arrivedThrough}.rp_filter`, '0'));
    return undefined;
  }
  if (back.type !== 'unicast') return reasons.noWayBack(source.text);
  return filter === 1 ? reasons.reversePath(arrivedThrough, source.text, back.device ?? '') : undefined;
}
