import type { IpFamily } from '../../model/address.ts';
import type { RuleOption } from '../../ruleset/iptables/rule.ts';
import type { TracedAddress, TracedPacket } from '../packet.ts';
import { type Answer, answerOf, negatedAnswer, no, unknownAnswer, yes } from './answer.ts';
import {
  type Condition,
  eachOption,
  firstValue,
  type MatchReader,
  type OptionReader,
  optionNamed,
  optionText,
  type Test,
  unknownTest,
  wholeMatch,
} from './condition.ts';
import { matchNotModelled } from './facts.ts';
import { protocolNumber } from './protocols.ts';
import { isInRange, parseAddressBlock, parseMasked, parsePortRange, parseUnsigned } from './values.ts';

const isUnknown = unknownAnswer(matchNotModelled('conntrack'));

/** Whether the packet belongs to a connection (`nf_ct_get`). Before connection tracking looked at it, its state is invalid. */
export function hasConnection({ connection: { state } }: TracedPacket): boolean {
  return state !== 'invalid' && state !== 'untracked';
}

const stateNames: ReadonlySet<string> = new Set([
  'invalid',
  'new',
  'established',
  'related',
  'untracked',
  'snat',
  'dnat',
]);

function stateTest(text: string): Test | undefined {
  const wanted = new Set(text.toLowerCase().split(','));
  if (![...wanted].every((name) => stateNames.has(name))) return undefined;
  return (packet) => {
    const { state, isDestinationTranslated, isSourceTranslated } = packet.connection;
    if (wanted.has(state)) return yes;
    if (!hasConnection(packet)) return no;
    const isTranslated = (isDestinationTranslated && wanted.has('dnat')) || (isSourceTranslated && wanted.has('snat'));
    return answerOf(isTranslated);
  };
}

/** What a connection's packets look like on the way back; undefined where the packet does not tell. */
function replySource({ connection, destination }: TracedPacket): TracedAddress | undefined {
  const { original, isDestinationTranslated } = connection;
  if (!isDestinationTranslated) return original.destination;
  return destination.value === original.destination.value ? undefined : destination;
}

function replyDestination({ connection, source }: TracedPacket): TracedAddress | undefined {
  const { original, isSourceTranslated } = connection;
  if (!isSourceTranslated) return original.source;
  return source.value === original.source.value ? undefined : source;
}

function address(of: (packet: TracedPacket) => TracedAddress | undefined): OptionReader {
  return (option, _match, { family }) => {
    const block = parseAddressBlock(family, firstValue(option) ?? '');
    if (block === undefined) return undefined;
    return (packet) => {
      const found = of(packet);
      return found === undefined ? isUnknown : answerOf(block(found));
    };
  };
}

function port(of: (packet: TracedPacket) => number | undefined): OptionReader {
  return (option) => {
    const range = parsePortRange(firstValue(option) ?? '');
    if (range === undefined) return undefined;
    return (packet) => {
      const found = of(packet);
      return found === undefined ? isUnknown : answerOf(isInRange(range, found));
    };
  };
}

/** The kernel keeps type and code of ICMP where others have the port (`struct nf_conntrack_tuple`). */
function originalDestinationPort({ connection, icmp }: TracedPacket): number | undefined {
  if (icmp !== undefined && connection.state !== 'related') return icmp.type * 256 + icmp.code;
  return connection.original.destinationPort;
}

const statuses: ReadonlySet<string> = new Set(['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED']);

/** One of the bits is set. NONE is no bit. */
const status: OptionReader = (option) => {
  const wanted = (firstValue(option) ?? '').toUpperCase().split(',');
  if (!wanted.every((name) => statuses.has(name))) return undefined;
  const bits = wanted.filter((name) => name !== 'NONE');
  return ({ connection: { state }, inDevice }) => {
    if (bits.length === 0) return no;
    // A connection is confirmed when its first packet leaves the node, be it through loopback, or reaches a socket.
    if (bits.includes('CONFIRMED') && (state === 'established' || inDevice === 'lo')) return yes;
    if (bits.includes('SEEN_REPLY') && state === 'established') return yes;
    const isNever = state === 'new' && bits.every((bit) => bit !== 'EXPECTED');
    return isNever ? no : isUnknown;
  };
};

/** Packets are followed in the direction of their connection's first; errors about it come from either side. */
const direction: OptionReader = (option) => {
  const value = (firstValue(option) ?? '').toUpperCase();
  if (value !== 'ORIGINAL' && value !== 'REPLY') return undefined;
  return ({ connection: { state } }) => (state === 'related' ? isUnknown : answerOf(value === 'ORIGINAL'));
};

