import type { ServiceRules } from '../../model/serviceRules.ts';
import { listFlowsCommand, type StaleFlowSearch, staleFlowSteps } from '../../plan/conntrack/staleFlows.ts';
import type { PlanStep } from '../../plan/planStep.ts';
import { readCommand } from '../commandPart.ts';
import { makeCounters, removeCounters } from './nfacctCounters.ts';
import { parseAddresses } from './nodeFacts.ts';
import { type ChangeWork, runSteps, type StepWatcher } from './runSteps.ts';
import { toolOutput } from './toolOutput.ts';

/** What is done to a node, and where it leads. */
export interface Undertaking {
  readonly current: ServiceRules;
  readonly desired: ServiceRules;
  readonly steps: readonly PlanStep[];
  readonly staleFlows: readonly StaleFlowSearch[];
}

/**
 * Carries out a plan.
 *
 * @throws ChangeError `step-failed`, `cancelled`: the node is somewhere on the way
 */
export async function carryOut(
  { current, desired, steps, staleFlows }: Undertaking,
  work: ChangeWork,
  onStep?: StepWatcher,
): Promise<void> {
  await makeCounters(desired, work);
  await runSteps(steps, work, onStep);
  await removeStaleFlows(staleFlows, work);
  await removeCounters(current, desired, work);
}

/** When the rules stand, because until then stale flows come anew. */
async function removeStaleFlows(searches: readonly StaleFlowSearch[], work: ChangeWork): Promise<void> {
  if (searches.length === 0) return;
  const listed = await toolOutput(work.machine, work.signal, 'ip', '-j', 'addr');
  const nodeAddresses = new Set(parseAddresses(listed ?? '').map(({ ip }) => ip));
  for (const search of searches) {
    const [program, ...args] = listFlowsCommand(search.family);
    const { stdout } = await work.machine.run(readCommand(program, ...args), work.signal);
    await runSteps(staleFlowSteps(search, stdout, nodeAddresses), work);
  }
}
