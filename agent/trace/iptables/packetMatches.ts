import type { IpFamily } from '../../model/address.ts';
import type { TracedAddress } from '../packet.ts';
import { answerOf, no, unknownAnswer, yes } from './answer.ts';
import {
  eachOption,
  firstValue,
  hasOnly,
  type MatchReader,
  type OptionReader,
  optionNamed,
  wholeMatch,
} from './condition.ts';
import { deviceNotKnown, matchNotModelled } from './facts.ts';
import { inDeviceOf } from './parameters.ts';
import { type AddressBlock, parseAddress, parseMasked } from './values.ts';

const mark: OptionReader = (option) => {
  const wanted = parseMasked(firstValue(option) ?? '');
  return wanted && ((packet) => answerOf((packet.mark & wanted.mask) >>> 0 === wanted.value));
};

function parseAddressRange(family: IpFamily, text: string): AddressBlock | undefined {
  const [from = '', to = from, ...more] = text.split('-');
  const first = parseAddress(family, from);
  const last = parseAddress(family, to);
  if (first === undefined || last === undefined || more.length > 0) return undefined;
  return (address) => address.value >= first.value && address.value <= last.value;
}

function addressRange(side: 'source' | 'destination'): OptionReader {
  return (option, _match, { family }) => {
    const range = parseAddressRange(family, firstValue(option) ?? '');
    return range && ((packet) => answerOf(range(packet[side])));
  };
}

/** Frames to one machine carry packets to one address; of others the frame's kind is not known. */
const packetType: OptionReader = (option, match) => {
  const value = (firstValue(option) ?? '').toLowerCase();
  if (!['unicast', 'host', 'broadcast', 'multicast'].includes(value)) return undefined;
  const isUnknown = unknownAnswer(matchNotModelled(match.name));
  return (packet, { network }) => {
    const type = network.addressType(packet.family, packet.destination);
    if (type === 'broadcast' || type === 'multicast') return isUnknown;
    return answerOf(value === 'unicast' || value === 'host');
  };
};

/**
 * A packet that no socket of the node sent fits only if all options are negated (net/netfilter/xt_owner.c). Of others
 * it is not known who sent them.
 */
const owner: MatchReader = wholeMatch((match) => {
  if (!hasOnly(match, '--uid-owner', '--gid-owner', '--socket-exists', '--suppl-groups')) return undefined;
  const asked = match.options.filter(({ name }) => name !== '--suppl-groups');
  const isUnknown = unknownAnswer(matchNotModelled(match.name));
  const asksExistence = asked.every(({ name }) => name === '--socket-exists');
  const wantsNone = asked.some(({ name, negated }) => name === '--socket-exists' && negated);
  return (packet, { hook }) => {
    const isLocal = hook === 'output' || (hook === 'postrouting' && packet.inDevice === undefined);
    if (!isLocal) return answerOf(asked.every(({ negated }) => negated));
    if (wantsNone) return no;
    return asksExistence ? yes : isUnknown;
  };
});

/** Types of ICMP that say something of another packet. */
const icmpErrors: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
const protocolsOfSockets: ReadonlySet<number> = new Set([6, 17]);

/**
 * A socket of the node waits for the packet at its very destination (net/netfilter/xt_socket.c). For a first packet only
 * one that listens there can: a transparent one, or one at an address of the node's own. {@link socketsAssumed} says
 * that transparent ones are taken to listen at no one address.
 */
const socket: MatchReader = wholeMatch((match) => {
  if (!hasOnly(match, '--transparent', '--nowildcard')) return undefined;
  const isTransparent = optionNamed(match, '--transparent') !== undefined;
  const countsWildcards = optionNamed(match, '--nowildcard') !== undefined;
  const isUnknown = unknownAnswer(matchNotModelled(match.name));
  return ({ family, protocol, icmp, connection, destination }, { network }) => {
    if (!protocolsOfSockets.has(protocol)) {
      if (protocol !== 1 && protocol !== 58) return no;
      if (icmp === undefined) return isUnknown;
      return (protocol === 1 ? icmpErrors.has(icmp.type) : icmp.type < 128) ? isUnknown : no;
    }
    if (connection.state !== 'new' || countsWildcards) return isUnknown;
    if (isTransparent) return no;
    const type = network.addressType(family, destination);
    return type === undefined || type === 'local' ? isUnknown : no;
  };
});

