import type { ChangeEnvironment } from '../node/change/changeEnvironment.ts';
import { readNode } from '../node/change/nodeReading.ts';
import { readNodeUse } from '../node/change/readNodeUse.ts';
import type { CollectOptions } from '../node/collectSnapshot.ts';
import { findLeftovers, type Leftover } from '../plan/leftovers/findLeftovers.ts';
import { modeOf, type RulesMode } from '../plan/modeOf.ts';

/**
 * Finds what stands on a node and its mode does not use.
 *
 * @throws ChangeError `read-failed`, `cancelled`
 */
export async function readLeftovers(
  { machine }: ChangeEnvironment,
  watch: CollectOptions = {},
): Promise<{ readonly mode: RulesMode; readonly leftovers: readonly Leftover[] }> {
  const { rules } = await readNode(machine, {}, watch);
  const mode = modeOf(rules);
  return { mode, leftovers: findLeftovers(rules, mode, (await readNodeUse(machine)).inUse) };
}
