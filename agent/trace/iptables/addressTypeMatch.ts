import type { RuleMatch } from '../../ruleset/iptables/rule.ts';
import type { AddressType } from '../nodeNetwork.ts';
import type { TracedAddress, TracedPacket } from '../packet.ts';
import type { Surroundings } from '../ruleProgram.ts';
import { type Answer, answerOf, no, unknownAnswer, yes } from './answer.ts';
import { eachOption, firstValue, type MatchReader, type OptionReader, optionNamed } from './condition.ts';
import { addressTypeNotKnown, deviceNotKnown } from './facts.ts';
import { inDeviceOf, outDeviceOf } from './parameters.ts';

const typeNames: ReadonlySet<string> = new Set([
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
]);

/** `-m addrtype` (net/netfilter/xt_addrtype.c). */
export const addressTypeMatch: MatchReader = eachOption({
  '--src-type': typeOf('source'),
  '--dst-type': typeOf('destination'),
  // They say of the other options which device's addresses count.
  '--limit-iface-in': () => () => yes,
  '--limit-iface-out': () => () => yes,
});

function typeOf(side: 'source' | 'destination'): OptionReader {
  return (option, match) => {
    const wanted = new Set((firstValue(option) ?? '').toUpperCase().split(','));
    if (![...wanted].every((name) => typeNames.has(name))) return undefined;
    const limit = limitOf(match);
    return (packet, surroundings) => {
      const device = limit && limitingDevice(limit, packet, surroundings);
      if (device === 'unknown') return unknownAnswer(deviceNotKnown(limit ?? 'in'));
      const ask = packet.family === 'ipv4' ? answerIpv4 : answerIpv6;
      return ask(wanted, packet[side], device?.name, packet, surroundings);
    };
  };
}

function limitOf(match: RuleMatch): 'in' | 'out' | undefined {
  if (optionNamed(match, '--limit-iface-in')) return 'in';
  return optionNamed(match, '--limit-iface-out') ? 'out' : undefined;
}

/** Undefined at a hook where packets have no such device: there the kernel looks at all devices. */
function limitingDevice(
  limit: 'in' | 'out',
  packet: TracedPacket,
  surroundings: Surroundings,
): { readonly name: string } | 'unknown' | undefined {
  const name = limit === 'in' ? inDeviceOf(packet, surroundings) : outDeviceOf(packet, surroundings);
  if (name === undefined) return 'unknown';
  return name === '' ? undefined : { name };
}

type Question = (
  wanted: ReadonlySet<string>,
  address: TracedAddress,
  device: string | undefined,
  packet: TracedPacket,
  surroundings: Surroundings,
) => Answer;

const answerIpv4: Question = (wanted, address, device, { family }, { network }) => {
  const type = network.addressType(family, address, device);
  return type === undefined ? unknownAnswer(addressTypeNotKnown(address.text)) : answerOf(hasType(wanted, type));
};

function hasType(wanted: ReadonlySet<string>, type: AddressType): boolean {
  return wanted.has(type.toUpperCase());
}

/** Routes that answer with an error. */
const refusals: ReadonlySet<AddressType> = new Set<AddressType>(['unreachable', 'prohibit', 'blackhole']);

/** Of IPv6 the address itself is looked at first, and all types that it tells must fit (`match_type6`). */
const answerIpv6: Question = (wanted, address, device, { family }, { network }) => {
  const isMulticast = address.value >> 120n === 0xffn;
  const isUnspecified = address.value === 0n;
  if (wanted.has('MULTICAST') && !isMulticast) return no;
  if (wanted.has('UNICAST') && (isMulticast || isUnspecified)) return no;
  if (wanted.has('UNSPEC') && !isUnspecified) return no;
  if (!wanted.has('LOCAL') && !wanted.has('UNREACHABLE') && !wanted.has('ANYCAST')) return yes;
  const type = network.addressType(family, address, device);
  if (type === undefined) return unknownAnswer(addressTypeNotKnown(address.text));
  if (type === 'local' || type === 'anycast') return answerOf(hasType(wanted, type));
  return answerOf(wanted.has('UNREACHABLE') && refusals.has(type));
};