const leavingOptions: ReadonlySet<string> = new Set(['--physdev-out', '--physdev-is-out', '--physdev-is-bridged']);

/**
 * A packet that came over no bridge, or of which the bridge keeps nothing, fits only where options are negated
 * (net/netfilter/xt_physdev.c). The bridge keeps something of what it gives to iptables (br_netfilter), and the port to
 * leave by only of what it forwards itself, which comes in and goes out through one device.
 */
const bridgePort: OptionReader = (option, match) => {
  const isUnknown = unknownAnswer(matchNotModelled(match.name));
  return (packet, surroundings) => {
    const { hook, network } = surroundings;
    if (hook === 'output' || inDeviceOf(packet, surroundings) === '') return no;
    const setting = packet.family === 'ipv4' ? 'bridge-nf-call-iptables' : 'bridge-nf-call-ip6tables';
    const call = network.setting(`net.bridge.${setting}`);
    // Where other settings are known and this one is not there, br_netfilter is not loaded.
    const isOff = call === '0' || (call === undefined && network.setting('net.ipv4.ip_forward') !== undefined);
    if (isOff) return no;
    if (packet.inDevice !== undefined && network.hasPorts?.(packet.inDevice) === false) return no;
    const isRouted = packet.inDevice !== undefined && packet.outDevice !== undefined;
    if (leavingOptions.has(option.name) && isRouted && packet.inDevice !== packet.outDevice) return no;
    return isUnknown;
  };
};

/**
 * The way back to the source leads through the device that the packet came in through (net/ipv4/netfilter/ipt_rpfilter.c
 * and net/ipv6/netfilter/ip6t_rpfilter.c).
 */
const rpfilter: MatchReader = wholeMatch((match) => {
  if (!hasOnly(match, '--loose', '--validmark', '--accept-local', '--invert')) return undefined;
  const has = (name: string) => optionNamed(match, name) !== undefined;
  const [isLoose, usesMark, acceptsLocal, isInverted] = [
    has('--loose'),
    has('--validmark'),
    has('--accept-local'),
    has('--invert'),
  ];
  const isUnknown = unknownAnswer(matchNotModelled(match.name));
  return (packet, { network }) => {
    const { family, source, destination, inDevice } = packet;
    if (inDevice === undefined) return unknownAnswer(deviceNotKnown('in'));
    if (inDevice === 'lo') return answerOf(!isInverted);
    const route = network.route({
      family,
      destination: source,
      source: isUnicast(family, destination) ? destination : undefined,
      mark: usesMark ? packet.mark : 0,
      inDevice: undefined,
      protocol: packet.protocol,
      ...(family === 'ipv6' && !isLoose ? { outDevice: inDevice } : {}),
    });
    if (route.unknown !== undefined) return unknownAnswer(route.unknown);
    if (route.assumed !== undefined) return isUnknown;
    if (route.type !== 'unicast' && !(route.type === 'local' && acceptsLocal)) return answerOf(isInverted);
    if (isLoose || (family === 'ipv6' && route.type === 'local')) return answerOf(!isInverted);
    return route.device === undefined ? isUnknown : answerOf((route.device === inDevice) !== isInverted);
  };
});

function isUnicast(family: IpFamily, { value }: TracedAddress): boolean {
  if (family === 'ipv6') return value !== 0n && value >> 120n !== 0xffn;
  return value >> 24n !== 0n && value >> 28n !== 0xen && value !== 0xffffffffn;
}

/** Matches on marks, addresses, sockets and devices. */
export const packetMatches: Readonly<Record<string, MatchReader>> = {
  mark: eachOption({ '--mark': mark }),
  iprange: eachOption({ '--src-range': addressRange('source'), '--dst-range': addressRange('destination') }),
  pkttype: eachOption({ '--pkt-type': packetType }),
  owner,
  physdev: eachOption({
    '--physdev-in': bridgePort,
    '--physdev-out': bridgePort,
    '--physdev-is-in': bridgePort,
    '--physdev-is-out': bridgePort,
    '--physdev-is-bridged': bridgePort,
  }),
  rpfilter,
  socket,
};
