import type { IpFamily } from '../../model/address.ts';
import type { PacketRequest } from '../../model/packetTrace.ts';
import { Fraction } from '../fraction.ts';
import type { TracedConnection, TracedPacket } from '../packet.ts';
import { servicePortProtocols } from '../servicePortProtocols.ts';
import { readAddress } from '../tracedAddress.ts';
import type { TracedNode } from '../tracedNode.ts';
import { isLoopback, unspecifiedAddress } from './addresses.ts';
import { withoutConnection } from './connection.ts';
import { readEndpoint } from './endpointText.ts';
import { assumptions, reasons } from './facts.ts';
import type { Flow } from './flow.ts';
import { addStep, enterHook, Following } from './following.ts';
import { InvalidRequest } from './invalidRequest.ts';
import { fail, flowOf, outDeviceOf, outputFailure, outputStep } from './outputRouting.ts';

/** From the middle of the usual range of ephemeral ports. */
const ephemeralPort = 40_000;

/**
 * What is followed, and its first way; without one when the packet never starts.
 *
 * @throws InvalidRequest
 */
export function startFlow(node: TracedNode, request: PacketRequest): [following: Following, flow: Flow | undefined] {
  const destination = readAddress(request.destination);
  if (destination === undefined) throw InvalidRequest.address(request.destination);
  const { family } = destination;
  const translatedTo = optionalEndpoint(request.connection?.translatedTo, family);
  const remembered = optionalEndpoint(request.remembered, family);
  const following = new Following(node, request, family, translatedTo, remembered);
  const flow = emptyFlow(packetOf(following, request, destination));
  for (const fact of node.missing(family)) following.assume(fact);
  for (const { missing } of [...node.programs, node.virtualServers]) for (const fact of missing) following.assume(fact);
  return [following, request.from.kind === 'node' ? startOnNode(following, flow) : arrive(following, flow)];
}

function optionalEndpoint(text: string | undefined, family: IpFamily) {
  if (text === undefined) return undefined;
  const endpoint = readEndpoint(text);
  if (endpoint?.address.family !== family) throw InvalidRequest.endpoint(text);
  return endpoint;
}

function packetOf(
  following: Following,
  request: PacketRequest,
  destination: TracedPacket['destination'],
): TracedPacket {
  const { family } = following;
  const { protocol, from } = request;
  const hasPorts = protocol !== 'icmp';
  if (hasPorts && request.port === undefined) throw InvalidRequest.port(protocol);
  const own = from.ip === undefined ? undefined : readAddress(from.ip);
  if (from.ip !== undefined && own?.family !== family) throw InvalidRequest.source(from.ip, request.destination);
  const addresses = {
    source: own ?? unspecifiedAddress(family),
    destination,
    sourcePort: hasPorts ? (request.sourcePort ?? ephemeralPort) : undefined,
    destinationPort: hasPorts ? request.port : undefined,
  };
  const state = request.connection?.state ?? 'new';
  return {
    ...addresses,
    family,
    protocol: protocol === 'icmp' ? (family === 'ipv4' ? 1 : 58) : servicePortProtocols[protocol],
    icmp: hasPorts ? undefined : { type: family === 'ipv4' ? 8 : 128, code: 0 },
    // What opens a connection is not invalid, and nothing that goes on with one opens it.
    tcpFlags: protocol !== 'tcp' ? [] : state === 'established' || state === 'invalid' ? ['ACK'] : ['SYN'],
    mark: (request.mark ?? 0) >>> 0,
    inDevice: undefined,
    outDevice: undefined,
    connection: {
      state,
      original: addresses,
      isDestinationTranslated: false,
      isSourceTranslated: false,
      mark: 0,
    },
    isFromIpvs: false,
  };
}

