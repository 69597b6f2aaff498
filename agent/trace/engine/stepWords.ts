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
  const { hook, kind, program, position, base, depth, tried, effect } = trail;
  // One assignment after the other: a trace can have ten thousand steps.
  const step: Writable<TraceStep> = {
    hook,
    kind,
    depth,
    tried,
    effect,
    changes: changesOf(trail.before, trail.after),
    packet: textAfter(trail),
  };
  if (base !== undefined) step.table = base.table;
  if (program !== undefined) step.chain = program.name;
  if (program !== undefined && position !== undefined && position < program.ruleCount) {
    step.position = position;
    step.rule = program.ruleText(position);
    step.location = program.ruleLocation(position);
    const counters = program.ruleCounters(position);
    if (counters !== undefined) step.counters = counters;
  }
  if (trail.location !== undefined) step.location = trail.location;
  if (trail.effects.length > 0) step.effects = trail.effects;
  if (trail.reason !== undefined) step.reason = trail.reason;
  if (trail.probability !== undefined) step.probability = trail.probability.toNumber();
  return step;
}

/** Most steps leave the packet as it is. */
function textAfter({ previous, after }: Trail): string {
  return (previous?.after === after ? previous.worded?.packet : undefined) ?? packetText(after);
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const unchanged: readonly FieldChange[] = [];

function changesOf(before: TracedPacket, after: TracedPacket): readonly FieldChange[] {
  if (before === after) return unchanged;
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
