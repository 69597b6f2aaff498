import { formatAddress } from '../../model/address.ts';
import type { TraceEffect, TraceFact, TraceVerdict } from '../../model/packetTrace.ts';
import type { TracedAddress, TracedPacket } from '../packet.ts';
import type { Translation } from '../ruleProgram.ts';
import { loopbackAddress, unspecifiedAddress } from './addresses.ts';
import { assumptions, reasons } from './facts.ts';
import type { Flow } from './flow.ts';
import type { Following } from './following.ts';

export interface Translated {
  readonly packet: TracedPacket;
  readonly effect: TraceEffect;
  /** What ends the packet's way instead. */
  readonly failure?: TraceVerdict;
  readonly reason?: TraceFact;
}

/** Sets up a translation as a rule of a nat chain asks for it, and applies it to the packet. */
export function translate(following: Following, flow: Flow, { part, address, port, kind }: Translation): Translated {
  const { packet } = flow;
  if (part === 'destination') {
    const chosen = address ?? (kind === 'redirect' ? redirectAddress(following, flow) : packet.destination);
    if (chosen === undefined) return withoutAddress(packet, packet.inDevice);
    const to = { destination: chosen, destinationPort: portOf(packet.destinationPort, port) };
    return {
      packet: withDestination(packet, to),
      effect: { kind: 'dnat', to: formatAddress(chosen.text, to.destinationPort) },
    };
  }
  const chosen = address ?? (kind === 'masquerade' ? masqueradeAddress(following, flow) : packet.source);
  if (chosen === undefined) return withoutAddress(packet, packet.outDevice);
  const source = { source: chosen, sourcePort: portOf(packet.sourcePort, port) };
  return {
    packet: withSource(packet, source),
    effect: {
      kind: kind === 'masquerade' ? 'masquerade' : 'snat',
      to: formatAddress(chosen.text, source.sourcePort),
    },
  };
}

/** The kernel drops what it has no address for. */
function withoutAddress(packet: TracedPacket, device: string | undefined): Translated {
  return { packet, effect: { kind: 'drop' }, failure: { kind: 'drop' }, reason: reasons.noAddress(device ?? '') };
}

/** Protocols without ports, such as ICMP, stay without. */
function portOf(own: number | undefined, wanted: number | undefined): number | undefined {
  return own === undefined ? undefined : (wanted ?? own);
}

/** The packet of a connection whose destination is translated. */
export function withDestination(
  packet: TracedPacket,
  to: Pick<TracedPacket, 'destination' | 'destinationPort'>,
): TracedPacket {
  const isChanged = packet.destination.value !== to.destination.value || packet.destinationPort !== to.destinationPort;
  if (!isChanged) return packet;
  return { ...packet, ...to, connection: { ...packet.connection, isDestinationTranslated: true } };
}

function withSource(packet: TracedPacket, to: Pick<TracedPacket, 'source' | 'sourcePort'>): TracedPacket {
  const isChanged = packet.source.value !== to.source.value || packet.sourcePort !== to.sourcePort;
  if (!isChanged) return packet;
  return { ...packet, ...to, connection: { ...packet.connection, isSourceTranslated: true } };
}

/**
 * `nf_nat_redirect_ipv4` and `nf_nat_redirect_ipv6` of net/netfilter/nf_nat_redirect.c; undefined where the device has no
 * address, and the kernel drops the packet.
 */
function redirectAddress(following: Following, { hook, packet }: Flow): TracedAddress | undefined {
  if (hook === 'output') return loopbackAddress(following.family);
  const { inDevice } = packet;
  const [first] = inDevice === undefined ? [] : following.network.deviceAddresses(following.family, inDevice);
  if (first !== undefined) return first;
  if (inDevice !== undefined && following.network.localAddresses !== undefined) return undefined;
  following.assume(assumptions.ownAddress());
  return unspecifiedAddress(following.family);
}

/**
 * The address that a packet is masqueraded with: `nf_nat_masquerade_ipv4` of net/netfilter/nf_nat_masquerade.c takes
 * what inet_select_addr gives for the device and the next hop.
 */
function masqueradeAddress(following: Following, { packet, route }: Flow): TracedAddress | undefined {
  const { network } = following;
  const { outDevice } = packet;
  const nextHop = (following.family === 'ipv4' ? route?.via : undefined) ?? packet.destination;
  if (outDevice !== undefined) {
    const selected = network.sourceAddress(following.family, outDevice, nextHop);
    if (selected !== undefined) return selected;
    if (network.localAddresses !== undefined) return undefined;
  }
  if (route?.preferredSource !== undefined) return route.preferredSource;
  following.assume(assumptions.ownAddress());
  return unspecifiedAddress(following.family);
}