function emptyFlow(packet: TracedPacket): Flow {
  return {
    packet: { ...packet, connection: withoutConnection(packet.connection) },
    probability: Fraction.one,
    trail: undefined,
    hook: 'prerouting',
    entry: 0,
    frame: undefined,
    base: undefined,
    packetBeforeChain: packet,
    route: undefined,
    connection: packet.connection,
    isDestinationSettled: false,
    isSourceSettled: false,
    isMasqueraded: false,
    isLooped: false,
    arrivedThrough: undefined,
    hooks: [],
  };
}

/** The connection as conntrack knows it; one of ipvs is not translated as far as conntrack's rules can see. */
function tellTranslation(following: Following, flow: Flow): void {
  const { connection, packet } = flow;
  if (connection === undefined || following.translatedTo === undefined) return;
  if (connection.state === 'new' || connection.state === 'invalid' || connection.state === 'untracked') return;
  const { virtualServers } = following.node;
  const isOfIpvs = virtualServers.isActive && virtualServers.schedule(packet, undefined) !== undefined;
  const known: TracedConnection = { ...connection, isDestinationTranslated: !isOfIpvs };
  flow.connection = known;
}

/** A packet of another machine or of a pod comes in. */
function arrive(following: Following, flow: Flow): Flow | undefined {
  const { from } = following.request;
  tellTranslation(following, flow);
  flow.arrivedThrough = from.kind === 'external' && from.device !== undefined ? from.device : wayTo(following, flow);
  const hook = following.node.entries(following.family, 'ingress').length > 0 ? 'ingress' : 'prerouting';
  enterHook(flow, hook, flow.arrivedThrough, undefined);
  following.firstPacket = flow.packet;
  addStep(flow, { hook, kind: 'start', effect: { kind: 'continue' } });
  const { family, source, destination } = flow.packet;
  const loopback = family === 'ipv6' && [destination, source].find((address) => isLoopback(family, address));
  if (!loopback) return flow;
  // `ip6_rcv_core` of net/ipv6/ip6_input.c, before any hook.
  const reason = reasons.ipv6LoopbackFromOutside(flow.arrivedThrough ?? '', loopback.text);
  fail(following, flow, { effect: { kind: 'drop' }, reason, verdict: { kind: 'drop' } });
  return undefined;
}

/** The device that leads to where the packet comes from. */
function wayTo(following: Following, { packet }: Flow): string | undefined {
  const { device, type } = following.network.route({
    family: packet.family,
    destination: packet.source,
    source: undefined,
    mark: 0,
    inDevice: undefined,
  });
  if (device !== undefined && type !== 'local') return device;
  following.assume(assumptions.inDevice(packet.source.text));
  return undefined;
}

/** A process of the node sends: routed first, then given to the output hook. */
function startOnNode(following: Following, flow: Flow): Flow | undefined {
  tellTranslation(following, flow);
  const hasSource = following.request.from.ip !== undefined;
  const { family, destination, source, mark } = flow.packet;
  const route = following.network.route({
    family,
    destination,
    source: hasSource ? source : undefined,
    mark,
    inDevice: undefined,
    ...flowOf(flow.packet),
  });
  flow.route = route;
  if (!hasSource) {
    // A packet to an address of the node comes from that same address unless the route names another.
    const chosen = route.preferredSource ?? (route.type === 'local' ? destination : undefined);
    if (chosen === undefined) following.assume(assumptions.ownAddress());
    else flow.packet = { ...flow.packet, source: chosen };
  }
  const { connection: tracked, packet } = flow;
  const original = { ...packet.connection.original, source: packet.source };
  flow.packet = { ...packet, connection: { ...packet.connection, original } };
  if (tracked !== undefined) flow.connection = { ...tracked, original };
  following.firstPacket = flow.packet;
  addStep(flow, { hook: 'output', kind: 'start', effect: { kind: 'continue' } });
  const failure = outputFailure(following, flow.packet, route);
  if (failure !== undefined) {
    fail(following, flow, failure);
    return undefined;
  }
  addStep(flow, outputStep(route));
  enterHook(flow, 'output', undefined, outDeviceOf(route));
  return flow;
}
