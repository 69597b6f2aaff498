import { Fraction } from '../fraction.ts';
import type { TracedPacket } from '../packet.ts';
import type { Surroundings } from '../ruleProgram.ts';

/**
 * What a register holds: a number up to 53 bits (IPv4 addresses too), an IPv6 address as bigint, the name of a device
 * (`''` where there is none) as string.
 */
export type Scalar = number | bigint | string;

/** A number of which only the bits in `known` are certain. */
export interface PartialBits {
  readonly bits: number;
  readonly known: number;
}

/** One part of a key; undefined where it is not known. */
export type Part = Scalar | PartialBits | undefined;

/** The parts of a concatenation, or one; `break` where the packet has no such thing: the rule ends (NFT_BREAK). */
export type Value = readonly Part[] | 'break';

/** A value that an expression has for a part of the packets. Those of all alternatives are 1 together. */
export interface Alternative {
  readonly probability: Fraction;
  readonly value: Value;
}

/** An expression of a rule, ready to be asked. */
export type Evaluator = (packet: TracedPacket, surroundings: Surroundings) => readonly Alternative[];

const broken: readonly Alternative[] = [{ probability: Fraction.one, value: 'break' }];
const unknownValue: readonly Alternative[] = [{ probability: Fraction.one, value: [undefined] }];

export function certainly(value: Value): readonly Alternative[] {
  if (value === 'break') return broken;
  if (value.length === 1 && value[0] === undefined) return unknownValue;
  return [{ probability: Fraction.one, value }];
}

export function isScalar(part: Part): part is Scalar {
  return part !== undefined && typeof part !== 'object';
}
