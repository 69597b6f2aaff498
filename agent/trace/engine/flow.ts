import type { SourceLocation } from '../../model/location.ts';
import type { TraceEffect, TraceFact, TraceStage, TraceStep, TraceVerdict } from '../../model/packetTrace.ts';
import type { Fraction } from '../fraction.ts';
import type { Route } from '../nodeNetwork.ts';
import type { TracedConnection, TracedPacket } from '../packet.ts';
import type { BaseChain, ChainProgram, Hook } from '../ruleProgram.ts';

/** A chain that a packet is in, above the one that it returns to. */
export interface Frame {
  readonly program: ChainProgram;
  /** Undefined for what the base chain has led to at its end. */
  readonly caller: Frame | undefined;
  /** The chains passed to get here, by jump or goto, this one first. */
  readonly path: ChainPath;
  readonly depth: number;
  /** The next rule to ask. */
  readonly position: number;
  /** The first rule that was asked after the last step in this chain. */
  readonly triedFrom: number;
}

export interface ChainPath {
  readonly program: ChainProgram;
  readonly before: ChainPath | undefined;
}

/** A step before it is worded. Ways that part share the steps before. */
export interface Trail {
  readonly previous: Trail | undefined;
  readonly hook: TraceStage;
  readonly kind: TraceStep['kind'];
  readonly base: BaseChain | undefined;
  readonly program: ChainProgram | undefined;
  /** The rule, or {@link ChainProgram.ruleCount} for the end of the chain. */
  readonly position: number | undefined;
  readonly location: SourceLocation | undefined;
  readonly depth: number;
  readonly tried: number;
  readonly effect: TraceEffect;
  readonly effects: readonly TraceEffect[];
  readonly reason: TraceFact | undefined;
  readonly before: TracedPacket;
  readonly after: TracedPacket;
  readonly probability: Fraction | undefined;
  /** The step as it is given out, made when it is first asked for. */
  worded: TraceStep | undefined;
}

/** One way of the packet while it is followed. */
export interface Flow {
  packet: TracedPacket;
  probability: Fraction;
  trail: Trail | undefined;
  hook: Hook;
  /** Number of the hook's next entry. */
  entry: number;
  /** The chain that the packet is in; undefined between chains. */
  frame: Frame | undefined;
  base: BaseChain | undefined;
  /** The packet as it was when it came to its last base chain. */
  packetBeforeChain: TracedPacket;
  /** Where the packet goes by the last routing decision. */
  route: Route | undefined;
  /** What connection tracking will find; undefined once it has looked. */
  connection: TracedConnection | undefined;
  /** Which parts of the connection have been through nat chains. */
  isDestinationSettled: boolean;
  isSourceSettled: boolean;
  isMasqueraded: boolean;
  /** Whether it came in through lo from the node itself, and so keeps its route. */
  isLooped: boolean;
  /** The device that the packet came in through, which the postrouting hook still knows. */
  arrivedThrough: string | undefined;
  /** The hooks it has come to. */
  hooks: readonly Hook[];
}

/** A way that was followed to its end. */
export interface End {
  readonly flow: Flow;
  readonly verdict: TraceVerdict;
  readonly delivered: { readonly to: 'node' } | { readonly to: 'device'; readonly device: string } | undefined;
}
