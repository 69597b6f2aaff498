import type { RuleOption } from '../../ruleset/iptables/rule.ts';
import type { TracedPacket } from '../packet.ts';
import type { Hook, Surroundings } from '../ruleProgram.ts';
import { type Answer, answerOf, negatedAnswer, no, unknownAnswer, yes } from './answer.ts';
import { type Condition, firstValue, type RuleContext, type Test } from './condition.ts';
import { deviceNotKnown, ruleNotUnderstood } from './facts.ts';
import { protocolNumber } from './protocols.ts';
import { parseAddressBlock } from './values.ts';

/** Parameters that say nothing about packets. */
const withoutMeaning: ReadonlySet<string> = new Set(['-4', '-6', '-t', '-v', '-n', '-x', '--line-numbers', '-w', '-W']);

/**
 * What a rule's parameters ask of packets (`ip_packet_match` of net/ipv4/netfilter/ip_tables.c and `ip6_packet_match`
 * of net/ipv6/netfilter/ip6_tables.c).
 */
export function parameterConditions(parameters: readonly RuleOption[], context: RuleContext): Condition[] {
  return parameters
    .filter(({ name, known }) => !known || !withoutMeaning.has(name))
    .map((option) => {
      const text = context.text.slice(option.span.start, option.span.end);
      const test = option.known ? readParameter(option, context) : undefined;
      if (test === undefined) {
        const answer = unknownAnswer(ruleNotUnderstood(text));
        return { text, test: () => answer };
      }
      if (!option.negated) return { text, test };
      return { text, test: (packet, surroundings) => negatedAnswer(test(packet, surroundings)) };
    });
}

function readParameter(option: RuleOption, { family }: RuleContext): Test | undefined {
  const value = firstValue(option) ?? '';
  switch (option.name) {
    case '-s': {
      const block = parseAddressBlock(family, value);
      return block && ((packet) => answerOf(block(packet.source)));
    }
    case '-d': {
      const block = parseAddressBlock(family, value);
      return block && ((packet) => answerOf(block(packet.destination)));
    }
    case '-p':
      return readProtocol(value);
    case '-i':
      return (packet, surroundings) => answerForDevice(value, inDeviceOf(packet, surroundings), 'in');
    case '-o':
      return (packet, surroundings) => answerForDevice(value, outDeviceOf(packet, surroundings), 'out');
    case '-f':
      // Packets are followed after they were put together.
      return () => no;
    default:
      return undefined;
  }
}

function readProtocol(value: string): Test | undefined {
  const protocol = protocolNumber(value);
  if (protocol === undefined) return undefined;
  return protocol === 0 ? () => yes : (packet) => answerOf(packet.protocol === protocol);
}

const hooksWithInDevice: ReadonlySet<Hook> = new Set(['ingress', 'prerouting', 'input', 'forward']);
const hooksWithOutDevice: ReadonlySet<Hook> = new Set(['forward', 'output', 'postrouting']);

/** The name that rules see: empty where a packet has no such device, undefined where it is not known. */
export function inDeviceOf(packet: TracedPacket, { hook }: Surroundings): string | undefined {
  return packet.inDevice ?? (hooksWithInDevice.has(hook) ? undefined : '');
}

export function outDeviceOf(packet: TracedPacket, { hook }: Surroundings): string | undefined {
  return hooksWithOutDevice.has(hook) ? packet.outDevice : '';
}

/** `eth+` stands for all devices whose names begin with it. */
function answerForDevice(pattern: string, device: string | undefined, direction: 'in' | 'out'): Answer {
  const isPrefix = pattern.endsWith('+');
  if (pattern === '+') return yes;
  if (device === undefined) return unknownAnswer(deviceNotKnown(direction));
  return answerOf(isPrefix ? device.startsWith(pattern.slice(0, -1)) : device === pattern);
}
