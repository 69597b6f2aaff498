import type { NodeChange, PlanTarget } from '../../agent/protocol/changeMessages.ts';
import { AgentError } from '../agentClient/agentError.ts';
import type { AppliedChange } from '../agentClient/changeClient.ts';
import { describeError } from '../common/transportError.ts';
import { problemText } from '../l10n/problemTexts.ts';
import type { Root } from '../nodes/root.ts';
import type { ChangeContext } from './changeContext.ts';
import { changeTitle, failureText, outcomeText } from './changeWords.ts';
import { confirmChange } from './confirmChange.ts';
import { type NodePlan, settable, takesOver } from './nodePlan.ts';
import { rollBack } from './rollBack.ts';
import { tellEndedChange } from './tellEndedChange.ts';

/**
 * Applies a plan after asking for what it needs: to take the place of a running kube-proxy, and to set what the node
 * lacks. Then confirms it over a new connection. Resolves when the user was told how that ended.
 *
 * @returns what the user wants to have planned next; undefined for nothing
 */
export async function applyPlan(plan: NodePlan, context: ChangeContext): Promise<PlanTarget | undefined> {
  const { plans, log, l10n } = context;
  const { root, summary } = plan;
  if (!plans.isOpen(plan) || root.changeAgent !== plan.agent) {
    plans.retire(plan);
    return offerNewPlan(plan, l10n.t('This plan for {0} is of no use any more.', root.label), context);
  }
  if (takesOver(summary) && !(await askToTakeOver(plan, context))) return undefined;
  const consent = await askForConsent(plan, context);
  if (consent === undefined) return undefined;
  const before = root.changes?.state.latest;
  let applied: AppliedChange;
  try {
    plans.retire(plan);
    applied = await carryOut(plan, consent, context);
  } catch (error) {
    log.error(`${root.label}: applying failed: ${describeError(error)}`);
    if (!isLoss(error)) return explainFailure(plan, error, context);
    void tellAfterLoss(root, before, context);
    return undefined;
  }
  // Asking again could fail; the check over a new connection is what tells.
  const known = root.changes?.state;
  if (known !== undefined) root.changesAre({ ...known, latest: applied.change });
  return (await confirmChange(root, applied.change, context)) ? tellOutcome(plan, applied, context) : undefined;
}

/** Lets the agent apply a plan. @param consent ids of what it may set */
async function carryOut(
  { root, agent, target, summary }: NodePlan,
  consent: readonly string[],
  { dialogs, settings, changing, l10n }: ChangeContext,
): Promise<AppliedChange> {
  const { confirmWithin } = settings();
  const params = { plan: summary.plan, confirmWithin, consent: [...consent], takeOver: takesOver(summary) };
  changing.add(root);
  try {
    return await dialogs.progress(`${root.label}: ${changeTitle(target.kind, summary, l10n)}`, ({ signal, report }) =>
      agent.apply(params, { signal, onProgress: report }),
    );
  } catch (error) {
    // How it ended is told with the failure.
    if (!isLoss(error)) await root.refreshChanges().catch(() => {});
    throw error;
  } finally {
    changing.delete(root);
  }
}

/** Whether the conversation with the agent ended before it said how the change did. */
function isLoss(error: unknown): boolean {
  return error instanceof AgentError && (error.code === 'agent-closed' || error.code === 'broken-stream');
}

async function askToTakeOver({ root }: NodePlan, { dialogs, l10n }: ChangeContext): Promise<boolean> {
  return dialogs.askModally(
    l10n.t('A kube-proxy runs on {0}. Take over from it?', root.label),
    l10n.t(
      'As long as it runs it writes its own rules again and again, and undoes what is applied here. Stop it first where you can; take over where you know that it stays quiet.',
    ),
    l10n.t('Take Over'),
  );
}

/** @returns the ids of what may be set; undefined when the user does not want to go on */
async function askForConsent(
  { root, summary }: NodePlan,
  { dialogs, l10n }: ChangeContext,
): Promise<readonly string[] | undefined> {
  const missing = settable(summary);
  if (missing.length === 0) return [];
  return dialogs.chooseSome(
    l10n.t('{0} lacks what the rules need', root.label),
    l10n.t('What is checked is set on the node before the rules are applied'),
    missing.map(({ id, required, fact }) => ({
      value: id,
      label: problemText(fact, l10n),
      description: required === false ? l10n.t('recommended') : l10n.t('required'),
    })),
  );
}

async function tellOutcome(
  plan: NodePlan,
  { change }: AppliedChange,
  context: ChangeContext,
): Promise<PlanTarget | undefined> {
  const { dialogs, plans, l10n } = context;
  const { root } = plan;
  const undo = l10n.t('Undo');
  const show = l10n.t('Show Plan');
  const undoable = root.changes?.state.undoable === true && change.kind !== 'undo';
  const answer = await dialogs.tell(
    'information',
    outcomeText(root.label, change, l10n),
    ...(undoable ? [undo, show] : [show]),
  );
  if (answer === show) await plans.show(plan);
  return answer === undo ? { kind: 'undo' } : undefined;
}

async function explainFailure(plan: NodePlan, error: unknown, context: ChangeContext): Promise<PlanTarget | undefined> {
  const { dialogs, l10n } = context;
  const { root } = plan;
  const code = error instanceof AgentError ? error.code : undefined;
  if (code === 'plan-outdated' || code === 'unknown-plan') {
    return offerNewPlan(plan, failureText(error, l10n), context);
  }
  void root.readAnew();
  if (code === 'cancelled') {
    await dialogs.tell(
      'information',
      l10n.t('{0}: applying was cancelled, and what was done is put back.', root.label),
    );
    return undefined;
  }
  const message = l10n.t('{0}: applying failed. {1}', root.label, failureText(error, l10n));
  const { pending } = root.changes ?? {};
  if (pending === undefined) {
    await dialogs.tell('error', message);
    return undefined;
  }
  const back = l10n.t('Roll Back Now');
  if ((await dialogs.tell('error', message, back)) === back) await rollBack(root, pending.change.change, context);
  return undefined;
}

/** Says that the connection was lost, and when it stands again what became of the change. */
async function tellAfterLoss(root: Root, before: NodeChange | undefined, context: ChangeContext): Promise<void> {
  const { dialogs, l10n } = context;
  void dialogs.tell(
    'error',
    l10n.t(
      'The connection to {0} was lost while its rules were changed. The node puts back by itself what nobody confirms; when it is connected again, you are told how it stands.',
      root.label,
    ),
  );
  await new Promise<void>((resolve) => {
    const listener = root.onDidChange((kind) => {
      if (kind !== 'snapshot' || root.changes === undefined) return;
      listener.dispose();
      resolve();
    });
  });
  const latest = root.changes?.state.latest;
  if (latest === undefined || latest.change === before?.change) {
    await dialogs.tell('information', l10n.t('{0}: nothing was changed before the connection was lost.', root.label));
  } else {
    tellEndedChange({ root, change: latest }, context);
  }
}

async function offerNewPlan(
  { target }: NodePlan,
  reason: string,
  { dialogs, l10n }: ChangeContext,
): Promise<PlanTarget | undefined> {
  const again = l10n.t('Plan Again');
  return (await dialogs.tell('warning', reason, again)) === again ? target : undefined;
}
