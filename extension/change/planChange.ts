import type { PlanTarget } from '../../agent/protocol/changeMessages.ts';
import { describeError } from '../common/transportError.ts';
import { problemText } from '../l10n/problemTexts.ts';
import type { Root } from '../nodes/root.ts';
import type { ChangeAgent } from '../nodes/rulesAgent.ts';
import { applyPlan } from './applyPlan.ts';
import type { ChangeContext } from './changeContext.ts';
import { failureText, sizeText } from './changeWords.ts';
import { blockers, isEmpty, type NodePlan } from './nodePlan.ts';
import { readyAgent } from './readyAgent.ts';

/**
 * Makes a plan for a node, shows it, and applies it when the user says so. Resolves when the user was told how it
 * ended, or has left the question unanswered.
 */
export async function planChange(root: Root, target: PlanTarget, context: ChangeContext): Promise<void> {
  const { dialogs, plans, log, l10n, numbers } = context;
  const agent = await readyAgent(root, context);
  if (agent === undefined) return;
  let plan: NodePlan;
  try {
    plan = await makePlan(root, agent, target, context);
  } catch (error) {
    log.error(`${root.label}: planning failed: ${describeError(error)}`);
    await dialogs.tell('error', l10n.t('{0}: no plan could be made. {1}', root.label, failureText(error, l10n)));
    return;
  }
  const { summary } = plan;
  if (isEmpty(summary)) {
    await dialogs.tell('information', nothingToDo(plan, context));
    return;
  }
  await plans.show(plan);
  const [blocker] = blockers(summary);
  if (blocker !== undefined) {
    plans.retire(plan);
    const reason = problemText(blocker, l10n);
    await dialogs.tell('error', l10n.t('{0}: the plan cannot be applied. {1}', root.label, reason));
    return;
  }
  const apply = l10n.t('Apply');
  const answer = await dialogs.tell(
    'information',
    l10n.t('The plan for {0} is open: {1}.', root.label, sizeText(summary, l10n, numbers)),
    apply,
  );
  if (answer === apply) await applyShownPlan(plan, context);
}

/** Applies a plan that is shown, and goes on with what the user wants after it. */
export async function applyShownPlan(plan: NodePlan, context: ChangeContext): Promise<void> {
  const next = await applyPlan(plan, context);
  if (next !== undefined) await planChange(plan.root, next, context);
}

async function makePlan(
  root: Root,
  agent: ChangeAgent,
  target: PlanTarget,
  { dialogs, settings, l10n }: ChangeContext,
): Promise<NodePlan> {
  return dialogs.progress(l10n.t('Planning the change of {0}', root.label), async ({ signal, report }) => {
    const watch = { signal, onProgress: report };
    const leftovers = target.kind === 'clean-up' ? (await agent.leftovers(watch)).leftovers : [];
    const summary = await agent.plan(target, settings().proxy, watch);
    const { text, linesLeftOut } = await agent.planText(summary.plan, undefined, signal);
    return { root, agent, target, summary, diff: text, linesLeftOut, leftovers };
  });
}

function nothingToDo({ root, target, summary }: NodePlan, { l10n }: ChangeContext): string {
  const nothing =
    target.kind === 'clean-up'
      ? l10n.t('{0}: nothing is left over, so there is nothing to change.', root.label)
      : l10n.t('{0}: the rules are as wanted already, so there is nothing to change.', root.label);
  return [nothing, ...summary.notes.map((note) => problemText(note, l10n))].join(' ');
}
