import type { PacketRequest, PacketTrace } from '../model/packetTrace.ts';
import type { ServiceMode } from '../model/serviceRules.ts';
import { tracePacket } from '../trace/tracePacket.ts';
import { describeSide, sideOf } from './migration/side.ts';
import { differenceCodes } from './migrationCodes.ts';
import type { NodeModes } from './nodeModes.ts';

/** A packet's ways in one mode. */
export interface ModeTrace {
  readonly mode: ServiceMode;
  /** Whether the rules stand on the node; else they were compiled. */
  readonly isLive: boolean;
  readonly trace: PacketTrace;
}

export interface ComparedTraces {
  readonly traces: readonly ModeTrace[];
  /** What differs between at least two of the modes, with what it is in each. */
  readonly differences: readonly { readonly code: DifferenceCode; readonly values: readonly string[] }[];
}

type DifferenceCode = (typeof differenceCodes)[number];

/**
 * Follows one packet through the rules of several modes.
 *
 * @throws InvalidRequest
 */
export function compareTraces(
  modes: NodeModes,
  request: PacketRequest,
  wanted: readonly ServiceMode[],
): ComparedTraces {
  const traces = wanted.map((mode) => ({
    mode,
    isLive: modes.isLive(mode),
    trace: tracePacket(modes.traced(mode), request),
  }));
  const described = traces.map(({ trace }) => describeTrace(trace, request));
  const differences = differenceCodes.flatMap((code) => {
    const values = described.map((each) => each[code]);
    return new Set(values).size > 1 ? [{ code, values }] : [];
  });
  return { traces, differences };
}

function describeTrace(trace: PacketTrace, request: PacketRequest): Readonly<Record<DifferenceCode, string>> {
  const { verdict, destinations, sources } = describeSide(sideOf(trace, request));
  return {
    verdict,
    destination: destinations.map(({ address }) => address).join(', '),
    share: destinations.map(({ address, share }) => `${address} ${share}`).join(', '),
    source: sources.join(', '),
    mark: each(trace.outcomes.map(({ mark }) => `0x${mark.toString(16)}`)),
    hooks: each(trace.outcomes.map(({ hooks }) => hooks.join(' > '))),
  };
}

function each(values: readonly string[]): string {
  return [...new Set(values)].sort().join(', ');
}
