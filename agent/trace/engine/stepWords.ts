import { formatAddress } from '../../model/address.ts';
import type { FieldChange, TraceStep } from '../../model/packetTrace.ts';
import type { TracedPacket } from '../packet.ts';
import type { Trail } from './flow.ts';

/** `10.244.0.9:40000 -> 10.96.0.10:80`. */
export function packetText({ source, sourcePort, destination, destinationPort }: TracedPacket): string {
  return `${formatAddress(source.text, sourcePort)} -> ${formatAddress(destination.text, destinationPort)}`;
}

/** The steps of a way, the first one first. */
export function stepsOf(end: Trail | undefined): TraceStep[] {
  return trailsOf(end).map(stepOf);
}

export function trailsOf(end: Trail | undefined): Trail[] {
  const trails: Trail[] = [];
  for (let at = end; at !== undefined; at = at.previous) trails.push(at);
  return trails.reverse();
}

function stepOf(trail: Trail): TraceStep {
  trail.worded ??= wordStep(trail);
  return trail.worded;
}

function wordStep(trail: Trail): TraceStep {
  const { program, position, location, base, reason, probability } = trail;
  return {
    hook: trail.hook,
    kind: trail.kind,
    ...(base === undefined ? {} : { table: base.table }),
    ...(program === undefined ? {} : { chain: program.name }),
    ...(program !== undefined && position !== undefined && position < program.ruleCount
      ? ruleOf(program, position)
      : {}),
    ...(location === undefined ? {} : { location }),
    depth: trail.depth,
    tried: trail.tried,
    effect: trail.effect,
    ...(trail.effects.length === 0 ? {} : { effects: trail.effects }),
    ...(reason === undefined ? {} : { reason }),
    changes: changesOf(trail.before, trail.after),
    packet: packetText(trail.after),
    ...(probability === undefined ? {} : { probability: probability.toNumber() }),
  };
}

function ruleOf(
  program: NonNullable<Trail['program']>,
  position: number,
): Pick<TraceStep, 'position' | 'rule' | 'location' | 'counters'> {
  const counters = program.ruleCounters(position);
  return {
    position,
    rule: program.ruleText(position),
    location: program.ruleLocation(position),
    ...(counters === undefined ? {} : { counters }),
  };
}

function changesOf(before: TracedPacket, after: TracedPacket): FieldChange[] {
  if (before === after) return [];
  const fields: readonly [FieldChange['field'], string, string][] = [
    ['source', before.source.text, after.source.text],
    ['destination', before.destination.text, after.destination.text],
    ['sourcePort', portText(before.sourcePort), portText(after.sourcePort)],
    ['destinationPort', portText(before.destinationPort), portText(after.destinationPort)],
    ['mark', markText(before.mark), markText(after.mark)],
    ['connectionMark', markText(before.connection.mark), markText(after.connection.mark)],
    ['state', before.connection.state, after.connection.state],
  ];
  return fields.flatMap(([field, old, now]) => (old === now ? [] : [{ field, before: old, after: now }]));
}

function portText(port: number | undefined): string {
  return port === undefined ? '' : String(port);
}

function markText(mark: number): string {
  return `0x${mark.toString(16)}`;
}
