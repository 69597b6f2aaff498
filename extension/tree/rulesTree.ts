import * as vscode from 'vscode';
import type { TreeElement } from '../../agent/protocol/treeElement.ts';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { Root } from '../nodes/root.ts';
import type { Roots, RootsChange } from '../nodes/roots.ts';
import type { NumberWords } from './presentation/numberWords.ts';
import { RootTree } from './rootTree.ts';
import { TreeItems } from './treeItems.ts';
import type { MoreNode, TreeNode } from './treeNode.ts';
import type { TreeOptions } from './treeOptions.ts';

/** The tree of all roots for VS Code. */
export class RulesTree implements vscode.TreeDataProvider<TreeNode>, Disposable {
  readonly #roots: Roots;
  readonly #options: TreeOptions;
  readonly #pageSize: () => number;
  readonly #l10n: Localizer;
  readonly #items: TreeItems;
  readonly #trees = new Map<Root, RootTree>();
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<TreeNode | undefined>());
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(roots: Roots, options: TreeOptions, pageSize: () => number, l10n: Localizer, numbers: NumberWords) {
    this.#roots = roots;
    this.#options = options;
    this.#pageSize = pageSize;
    this.#l10n = l10n;
    this.#items = new TreeItems(l10n, numbers, (node) => this.#trees.get(node.root)?.change(node.element));
    this.#disposables.add(roots.onDidChange((change) => this.#onRoots(change)));
    this.#disposables.add(
      options.onDidChange(() => {
        for (const tree of this.#trees.values()) tree.invalidate();
        this.#changed.fire(undefined);
      }),
    );
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return this.#items.create(node);
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    if (node === undefined) return this.#roots.all.map((root) => this.#treeOf(root).node);
    if (node.type !== 'root' && node.type !== 'element') return [];
    return [...(await this.#treeOf(node.root).children(node))];
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.type === 'root' ? undefined : node.parent;
  }

  /** The line of a root. */
  rootNode(root: Root): TreeNode {
    return this.#treeOf(root).node;
  }

  /** Loads the next page of an incomplete list. */
  showMore(node: MoreNode): void {
    this.#treeOf(node.parent.root).more(node.parent);
    this.#changed.fire(node.parent);
  }

  /** The line of the element at the end of a path, ready to be revealed. */
  nodeAt(root: Root, path: readonly TreeElement[]): Promise<TreeNode> {
    return this.#treeOf(root).nodeAt(path, (parent) => this.#changed.fire(parent));
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #treeOf(root: Root): RootTree {
    let tree = this.#trees.get(root);
    if (tree === undefined) {
      tree = new RootTree(root, this.#options, this.#pageSize, this.#l10n);
      this.#trees.set(root, tree);
    }
    return tree;
  }

  #onRoots({ kind, root }: RootsChange): void {
    switch (kind) {
      case 'removed':
        this.#trees.delete(root);
        this.#changed.fire(undefined);
        return;
      case 'added':
        this.#changed.fire(undefined);
        return;
      case 'snapshot': {
        const tree = this.#treeOf(root);
        tree.advance();
        this.#changed.fire(tree.node);
        return;
      }
      case 'state':
        this.#changed.fire(this.#treeOf(root).node);
    }
  }
}
