import { formatIpNumber } from '../../model/ipNumber.ts';
import type { NftExpression } from '../../ruleset/nftables/expression.ts';
import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import type { TracedPacket } from '../packet.ts';
import { compileExpression } from './evaluate.ts';
import { expressionText, markText } from './expressionText.ts';
import { expressionTypes } from './expressionType.ts';
import { payloadValue } from './payload.ts';
import type { TableContext } from './tableContext.ts';
import type { Part } from './value.ts';
import { breaks, on, onlyWay, type StatementProgram, unknownEffect } from './way.ts';

/** What a field of the packet becomes; undefined where that is not known. */
type Change = (packet: TracedPacket, value: Part) => { readonly packet: TracedPacket; readonly to: string } | undefined;

/** `meta mark set ...`, `ct mark set ...`, `ip daddr set ...`. */
export function compileMangle(
  { key, value }: Extract<NftStatement, { kind: 'mangle' }>,
  context: TableContext,
): StatementProgram {
  const change = changeOf(key);
  if (!change) return compileOtherField(key, value);
  const evaluate = compileExpression(value, context, expressionTypes(key));
  const field = fieldName(key);
  const header = key.kind === 'payload' ? { protocol: key.protocol, field: key.field } : undefined;
  return (packet, surroundings) => {
    if (header && payloadValue(header.protocol, header.field, packet) === 'break') return onlyWay(packet, breaks);
    return evaluate(packet, surroundings).map(({ probability, value: found }) => {
      if (found === 'break') return { probability, packet, effects: [], next: breaks };
      const changed = change(packet, found[0]);
      if (!changed) return { probability, packet, effects: [], next: unknownEffect };
      return { probability, packet: changed.packet, effects: [{ kind: 'set', field, to: changed.to }], next: on };
    });
  };
}

/** Fields that say nothing of where the packet goes. */
const harmlessMeta: ReadonlySet<string> = new Set(['priority', 'nftrace', 'secmark', 'pkttype']);
const harmlessConnection: ReadonlySet<string> = new Set(['label', 'event', 'secmark', 'helper']);
const harmlessPayload: ReadonlySet<string> = new Set(['ttl', 'hoplimit', 'dscp', 'ecn', 'checksum', 'flowlabel', 'id']);

function compileOtherField(key: NftExpression, value: NftExpression): StatementProgram {
  const isHarmless =
    (key.kind === 'meta' && harmlessMeta.has(key.key)) ||
    (key.kind === 'ct' && harmlessConnection.has(key.key)) ||
    (key.kind === 'payload' && harmlessPayload.has(key.field)) ||
    (key.kind === 'header' && key.header === 'tcp option');
  if (!isHarmless) return (packet) => onlyWay(packet, unknownEffect);
  const effects = [{ kind: 'set', field: expressionText(key), to: expressionText(value) }] as const;
  return (packet) => onlyWay(packet, on, effects);
}

function fieldName(key: NftExpression): string {
  if (key.kind === 'meta') return 'mark';
  return key.kind === 'ct' ? 'connection mark' : expressionText(key);
}

function changeOf(key: NftExpression): Change | undefined {
  switch (key.kind) {
    case 'meta':
      return key.key === 'mark' ? setMark : undefined;
    case 'ct':
      return key.key === 'mark' ? setConnectionMark : undefined;
    case 'payload':
      return payloadChange(key.field);
    default:
      return undefined;
  }
}

const setMark: Change = (packet, mark) =>
  typeof mark === 'number' ? { packet: { ...packet, mark }, to: markText(mark) } : undefined;

const setConnectionMark: Change = (packet, mark) => {
  if (typeof mark !== 'number') return undefined;
  const { connection } = packet;
  // Without a connection there is nothing to mark.
  const isTracked = connection.state !== 'untracked' && connection.state !== 'invalid';
  return { packet: isTracked ? { ...packet, connection: { ...connection, mark } } : packet, to: markText(mark) };
};

function payloadChange(field: string): Change | undefined {
  switch (field) {
    case 'saddr':
      return setAddress('source');
    case 'daddr':
      return setAddress('destination');
    case 'sport':
      return setPort('sourcePort');
    case 'dport':
      return setPort('destinationPort');
    default:
      return undefined;
  }
}

function setAddress(field: 'source' | 'destination'): Change {
  return (packet, part) => {
    if (typeof part !== 'number' && typeof part !== 'bigint') return undefined;
    const value = BigInt(part);
    const text = formatIpNumber({ family: packet.family, value });
    return { packet: { ...packet, [field]: { text, value } }, to: text };
  };
}

function setPort(field: 'sourcePort' | 'destinationPort'): Change {
  return (packet, part) =>
    typeof part === 'number' ? { packet: { ...packet, [field]: part }, to: String(part) } : undefined;
}
