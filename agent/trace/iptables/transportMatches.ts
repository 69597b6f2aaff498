import type { TracedPacket } from '../packet.ts';
import { answerOf, eitherAnswer, no, unknownAnswer, yes } from './answer.ts';
import { eachOption, firstValue, type MatchReader, type OptionReader, type Test } from './condition.ts';
import { matchNotModelled } from './facts.ts';
import { icmpTypes, icmpv6Types, parseIcmpType } from './icmpTypes.ts';
import { isInRange, type NumberRange, parsePortRange } from './values.ts';

const tcp = 6;
const protocolsWithPorts: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);

/** The packet's port is in one of the ranges; a packet without ports has none. */
function portTest(side: 'sourcePort' | 'destinationPort', ranges: readonly NumberRange[], match: string): Test {
  const isUnknown = unknownAnswer(matchNotModelled(match));
  const [range] = ranges;
  const holds = (port: number) =>
    ranges.length === 1 && range ? isInRange(range, port) : ranges.some((each) => isInRange(each, port));
  return (packet) => {
    const port = packet[side];
    if (port !== undefined) return answerOf(holds(port));
    return protocolsWithPorts.has(packet.protocol) ? isUnknown : no;
  };
}

function port(side: 'sourcePort' | 'destinationPort'): OptionReader {
  return (option, match) => {
    const range = parsePortRange(firstValue(option) ?? '');
    return range && portTest(side, [range], match.name);
  };
}

/** `80,443,1000:2000` (net/netfilter/xt_multiport.c). */
function ports(...sides: readonly ('sourcePort' | 'destinationPort')[]): OptionReader {
  return (option, match) => {
    const ranges = (firstValue(option) ?? '').split(',').map((range) => parsePortRange(range));
    const known = ranges.filter((range) => range !== undefined);
    if (known.length < ranges.length) return undefined;
    const tests = sides.map((side) => portTest(side, known, match.name));
    return (packet, surroundings) =>
      tests.map((test) => test(packet, surroundings)).reduce((first, second) => eitherAnswer(first, second), no);
  };
}

const tcpFlags = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG'];

function parseFlags(text: string): readonly string[] | undefined {
  const names = text.toUpperCase().split(',');
  if (names.includes('ALL')) return tcpFlags;
  const flags = names.filter((name) => name !== 'NONE');
  return flags.every((flag) => tcpFlags.includes(flag)) ? flags : undefined;
}

/** Of the flags in `mask`, those in `set` are set and no others. */
function flagTest(mask: readonly string[], set: readonly string[]): Test {
  const holds = ({ tcpFlags: flags }: TracedPacket) =>
    set.every((flag) => mask.includes(flag)) && mask.every((flag) => flags.includes(flag) === set.includes(flag));
  return (packet) => answerOf(packet.protocol === tcp && holds(packet));
}

/** An SCTP connection's first packet has one chunk, INIT; of later ones the chunks are not known. */
const chunkTypes: OptionReader = ({ values: [scope, list] }, match) => {
  const names = list?.value.toUpperCase().split(',') ?? [];
  const isPlain = scope?.value === 'any' || scope?.value === 'only';
  if (!isPlain || names.some((name) => name.includes(':'))) return undefined;
  const holds = answerOf(names.includes('INIT') || names.includes('ALL'));
  const isUnknown = unknownAnswer(matchNotModelled(match.name));
  return (packet) => (packet.connection.state === 'new' ? holds : isUnknown);
};

const icmp = 1;
const icmpv6 = 58;

/** `8`, `8/0` or `echo-request` (net/ipv4/netfilter/ip_tables.c and net/ipv6/netfilter/ip6_tables.c, `icmp_match`). */
function icmpType(protocol: number, names: ReadonlyMap<string, string>): OptionReader {
  return (option, match) => {
    const wanted = parseIcmpType(firstValue(option) ?? '', names);
    if (wanted === undefined) return undefined;
    const isUnknown = unknownAnswer(matchNotModelled(match.name));
    return (packet) => {
      if (wanted === 'any') return yes;
      if (packet.protocol !== protocol) return no;
      if (packet.icmp === undefined) return isUnknown;
      const { type, code } = packet.icmp;
      return answerOf(type === wanted.type && (wanted.code === undefined || code === wanted.code));
    };
  };
}

const portOptions = { '--sport': port('sourcePort'), '--dport': port('destinationPort') };

/** Matches on the header of a transport protocol (net/netfilter/xt_tcpudp.c, xt_sctp.c, xt_dccp.c). */
export const transportMatches: Readonly<Record<string, MatchReader>> = {
  tcp: eachOption({
    ...portOptions,
    '--syn': () => flagTest(['FIN', 'SYN', 'RST', 'ACK'], ['SYN']),
    '--tcp-flags': ({ values: [first, second] }) => {
      const mask = parseFlags(first?.value ?? '');
      const set = parseFlags(second?.value ?? '');
      return mask && set && flagTest(mask, set);
    },
  }),
  udp: eachOption(portOptions),
  udplite: eachOption(portOptions),
  sctp: eachOption({ ...portOptions, '--chunk-types': chunkTypes }),
  dccp: eachOption(portOptions),
  multiport: eachOption({
    '--sports': ports('sourcePort'),
    '--dports': ports('destinationPort'),
    '--ports': ports('sourcePort', 'destinationPort'),
  }),
  icmp: eachOption({ '--icmp-type': icmpType(icmp, icmpTypes) }),
  icmp6: eachOption({ '--icmpv6-type': icmpType(icmpv6, icmpv6Types) }),
  ah: eachOption({}),
  esp: eachOption({}),
};
