import type { PacketRequest, PacketTrace, TraceEffect, TraceOutcome, TraceStep } from '../model/packetTrace.ts';
import { percent } from './percent.ts';

/**
 * Draws a trace as text: each way with its share, and its steps one to a line. `+3` says how many rules were tried before
 * one in its chain that did not match.
 */
export function drawTrace({ packet, outcomes, assumptions }: PacketTrace, { protocol }: PacketRequest): string {
  const lines = [`${protocol} ${packet}`, ''];
  for (const line of aligned(outcomes.map(outcomeCells))) lines.push(line);
  for (const [number, outcome] of outcomes.entries()) {
    const shared = number === 0 ? 0 : sharedSteps(outcomes[0], outcome);
    const own = outcome.steps.slice(shared);
    lines.push('', `Way ${number + 1}${shared === 0 ? '' : `, after the first ${shared} steps of way 1`}:`);
    for (const line of aligned(own.map(stepCells))) lines.push(`  ${line}`);
  }
  if (assumptions.length > 0) lines.push('', 'Taken for granted:', ...assumptions.map(({ message }) => `  ${message}`));
  return `${lines.join('\n')}\n`;
}

/** Steps that ways share are the very same objects. */
function sharedSteps(first: TraceOutcome | undefined, { steps }: TraceOutcome): number {
  const parted = steps.findIndex((step, at) => first?.steps[at] !== step);
  return parted === -1 ? 0 : parted;
}

function outcomeCells(outcome: TraceOutcome, index: number): string[] {
  const { share, source, destination, masqueraded, mark, delivered, hooks } = outcome;
  const place =
    delivered === undefined ? '' : delivered.to === 'node' ? 'to the node' : `out through ${delivered.device}`;
  return [
    `${index + 1}.`,
    share,
    verdictText(outcome),
    `${source}${masqueraded ? ' (masqueraded)' : ''} -> ${destination}`,
    [place, mark === 0 ? '' : `mark 0x${mark.toString(16)}`].filter((word) => word !== '').join(', '),
    hooks.map((hook) => hook.toUpperCase()).join(', '),
  ];
}

function verdictText({ verdict }: TraceOutcome): string {
  switch (verdict.kind) {
    case 'reject':
      return `reject with ${verdict.with}`;
    case 'unknown':
      return `unknown: ${verdict.reason.message}`;
    default:
      return verdict.kind;
  }
}

function stepCells(step: TraceStep): string[] {
  const { hook, table, chain, position, depth, tried, effect, effects, reason, changes, packet, probability, rule } =
    step;
  const place =
    chain === undefined ? '' : `${'  '.repeat(depth)}${chain}${position === undefined ? '' : ` #${position + 1}`}`;
  const did = step.kind === 'start' ? ['starts'] : [...(effects ?? []), effect].map(effectText);
  return [
    hook.toUpperCase(),
    table ?? '',
    place,
    tried === 0 ? '' : `+${tried}`,
    `${did.join(', ')}${probability === undefined ? '' : ` (${percent(probability)})`}`,
    reason?.message ?? rule ?? (changes.length === 0 && step.kind !== 'start' ? '' : packet),
  ];
}

function effectText(effect: TraceEffect): string {
  switch (effect.kind) {
    case 'reject':
      return `reject with ${effect.with}`;
    case 'jump':
    case 'goto':
      return `${effect.kind} ${effect.chain}`;
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'remembered':
      return `${effect.kind} to ${effect.to}`;
    case 'set':
      return `${effect.field} ${effect.to}`;
    case 'lookup':
      return effect.found === undefined ? `not in ${effect.set}` : `${effect.found} in ${effect.set}`;
    case 'route':
      return [
        effect.to,
        ...(effect.device === undefined ? [] : [effect.device]),
        ...(effect.via === undefined ? [] : [`via ${effect.via}`]),
      ].join(' ');
    case 'schedule':
      return `${effect.virtualServer} ${effect.scheduler} -> ${effect.realServer}`;
    case 'leave':
      return `leaves through ${effect.device}`;
    case 'unknown':
      return `unknown: ${effect.reason.message}`;
    case 'deliver':
      return 'delivered to the node';
    default:
      return effect.kind;
  }
}

/** Rows with their cells under each other; the last one is as long as it is. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  }
  return rows.map((row) =>
    row
      .map((cell, at) => (widths[at] === 0 ? '' : `${cell.padEnd(widths[at] ?? 0)}  `))
      .join('')
      .trimEnd(),
  );
}
