import type { Snapshot } from '../../model/snapshot.ts';
import type { PlanFacts } from '../../plan/planChange.ts';
import { type ReadRules, type ReadRulesOptions, readServiceRules } from '../../plan/readServiceRules.ts';
import { CollectCancelled, type CollectOptions } from '../collectSnapshot.ts';
import type { Machine } from '../machine.ts';
import { ChangeError } from './changeError.ts';
import { collectRules } from './collectRules.ts';
import { findNodeIps, parseAddresses } from './nodeFacts.ts';

/** What stands on a node: verbatim, and understood. */
export interface NodeReading extends ReadRules {
  readonly snapshot: Snapshot;
  /** How it was understood. */
  readonly options: ReadRulesOptions;
  readonly facts: PlanFacts;
}

/** What was read of a node, not yet understood. */
export interface RawReading {
  readonly snapshot: Snapshot;
  readonly facts: PlanFacts;
}

/**
 * Reads what programs Services on a node.
 *
 * @throws ChangeError `cancelled`
 */
export async function readRaw(machine: Machine, watch: CollectOptions = {}): Promise<RawReading> {
  const snapshot = await collectRules(machine, watch).catch((error: unknown) => {
    throw error instanceof CollectCancelled ? new ChangeError('cancelled', error.message) : error;
  });
  const addresses = snapshot.parts.find(({ kind }) => kind === 'addresses')?.text ?? '';
  return { snapshot, facts: { nodeIps: await findNodeIps(machine, parseAddresses(addresses), watch.signal) } };
}

/**
 * Understands what was read. What could not be read is not known, and must not be changed.
 *
 * @throws ChangeError `read-failed`
 */
export function understand({ snapshot, facts }: RawReading, options: ReadRulesOptions): NodeReading {
  const read = readServiceRules(snapshot, options);
  const [problem] = read.problems;
  if (problem !== undefined) {
    throw new ChangeError('read-failed', problem.reason.message, {
      ...problem.reason.args,
      part: problem.part,
      reason: problem.reason.code,
    });
  }
  return { ...read, snapshot, options, facts };
}

/** @throws ChangeError `read-failed`, `cancelled` */
export async function readNode(
  machine: Machine,
  options: ReadRulesOptions,
  watch: CollectOptions = {},
): Promise<NodeReading> {
  return understand(await readRaw(machine, watch), options);
}
