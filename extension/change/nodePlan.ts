import type { PlanSummary, PlanTarget } from '../../agent/protocol/changeMessages.ts';
import type { Leftovers } from '../agentClient/changeClient.ts';
import type { Root } from '../nodes/root.ts';
import type { ChangeAgent } from '../nodes/rulesAgent.ts';

/** A plan for a node, with what is needed to show and to apply it. */
export interface NodePlan {
  readonly root: Root;
  /** The agent that holds the plan. */
  readonly agent: ChangeAgent;
  readonly target: PlanTarget;
  readonly summary: PlanSummary;
  /** The diff by Service and by rule. */
  readonly diff: string;
  /** Lines of it that were left out because it would be too long. */
  readonly linesLeftOut: number;
  /** What is to be cleaned up; of clean-ups only. */
  readonly leftovers: Leftovers['leftovers'];
}

/** The refusal that the user can overrule. */
const overruled = 'kube-proxy-running';

/** Whether a kube-proxy runs on the node, so that applying takes its place. */
export function takesOver({ refusals }: PlanSummary): boolean {
  return refusals.some(({ code }) => code === overruled);
}

/** Why a plan cannot be applied, whatever the user says. */
export function blockers({ refusals }: PlanSummary): PlanSummary['refusals'] {
  return refusals.filter(({ code }) => code !== overruled);
}

/** What the node lacks and applying can set. */
export function settable({ prerequisites }: PlanSummary): PlanSummary['prerequisites'] {
  return prerequisites.filter((prerequisite) => !prerequisite.met && prerequisite.settable);
}

/** Whether there is nothing to apply and nothing to say about it. */
export function isEmpty({ added, removed, refusals, prerequisites }: PlanSummary): boolean {
  const isReady = prerequisites.every(({ met, required }) => met || required === false);
  return added === 0 && removed === 0 && refusals.length === 0 && isReady;
}
