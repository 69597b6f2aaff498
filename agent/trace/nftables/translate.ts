import { familyOfAddress } from '../../model/address.ts';
import type { NftExpression } from '../../ruleset/nftables/expression.ts';
import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import { Fraction } from '../fraction.ts';
import type { TracedAddress, TracedPacket } from '../packet.ts';
import type { Translation } from '../ruleProgram.ts';
import { addressOf } from '../tracedAddress.ts';
import { compileExpression } from './evaluate.ts';
import { partMatcher } from './partMatcher.ts';
import type { TableContext } from './tableContext.ts';
import { certainly, type Evaluator, isScalar, type Part, type Value } from './value.ts';
import { breaks, type Next, on, onlyWay, type StatementProgram, unknownEffect } from './way.ts';

type NatStatement = Extract<NftStatement, { kind: 'nat' }>;

/** More addresses or ports of a range than that are not told apart. */
const maximumChoices = 4096;

/** `dnat`, `snat`, `masquerade`, `redirect` (net/netfilter/nft_nat.c, nft_masq.c, nft_redir.c). */
export function compileTranslation(statement: NatStatement, context: TableContext): StatementProgram {
  const { address, port, type } = statement;
  const addresses = address && compileAddress(address, statement, context);
  const ports = port && compilePort(port, statement, context);
  const family = familyOf(statement);
  return (packet, surroundings) => {
    // Of another family: nothing happens (nft_nat_inet_eval).
    if (family !== undefined && family !== packet.family) return onlyWay(packet, on);
    const targets = addresses ? addresses(packet, surroundings) : certainly([]);
    const chosen = ports ? ports(packet, surroundings) : certainly([]);
    return targets.flatMap((target) =>
      chosen.map((choice) => ({
        probability: target.probability.times(choice.probability),
        packet,
        effects: [],
        next: translationTo(type, target.value, choice.value, addresses !== undefined, packet),
      })),
    );
  };
}

function translationTo(
  kind: NatStatement['type'],
  target: Value,
  choice: Value,
  hasAddress: boolean,
  packet: TracedPacket,
): Next {
  if (target === 'break' || choice === 'break') return breaks;
  const [first, second] = target;
  const port = choice.length > 0 ? choice[0] : second;
  const hasPort = choice.length > 0 || target.length > 1;
  const address = hasAddress ? addressOfPart(first, packet) : undefined;
  if (hasAddress && !address) return unknownEffect;
  if (hasPort && typeof port !== 'number') return unknownEffect;
  const part: Translation['part'] = kind === 'dnat' || kind === 'redirect' ? 'destination' : 'source';
  const isAnyPort = port === anyPort;
  const translation = { part, address, port: typeof port === 'number' && !isAnyPort ? port : undefined, kind };
  return { kind: 'verdict', verdict: { kind: 'translate', translation } };
}

/** Which port of a range a source gets is not foreseen: it counts as staying. */
const anyPort = -1;

function addressOfPart(part: Part, { family }: TracedPacket): TracedAddress | undefined {
  if (!isScalar(part) || typeof part === 'string') return undefined;
  return addressOf(family, BigInt(part));
}

function familyOf({ family, address }: NatStatement): TracedPacket['family'] | undefined {
  if (family === 'ip') return 'ipv4';
  if (family === 'ip6') return 'ipv6';
  if (address?.kind !== 'value' || typeof address.value !== 'string') return undefined;
  return familyOfAddress(address.value);
}

/** A range of addresses is chosen from by a hash that nothing is known of: each is as likely. */
function compileAddress(expression: NftExpression, statement: NatStatement, context: TableContext): Evaluator {
  if (expression.kind !== 'prefix' && expression.kind !== 'range') return compileExpression(expression, context);
  const range = partMatcher(expression, 'integer');
  if (range.kind !== 'range') return () => certainly([undefined]);
  if (statement.flags.includes('netmap')) return netmap(BigInt(range.from), BigInt(range.to), statement.type);
  const { from } = range;
  const count = Number(BigInt(range.to) - BigInt(from)) + 1;
  if (count < 1 || count > maximumChoices) return () => certainly([undefined]);
  const probability = Fraction.of(1, count);
  const choices = Array.from({ length: count }, (_, at) => ({
    probability,
    value: [typeof from === 'bigint' ? from + BigInt(at) : from + at],
  }));
  return () => choices;
}

/** The bits that the prefix leaves open stay as they are (nft_nat_setup_netmap). */
function netmap(from: bigint, to: bigint, type: NatStatement['type']): Evaluator {
  const open = from ^ to;
  return (packet) => {
    const { value } = type === 'dnat' ? packet.destination : packet.source;
    return certainly([from | (value & open)]);
  };
}

/** Of a range of ports (nf_nat_l4proto_unique_tuple), a destination's stays if it is in it, or is the first. */
function compilePort(expression: NftExpression, { type, flags }: NatStatement, context: TableContext): Evaluator {
  if (expression.kind !== 'range') return compileExpression(expression, context, ['inet_service']);
  const range = partMatcher(expression, 'inet_service');
  if (range.kind !== 'range') return () => certainly([undefined]);
  const [from, to] = [Number(range.from), Number(range.to)];
  if (type === 'snat' || type === 'masquerade') return () => certainly([from === to ? from : anyPort]);
  if (flags.includes('fully-random')) return () => certainly([undefined]);
  return ({ destinationPort }) => {
    const isWithin = destinationPort !== undefined && from <= destinationPort && destinationPort <= to;
    return certainly([isWithin ? destinationPort : from]);
  };
}
