import * as vscode from 'vscode';
import type { RuleDocuments } from '../documents/ruleDocuments.ts';
import type { RuleEditor } from '../documents/ruleEditor.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { AutoRefresh } from '../nodes/autoRefresh.ts';
import type { ObjectsFiles } from '../nodes/objectsFile.ts';
import type { RememberedHosts } from '../nodes/rememberedHosts.ts';
import type { Root } from '../nodes/root.ts';
import type { RootOpener } from '../nodes/rootOpener.ts';
import type { Roots } from '../nodes/roots.ts';
import type { ServicePathPanels } from '../servicePath/servicePathPanels.ts';
import type { NumberWords } from '../tree/presentation/numberWords.ts';
import type { RulesTree } from '../tree/rulesTree.ts';
import { rootOf, type TreeNode } from '../tree/treeNode.ts';
import type { TreeOptions } from '../tree/treeOptions.ts';

/** What the commands work with. */
export interface CommandContext {
  readonly roots: Roots;
  readonly opener: RootOpener;
  readonly tree: RulesTree;
  readonly view: vscode.TreeView<TreeNode>;
  readonly options: TreeOptions;
  readonly documents: RuleDocuments;
  readonly editor: RuleEditor;
  readonly servicePath: ServicePathPanels;
  readonly autoRefresh: AutoRefresh;
  readonly objectsFiles: ObjectsFiles;
  readonly rememberedHosts: RememberedHosts;
  readonly log: vscode.LogOutputChannel;
  readonly l10n: Localizer;
  readonly numbers: NumberWords;
}

/** Registers a command under the extension's prefix. */
export type RegisterCommand = (name: string, run: (...args: readonly unknown[]) => unknown) => void;

/** The line that a command is for: the one it was called on, else the selected one. */
export function nodeOf(argument: unknown, { view }: CommandContext): TreeNode | undefined {
  return isTreeNode(argument) ? argument : view.selection[0];
}

/** The root that a command is for: that of the line, else the only one that is open. */
export function rootFor(argument: unknown, context: CommandContext): Root | undefined {
  const node = nodeOf(argument, context);
  if (node !== undefined) return rootOf(node);
  const { all } = context.roots;
  return all.length === 1 ? all[0] : undefined;
}

/** Asks which root is meant; undefined when the user does not say, or there is none. */
export async function pickRoot({ roots, l10n }: CommandContext): Promise<Root | undefined> {
  if (roots.all.length === 0) {
    void vscode.window.showInformationMessage(l10n.t('Connect to a node or open rule dumps first.'));
    return undefined;
  }
  const items = roots.all.map((root) => ({ label: root.label, description: root.source, root }));
  const choice = await vscode.window.showQuickPick(items, { placeHolder: l10n.t('Which node?') });
  return choice?.root;
}

/** Whether a command's argument is a line of the tree. */
export function isTreeNode(value: unknown): value is TreeNode {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    (value.type === 'root' || value.type === 'element' || value.type === 'more' || value.type === 'message')
  );
}
