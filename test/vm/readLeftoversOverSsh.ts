import { collectRules } from '../../agent/node/change/collectRules.ts';
import { readConnections } from '../../agent/plan/ipvs/readConnections.ts';
import { findLeftovers, type Leftover } from '../../agent/plan/leftovers/findLeftovers.ts';
import { modeOf, type RulesMode } from '../../agent/plan/modeOf.ts';
import { readServiceRules } from '../../agent/plan/readServiceRules.ts';
import { MachineOverSsh } from './machineOverSsh.ts';
import type { TestNode } from './testNode.ts';

/** The mode of a test node, and what of other modes stands on it and carries no connection. */
export async function readLeftoversOverSsh(
  node: TestNode,
): Promise<{ readonly mode: RulesMode; readonly leftovers: readonly Leftover[] }> {
  const machine = await MachineOverSsh.of(node);
  const { rules } = readServiceRules(await collectRules(machine));
  const connections = await machine.readFile('/proc/net/ip_vs_conn');
  const mode = modeOf(rules);
  const inUse = readConnections(connections.kind === 'read' ? connections.text : '');
  return { mode, leftovers: findLeftovers(rules, mode, inUse) };
}
