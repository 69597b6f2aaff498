import type { NftExpression } from '../../ruleset/nftables/expression.ts';
import type { NftStatement } from '../../ruleset/nftables/statement.ts';
import type { TracedPacket } from '../packet.ts';
import { expressionTypes } from './expressionType.ts';
import { partMatcher } from './partMatcher.ts';
import { addressPart } from './payload.ts';
import type { Scalar } from './value.ts';

/** What a rule must have for a packet to match, where it says so before it does anything. */
export interface Requirement {
  readonly field: 'destination' | 'source' | 'destinationPort';
  readonly values: readonly Scalar[];
}

const fields: Readonly<Record<string, Requirement['field']>> = {
  daddr: 'destination',
  saddr: 'source',
  dport: 'destinationPort',
};

/** Statements that have no effect on the packet, so that the order between them and a condition does not matter. */
const harmless: ReadonlySet<string> = new Set(['match', 'counter', 'log']);

/** The condition that tells most: on the destination, the source or the port. */
export function requirementOf(statements: readonly NftStatement[]): Requirement | undefined {
  const found: Requirement[] = [];
  for (const statement of statements) {
    if (!harmless.has(statement.kind)) break;
    const requirement = statement.kind === 'match' ? ofMatch(statement) : undefined;
    if (requirement) found.push(requirement);
  }
  return (['destination', 'source', 'destinationPort'] as const)
    .map((field) => found.find((each) => each.field === field))
    .find((each) => each !== undefined);
}

function ofMatch({ left, operator, right }: Extract<NftStatement, { kind: 'match' }>): Requirement | undefined {
  if (operator !== '==' || left.kind !== 'payload') return undefined;
  const field = fields[left.field];
  // Of ICMP, what stands where others have a port is not known.
  if (!field || left.protocol === 'th' || left.protocol === 'arp' || left.protocol === 'ether') return undefined;
  const type = expressionTypes(left)[0] ?? 'integer';
  const constants: readonly NftExpression[] = right.kind === 'set' ? right.elements.map(({ key }) => key) : [right];
  const values: Scalar[] = [];
  for (const constant of constants) {
    const matcher = partMatcher(constant, type);
    if (matcher.kind !== 'exact' || matcher.value === '*') return undefined;
    values.push(matcher.value);
  }
  return { field, values };
}

/** Finds the rules of a long chain that a packet can match. */
export class ChainIndex {
  readonly #byField: Readonly<Record<Requirement['field'], Map<Scalar, number[]>>> = {
    destination: new Map(),
    source: new Map(),
    destinationPort: new Map(),
  };
  /** Rules that require nothing that is indexed. */
  readonly #others: number[] = [];
  readonly #length: number;

  constructor(requirements: readonly (Requirement | undefined)[]) {
    this.#length = requirements.length;
    for (const [position, requirement] of requirements.entries()) {
      if (!requirement) {
        this.#others.push(position);
        continue;
      }
      const index = this.#byField[requirement.field];
      for (const value of new Set(requirement.values)) {
        const positions = index.get(value);
        if (positions) positions.push(position);
        else index.set(value, [position]);
      }
    }
  }

  /** The first rule from `position` on that may match; the number of rules if there is none. */
  candidate(position: number, packet: TracedPacket): number {
    const { destination, source, destinationPort } = this.#byField;
    return Math.min(
      this.#next(this.#others, position),
      this.#next(positionsOf(destination, addressPart(packet.destination, packet)), position),
      this.#next(positionsOf(source, addressPart(packet.source, packet)), position),
      this.#next(positionsOf(destinationPort, packet.destinationPort), position),
    );
  }

  #next(positions: readonly number[] | undefined, from: number): number {
    if (!positions) return this.#length;
    let low = 0;
    let high = positions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((positions[middle] ?? this.#length) < from) low = middle + 1;
      else high = middle;
    }
    return positions[low] ?? this.#length;
  }
}

function positionsOf(index: Map<Scalar, number[]>, value: unknown): readonly number[] | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? index.get(value) : undefined;
}
