import * as vscode from 'vscode';
import type { PlanTarget } from '../../agent/protocol/changeMessages.ts';
import type { ChangeContext } from '../change/changeContext.ts';
import { keepChange } from '../change/confirmChange.ts';
import { applyShownPlan, planChange } from '../change/planChange.ts';
import type { PlanDocuments } from '../change/planDocuments.ts';
import { mark, writingAgent } from '../change/readyAgent.ts';
import { rollBack } from '../change/rollBack.ts';
import type { Root } from '../nodes/root.ts';
import { rootOf } from '../tree/treeNode.ts';
import { chooseMode, currentMode } from './chooseMode.ts';
import { chooseObjects } from './chooseObjects.ts';
import { type CommandContext, isTreeNode, nodeOf, type RegisterCommand } from './treeContext.ts';

/** Commands that change nodes. */
export function registerChangeCommands(
  register: RegisterCommand,
  commands: CommandContext,
  change: ChangeContext,
  plans: PlanDocuments,
): void {
  const { l10n } = commands;
  const { dialogs } = change;
  const onNode = (name: string, run: (root: Root) => unknown): void => {
    register(name, async (argument) => {
      const root = await chooseNode(argument, commands, change);
      if (root !== undefined) await run(root);
    });
  };
  const onTrustedNode = (name: string, run: (root: Root, argument: unknown) => unknown): void => {
    register(name, async (argument) => {
      if (!(await isTrusted(change))) return;
      const root = await chooseNode(argument, commands, change);
      if (root !== undefined) await run(root, argument);
    });
  };

  onTrustedNode('markTestNode', async (root) => {
    if ((await writingAgent(root, change)) === undefined) return;
    const message =
      root.changes?.state.marked === true
        ? l10n.t('{0} is a test node already.', root.label)
        : (await mark(root, change))
          ? l10n.t('{0} is a test node now.', root.label)
          : undefined;
    if (message !== undefined) void dialogs.tell('information', message);
  });
  onNode('unmarkTestNode', async (root) => {
    const agent = await writingAgent(root, change);
    if (agent === undefined) return;
    root.changesAre(await agent.mark(false));
    void dialogs.tell('information', l10n.t('{0} is no test node any more. Its rules stay as they are.', root.label));
  });

  onTrustedNode('applyToTestNode', async (root, argument) => {
    const chosen = await chooseObjects(root, argument, change);
    if (chosen === undefined) return;
    const mode = await chooseMode(
      l10n.t('Apply {0} to {1}', chosen.name, root.label),
      currentMode(root),
      'currentFirst',
      change,
    );
    if (mode !== undefined) await planChange(root, { kind: 'apply', objects: chosen.text, mode }, change);
  });
  onTrustedNode('toggleProxyMode', async (root) => {
    if ((await writingAgent(root, change)) === undefined) return;
    const mode = await chooseMode(
      l10n.t('Switch {0} to another mode', root.label),
      currentMode(root),
      'othersFirst',
      change,
    );
    if (mode === undefined) return;
    let target: PlanTarget = { kind: 'switch', mode };
    if (root.changes?.state.hasObjects !== true) {
      const objects = (await root.objects()) ?? (await chooseObjects(root, undefined, change))?.text;
      if (objects === undefined) return;
      target = { ...target, objects };
    }
    await planChange(root, target, change);
  });
  onTrustedNode('undoChange', (root) => planChange(root, { kind: 'undo' }, change));
  onTrustedNode('cleanUpLeftovers', (root) => planChange(root, { kind: 'clean-up' }, change));

  const withPending = (name: string, run: (root: Root, change: string) => unknown): void => {
    onNode(name, async (root) => {
      if ((await writingAgent(root, change)) === undefined) return;
      const pending = root.changes?.pending;
      if (pending === undefined) {
        void dialogs.tell('information', l10n.t('No change of {0} waits to be confirmed.', root.label));
      } else await run(root, pending.change.change);
    });
  };
  withPending('rollBackNow', (root, id) => rollBack(root, id, change));
  withPending('keepChange', (root) => keep(root, change));

  register('decideOnChange', async (id) => {
    const root = typeof id === 'string' ? commands.roots.get(id) : undefined;
    const pending = root?.changes?.pending;
    if (root === undefined || pending === undefined) return;
    const decision = await dialogs.choose(
      l10n.t('The change of {0} waits to be confirmed', root.label),
      l10n.t('Without an answer it rolls back at {0}', change.numbers.clock(pending.rollsBackAt)),
      [
        { value: () => keep(root, change), label: l10n.t('Keep') },
        { value: () => rollBack(root, pending.change.change, change), label: l10n.t('Roll Back Now') },
        { value: () => showPlan(root), label: l10n.t('Show Plan') },
      ],
    );
    await decision?.();
  });

  const showPlan = async (root: Root): Promise<void> => {
    const plan = plans.latest(root);
    if (plan !== undefined) await plans.show(plan);
    else void dialogs.tell('information', l10n.t('No plan has been made for {0} yet.', root.label));
  };
  onNode('showPlan', showPlan);
  register('applyPlan', async (argument) => {
    if (!(await isTrusted(change))) return;
    const uri = argument instanceof vscode.Uri ? argument : vscode.window.activeTextEditor?.document.uri;
    const plan = uri === undefined ? undefined : plans.planOf(uri);
    if (plan !== undefined) await applyShownPlan(plan, change);
  });
}

async function keep(root: Root, context: ChangeContext): Promise<void> {
  const { pending } = root.changes ?? {};
  if (pending === undefined || !(await keepChange(root, pending.change, context))) return;
  void context.dialogs.tell('information', context.l10n.t('The change of {0} is kept.', root.label));
}

/** Nodes are changed from trusted workspaces only: what is applied can come from the workspace. */
async function isTrusted({ dialogs, l10n }: ChangeContext): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = l10n.t('Manage Workspace Trust');
  const answer = await dialogs.tell('warning', l10n.t('Nodes can only be changed from a trusted workspace.'), manage);
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return false;
}

/** The node that a command is for: that of the line, else the only one, else the one that the user chooses. */
async function chooseNode(
  argument: unknown,
  commands: CommandContext,
  { dialogs, l10n }: ChangeContext,
): Promise<Root | undefined> {
  if (isTreeNode(argument)) return rootOf(argument);
  const nodes = commands.roots.all.filter(({ kind, link }) => kind === 'node' && link.state.kind === 'open');
  const marked = nodes.filter(({ changes }) => changes?.state.marked === true);
  const [first] = nodes;
  if (first === undefined) {
    const connect = l10n.t('Connect to Node...');
    const answer = await dialogs.tell('information', l10n.t('Connect to a node first.'), connect);
    if (answer === connect) await vscode.commands.executeCommand('kubeServiceRules.connect');
    return undefined;
  }
  if (nodes.length === 1) return first;
  const selected = nodeOf(argument, commands);
  const current = selected === undefined ? undefined : rootOf(selected);
  const order = (root: Root): number => (root === current ? 0 : marked.includes(root) ? 1 : 2);
  return dialogs.choose(
    l10n.t('Which node?'),
    l10n.t('Nodes that are connected'),
    nodes
      .toSorted((a, b) => order(a) - order(b))
      .map((root) => ({
        value: root,
        label: root.label,
        description: marked.includes(root) ? l10n.t('test node') : '',
      })),
  );
}
