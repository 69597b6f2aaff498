import { formatAddress } from '../../model/address.ts';
import type { TracedConnection } from '../packet.ts';
import { assumptions } from './facts.ts';
import type { Flow } from './flow.ts';
import { addStep, type Following } from './following.ts';
import { reroute } from './outputRouting.ts';
import { withDestination } from './translation.ts';

/** Looks up the packet's connection, once, unless a rule before said not to (`nf_conntrack_in`). */
export function findConnection(flow: Flow): void {
  const { packet, connection } = flow;
  if (connection === undefined) return;
  flow.connection = undefined;
  if (packet.connection.state === 'untracked') return;
  const { source, destination, sourcePort, destinationPort } = packet;
  flow.packet = {
    ...packet,
    connection: { ...connection, original: { source, destination, sourcePort, destinationPort } },
  };
}

/** What the packet meets before connection tracking: it is neither new nor untracked. */
export function withoutConnection(connection: TracedConnection): TracedConnection {
  return { ...connection, state: 'invalid', isDestinationTranslated: false, mark: 0 };
}

/**
 * Decides what translates a packet: rules only if its connection is new and that part of it was not settled yet
 * (`nf_nat_inet_fn` of net/netfilter/nf_nat_core.c), else what is remembered of the connection.
 */
export function beginTranslation(following: Following, flow: Flow, part: 'source' | 'destination', end: number): void {
  const { state } = flow.packet.connection;
  if (state === 'invalid' || state === 'untracked') {
    flow.entry = end + 1;
    return;
  }
  const isError = state === 'related' && flow.packet.icmp !== undefined;
  if (state === 'established' || isError) {
    flow.entry = end;
    applyRemembered(following, flow, part);
    return;
  }
  if (part === 'source' ? flow.isSourceSettled : flow.isDestinationSettled) flow.entry = end;
}

/** Translates as the connection's first packet was. Connections of ipvs are translated where ipvs is. */
function applyRemembered(following: Following, flow: Flow, part: 'source' | 'destination'): void {
  const { translatedTo } = following;
  if (translatedTo === undefined) return;
  if (part === 'source') {
    following.assume(assumptions.sourceNotSaid());
    return;
  }
  const { packet } = flow;
  if (!packet.connection.isDestinationTranslated || flow.isDestinationSettled) return;
  flow.isDestinationSettled = true;
  const { address, port } = translatedTo;
  const destinationPort = packet.destinationPort === undefined ? undefined : (port ?? packet.destinationPort);
  addStep(
    flow,
    {
      hook: flow.hook,
      kind: 'connection',
      effect: { kind: 'remembered', to: formatAddress(address.text, destinationPort) },
    },
    withDestination(packet, { destination: address, destinationPort }),
  );
}

/** The end of a hook's translations: what no chain translated stays as it is for this connection. */
export function endTranslation(following: Following, flow: Flow, part: 'source' | 'destination'): boolean {
  if (part === 'source') {
    flow.isSourceSettled = true;
    return true;
  }
  flow.isDestinationSettled = true;
  const { packet } = flow;
  // `nf_nat_ipv4_local_fn` of net/netfilter/nf_nat_proto.c.
  const isElsewhere = packet.connection.original.destination.value !== packet.destination.value;
  return flow.hook === 'output' && isElsewhere ? reroute(following, flow) : true;
}
