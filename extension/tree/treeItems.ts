import * as vscode from 'vscode';
import type { TreeElement } from '../../agent/protocol/treeElement.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { CounterChange } from './counterHistory.ts';
import { decorationUri } from './decorations.ts';
import type { ElementIcon } from './presentation/elementPresentation.ts';
import type { NumberWords } from './presentation/numberWords.ts';
import { accessibleText, contextWords, hasRules, presentElement } from './presentation/presentElement.ts';
import { presentRoot } from './presentation/presentRoot.ts';
import { tooltipMarkdown } from './presentation/tooltip.ts';
import type { ElementNode, MessageNode, MoreNode, RootNode, TreeNode } from './treeNode.ts';

/** Makes the `TreeItem` of each line of the tree. */
export class TreeItems {
  readonly #l10n: Localizer;
  readonly #numbers: NumberWords;
  readonly #changeOf: (node: ElementNode) => CounterChange | undefined;

  constructor(l10n: Localizer, numbers: NumberWords, changeOf: (node: ElementNode) => CounterChange | undefined) {
    this.#l10n = l10n;
    this.#numbers = numbers;
    this.#changeOf = changeOf;
  }

  create(node: TreeNode): vscode.TreeItem {
    switch (node.type) {
      case 'root':
        return this.#root(node);
      case 'element':
        return this.#element(node);
      case 'more':
        return this.#more(node);
      case 'message':
        return this.#message(node);
    }
  }

  #root({ root }: RootNode): vscode.TreeItem {
    const shown = presentRoot(
      {
        kind: root.kind,
        label: root.label,
        source: root.source,
        state: root.state,
        snapshot: root.snapshot,
        canUninstall: root.link.uninstall !== undefined,
        changes: root.changes,
      },
      this.#l10n,
      this.#numbers,
    );
    const item = new vscode.TreeItem(shown.label, vscode.TreeItemCollapsibleState.Expanded);
    item.id = root.id;
    item.description = shown.description;
    item.iconPath = themeIcon(shown.icon);
    item.tooltip = new vscode.MarkdownString(tooltipMarkdown(shown.facts));
    item.contextValue = shown.contextWords;
    item.accessibilityInformation = { label: `${shown.label}, ${shown.description.replaceAll(' · ', ', ')}` };
    return item;
  }

  #element(node: ElementNode): vscode.TreeItem {
    const { root, element } = node;
    const change = this.#changeOf(node);
    const { parent } = node;
    const context = {
      l10n: this.#l10n,
      numbers: this.#numbers,
      keptToNode: parent.type === 'element' && parent.element.kind === 'chain' && parent.element.role === 'local',
      belowService: parent.type === 'element' && parent.element.kind === 'servicePort',
      ...(change === undefined ? {} : { change }),
    };
    const shown = presentElement(element, context);
    const item = new vscode.TreeItem(shown.label, collapsibleState(element));
    // VS Code keeps a line as open or closed as it was first shown, and what has no children is shown as closed.
    item.id = `${root.id}\n${element.id}${element.childCount === 0 ? '\nempty' : ''}`;
    item.description = shown.description;
    item.iconPath = themeIcon(shown.icon);
    item.tooltip = new vscode.MarkdownString(tooltipMarkdown(shown.facts));
    item.contextValue = contextWords(element, shown);
    item.accessibilityInformation = { label: accessibleText(element, shown, context) };
    const resource = decorationUri(root.id, element, change);
    if (resource !== undefined) item.resourceUri = resource;
    if (hasRules(element)) {
      item.command = {
        command: 'kubeServiceRules.previewRules',
        title: this.#l10n.t('Open Rules'),
        arguments: [node],
      };
    }
    return item;
  }

  #more(node: MoreNode): vscode.TreeItem {
    const left = node.total - node.shown;
    const item = new vscode.TreeItem(this.#l10n.t('Show more ({0} left)', this.#numbers.integer(left)));
    item.id = `${node.parent.root.id}\n${idOf(node.parent)}\nmore`;
    item.iconPath = new vscode.ThemeIcon('ellipsis');
    item.contextValue = 'more';
    item.command = { command: 'kubeServiceRules.showMore', title: item.label?.toString() ?? '', arguments: [node] };
    return item;
  }

  #message(node: MessageNode): vscode.TreeItem {
    const item = new vscode.TreeItem(node.text);
    item.id = `${node.parent.root.id}\n${idOf(node.parent)}\nmessage\n${node.key}`;
    item.iconPath = themeIcon(node.icon);
    item.tooltip = node.tooltip ?? node.text;
    item.contextValue = 'message';
    if (node.command !== undefined) {
      item.command = { command: node.command.id, title: node.command.title, arguments: [node.parent] };
    }
    return item;
  }
}

function idOf(node: RootNode | ElementNode): string {
  return node.type === 'root' ? '' : node.element.id;
}

/** Services are what people come for: their heading is open at first. */
function collapsibleState(element: TreeElement): vscode.TreeItemCollapsibleState {
  if (element.childCount === 0) return vscode.TreeItemCollapsibleState.None;
  return element.kind === 'services'
    ? vscode.TreeItemCollapsibleState.Expanded
    : vscode.TreeItemCollapsibleState.Collapsed;
}

function themeIcon(icon: ElementIcon): vscode.ThemeIcon {
  return new vscode.ThemeIcon(icon.id, icon.color === undefined ? undefined : new vscode.ThemeColor(icon.color));
}