const protocol: OptionReader = (option) => {
  const number = protocolNumber(firstValue(option) ?? '');
  if (number === undefined) return undefined;
  return (packet) => (packet.connection.state === 'related' ? isUnknown : answerOf(packet.protocol === number));
};

const conntrackOptions: Readonly<Record<string, OptionReader>> = {
  '--ctproto': protocol,
  '--ctorigsrc': address(({ connection }) => connection.original.source),
  '--ctorigdst': address(({ connection }) => connection.original.destination),
  '--ctreplsrc': address(replySource),
  '--ctrepldst': address(replyDestination),
  '--ctorigsrcport': port(({ connection }) => connection.original.sourcePort),
  '--ctorigdstport': port(originalDestinationPort),
  '--ctstatus': status,
  '--ctdir': direction,
};

/** net/netfilter/xt_conntrack.c: of packets without a connection only the state is asked, if it is among the options. */
const conntrack: MatchReader = (match, context) => {
  const asksState = optionNamed(match, '--ctstate') !== undefined;
  return match.options.map((option): Condition => {
    const text = optionText(match, option, context);
    const value = firstValue(option) ?? '';
    const isState = option.name === '--ctstate';
    const read = option.known ? conntrackOptions[option.name]?.(option, match, context) : undefined;
    const test = (isState ? stateTest(value) : read) ?? unknownTest(match.name);
    return {
      text,
      test: (packet, surroundings): Answer => {
        if (!isState && !hasConnection(packet)) return answerOf(asksState);
        return negatedAnswer(test(packet, surroundings), option.negated);
      },
    };
  });
};

/** No packet without a connection has a mark, `!` or not (net/netfilter/xt_connmark.c). */
const connmark: MatchReader = wholeMatch((match) => {
  const option = optionNamed(match, '--mark');
  const wanted = parseMasked(firstValue(option) ?? '');
  if (option === undefined || wanted === undefined || match.options.length > 1) return undefined;
  return (packet) => {
    if (!hasConnection(packet)) return no;
    const holds = (packet.connection.mark & wanted.mask) >>> 0 === wanted.value;
    return answerOf(holds !== option.negated);
  };
});

/** Only connections that another one announced have a helper's name (net/netfilter/xt_helper.c). */
const helper: OptionReader = () => {
  const isNamed = unknownAnswer(matchNotModelled('helper'));
  return (packet) => (packet.connection.state === 'new' || !hasConnection(packet) ? no : isNamed);
};

/**
 * `--ipvs` alone asks whether ipvs has handled the packet. The others ask of its connection (net/netfilter/xt_ipvs.c),
 * whose virtual server is where the client sent its packets; where these were translated before, it is not known.
 */
const ipvs: MatchReader = wholeMatch((match, { family }) => {
  const [option, ...more] = match.options;
  if (option?.name === '--ipvs' && more.length === 0) return (packet) => answerOf(packet.isFromIpvs !== option.negated);
  const tests = match.options.map((each) => virtualServerTest(each, family));
  const others = unknownAnswer(matchNotModelled(match.name));
  return (packet) => {
    if (!packet.isFromIpvs) return no;
    if (packet.connection.isDestinationTranslated) return others;
    const answers = tests.map((test) => test?.(packet));
    return answers.includes(false) ? no : answers.includes(undefined) ? others : yes;
  };
});

/** Undefined for an option that is not simulated. */
function virtualServerTest(option: RuleOption, family: IpFamily): ((packet: TracedPacket) => boolean) | undefined {
  const value = firstValue(option) ?? '';
  switch (option.name) {
    case '--vproto': {
      const number = protocolNumber(value);
      return number === undefined ? undefined : ({ protocol }) => (protocol === number) !== option.negated;
    }
    case '--vaddr': {
      const block = parseAddressBlock(family, value);
      return block && (({ connection }) => block(connection.original.destination) !== option.negated);
    }
    case '--vport': {
      const port = parseUnsigned(value);
      if (port === undefined) return undefined;
      return ({ connection }) => (connection.original.destinationPort === port) !== option.negated;
    }
    default:
      return undefined;
  }
}

/** Matches on what connection tracking and ipvs know. */
export const connectionMatches: Readonly<Record<string, MatchReader>> = {
  conntrack,
  state: eachOption({ '--state': (option) => stateTest(firstValue(option) ?? '') }),
  connmark,
  helper: eachOption({ '--helper': helper }),
  ipvs,
};
