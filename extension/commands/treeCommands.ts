import * as vscode from 'vscode';
import { withoutLinks } from '../common/withoutLinks.ts';
import { ruleScheme } from '../documents/ruleUri.ts';
import type { SortOrder } from '../nodes/rulesAgent.ts';
import { presentElement } from '../tree/presentation/presentElement.ts';
import type { ElementNode, TreeNode } from '../tree/treeNode.ts';
import { type CommandContext, nodeOf, type RegisterCommand } from './treeContext.ts';

/** Commands that work on the tree and the rules behind it. */
export function registerTreeCommands(register: RegisterCommand, context: CommandContext): void {
  const { l10n, options, tree } = context;

  register('filter', () => askFilter(context));
  register('clearFilter', () => {
    options.filter = '';
  });
  register('sort', () => askSort(context));
  register('showMore', (argument) => {
    const node = nodeOf(argument, context);
    if (node?.type === 'more') tree.showMore(node);
  });

  register('previewRules', (argument) => openRules(argument, true, context));
  register('openRules', (argument) => openRules(argument, false, context));
  register('showServicePath', async (argument) => {
    const node = serviceOf(nodeOf(argument, context));
    if (node !== undefined) {
      await context.servicePath.show(node.root, node.element);
    } else {
      void vscode.window.showInformationMessage(l10n.t('Select a Service or one of its ports first.'));
    }
  });
  register('revealInTree', () => revealInTree(context));

  register('copyName', async (argument) => {
    const node = nodeOf(argument, context);
    if (node?.type === 'root') await vscode.env.clipboard.writeText(node.root.label);
    else if (node?.type === 'element') await vscode.env.clipboard.writeText(presentationOf(node, context).name);
  });
  register('copyAddress', async (argument) => {
    const node = nodeOf(argument, context);
    const address = node?.type === 'element' ? presentationOf(node, context).address : undefined;
    if (address !== undefined) await vscode.env.clipboard.writeText(address);
  });
  register('copyRule', async (argument) => {
    const node = nodeOf(argument, context);
    const line = node?.type === 'element' ? await context.documents.targetLine(node.root, node.element.id) : undefined;
    if (line !== undefined) await vscode.env.clipboard.writeText(line);
  });
}

function presentationOf(node: ElementNode, { l10n, numbers }: CommandContext) {
  return presentElement(node.element, { l10n, numbers });
}

/** The Service port or Service that a line is, or stands under. */
function serviceOf(node: TreeNode | undefined): ElementNode | undefined {
  if (node === undefined || node.type === 'root') return undefined;
  const isService = node.type === 'element' && (node.element.kind === 'service' || node.element.kind === 'servicePort');
  return isService ? node : serviceOf(node.parent);
}

async function askFilter({ options, l10n, roots, view, tree }: CommandContext): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: l10n.t('Filter by name, address or port'),
    prompt: l10n.t('All words must occur. Empty shows everything.'),
    placeHolder: l10n.t('for example: default 10.96.0.10 443'),
    value: options.filter,
  });
  if (text === undefined) return;
  options.filter = text;
  if (options.filter === '') return;
  // What is left is shown down to the Services, so that a match does not hide in a closed branch.
  for (const root of roots.all) await view.reveal(tree.rootNode(root), { select: false, focus: false, expand: 3 });
}

async function askSort({ options, l10n }: CommandContext): Promise<void> {
  const orders: readonly { readonly label: string; readonly order: SortOrder }[] = [
    { label: l10n.t('Name'), order: 'name' },
    { label: l10n.t('Number of endpoints'), order: 'endpoints' },
    { label: l10n.t('Traffic'), order: 'traffic' },
  ];
  const choice = await vscode.window.showQuickPick(
    orders.map((item) => ({ ...item, ...(item.order === options.sort ? { description: l10n.t('now') } : {}) })),
    { title: l10n.t('Sort Services and endpoints by') },
  );
  if (choice !== undefined) options.sort = choice.order;
}

async function openRules(argument: unknown, preserveFocus: boolean, context: CommandContext): Promise<void> {
  const node = nodeOf(argument, context);
  if (node?.type !== 'element') return;
  const opened = await context.documents.open(node.root, node.element.id);
  if (opened === undefined) {
    void vscode.window.showInformationMessage(
      context.l10n.t('{0} is not connected. Connect to it to see these rules.', withoutLinks(node.root.label)),
    );
    return;
  }
  await context.editor.show(opened.document, opened.line, preserveFocus);
}

async function revealInTree(context: CommandContext): Promise<void> {
  const { l10n } = context;
  const editor = vscode.window.activeTextEditor;
  if (editor?.document.uri.scheme !== ruleScheme) return;
  const origin = context.documents.origin(editor.document.uri, editor.selection.active.line);
  const session = origin?.root.session;
  const path =
    origin === undefined || session === undefined
      ? []
      : await session.agent.reveal(session.snapshot, origin.part, origin.line);
  if (origin === undefined || path.length === 0) {
    void vscode.window.showInformationMessage(l10n.t('This line belongs to no element of the tree.'));
    return;
  }
  // A filter could hide the element.
  context.options.filter = '';
  const node = await context.tree.nodeAt(origin.root, path);
  await context.view.reveal(node, { select: true, focus: true });
}
