import type { TraceFact } from '../../model/packetTrace.ts';
import { Fraction } from '../fraction.ts';
import type { TracedPacket } from '../packet.ts';
import type { ScheduledServer, Scheduling } from '../virtualServers.ts';
import { isLoopback } from './addresses.ts';
import { reasons } from './facts.ts';
import type { Flow } from './flow.ts';
import { addStep, enterHook, type Following, variant } from './following.ts';
import { fail, noFlow, outDeviceOf, outputFailure } from './outputRouting.ts';
import { tracksVirtualServers } from './settings.ts';

const tcp = 6;

/**
 * What ipvs does with a packet for a virtual server (`ip_vs_in` of net/netfilter/ipvs/ip_vs_core.c,
 * `ip_vs_nat_xmit` of ip_vs_xmit.c): translated to a real server, it goes through the output hook and leaves; for a
 * real server on the node itself it goes on where it is.
 *
 * @returns whether this way goes on; variants of it are put where they wait
 */
export function meetVirtualServers(following: Following, flow: Flow): boolean {
  const scheduling = schedulingOf(following, flow.packet);
  if (scheduling === undefined) return true;
  if (scheduling === 'not-said') {
    const reason = reasons.serverNotSaid(flow.packet.destination.text);
    following.end(flow, { kind: 'unknown', reason });
    return false;
  }
  const { servers } = scheduling;
  const served = servers.reduce((sum, { probability }) => sum.plus(probability), Fraction.zero);
  const unserved = served.complement();
  const ways = servers.flatMap((server) => {
    const way = variant(flow, server.probability);
    return send(following, way, scheduling, server) ? [way] : [];
  });
  if (!unserved.isZero) refuse(following, variant(flow, unserved), scheduling, unserved);
  following.split(ways);
  return false;
}

/** Without a real server that takes the connection: `ip_vs_leave`. */
function refuse(following: Following, flow: Flow, scheduling: Scheduling, probability: Fraction): void {
  const answer = following.family === 'ipv4' ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
  addStep(flow, {
    hook: 'ipvs',
    kind: 'virtualServer',
    location: scheduling.location,
    probability: scheduling.servers.length === 0 ? undefined : probability,
    effect: { kind: 'reject', with: answer },
  });
  following.end(flow, { kind: 'reject', with: answer });
}

/** The virtual server that takes a packet, with the real servers that it may go to. */
function schedulingOf(following: Following, packet: TracedPacket): Scheduling | 'not-said' | undefined {
  const { virtualServers } = following.node;
  if (packet.isFromIpvs || !virtualServers.isActive) return undefined;
  const scheduling = virtualServers.schedule(packet, following.request.remembered);
  if (scheduling === undefined) return undefined;
  const state = following.request.connection?.state ?? 'new';
  if (state === 'new' || state === 'untracked' || state === 'invalid') {
    // `tcp_conn_schedule` of ip_vs_proto_tcp.c; `sloppy_tcp` is off unless somebody sets it.
    return packet.protocol === tcp && !packet.tcpFlags.includes('SYN') ? undefined : scheduling;
  }
  // ipvs knows the connection's real server, whatever it would choose now.
  const { translatedTo } = following;
  if (translatedTo === undefined) return 'not-said';
  const server = scheduling.servers.find(
    ({ address, port }) =>
      address.value === translatedTo.address.value && (port ?? translatedTo.port) === translatedTo.port,
  );
  const known: ScheduledServer = {
    ...(server ?? { forwarding: 'masquerade', text: following.request.connection?.translatedTo ?? '' }),
    ...translatedTo,
    probability: Fraction.one,
  };
  return { ...scheduling, servers: [known], decidedBy: [] };
}

function send(following: Following, flow: Flow, scheduling: Scheduling, server: ScheduledServer): boolean {
  const { packet } = flow;
  const isTranslated = server.forwarding === 'masquerade';
  const { port } = server;
  const destinationPort = packet.destinationPort === undefined ? undefined : (port ?? packet.destinationPort);
  const isTracked = tracksVirtualServers(following);
  const sent: TracedPacket = {
    ...packet,
    ...(isTranslated ? { destination: server.address, destinationPort } : {}),
    isFromIpvs: true,
    connection: isTracked ? packet.connection : { ...packet.connection, state: 'untracked' },
  };
  addStep(
    flow,
    {
      hook: 'ipvs',
      kind: 'virtualServer',
      location: scheduling.location,
      probability: scheduling.servers.length === 1 ? undefined : server.probability,
      effect: {
        kind: 'schedule',
        virtualServer: scheduling.virtualServer,
        realServer: server.text,
        scheduler: scheduling.scheduler,
        ...(scheduling.decidedBy.length === 0 ? {} : { decidedBy: scheduling.decidedBy }),
      },
    },
    sent,
  );
  if (server.forwarding === 'tunnel') {
    following.end(flow, { kind: 'unknown', reason: reasons.tunnelled(server.text) });
    return false;
  }
  // `do_output_route4`: by the destination alone.
  const route = following.network.route({
    family: packet.family,
    destination: server.address,
    source: undefined,
    mark: 0,
    inDevice: undefined,
    ...noFlow,
  });
  const isHere = route.type === 'local';
  const refusal = sendFailure(flow, server, isHere);
  if (refusal !== undefined) {
    return fail(following, flow, { effect: { kind: 'drop' }, reason: refusal, verdict: { kind: 'drop' } });
  }
  const failure = outputFailure(following, flow.packet, route);
  if (failure !== undefined) return fail(following, flow, failure);
  flow.route = route;
  if (isHere) return true;
  enterHook(flow, 'output', undefined, outDeviceOf(route));
  return true;
}

/** `crosses_local_route_boundary` and `ip_vs_nat_xmit` of net/netfilter/ipvs/ip_vs_xmit.c. */
function sendFailure({ packet, hook }: Flow, server: ScheduledServer, isHere: boolean): TraceFact | undefined {
  if (!isHere) return isLoopback(packet.family, packet.source) ? reasons.loopbackClient(packet.source.text) : undefined;
  const isFromOutside = hook === 'input' && packet.inDevice !== 'lo';
  return isFromOutside && isLoopback(packet.family, server.address) ? reasons.loopbackServer(server.text) : undefined;
}
