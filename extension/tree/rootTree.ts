import type { TreeElement } from '../../agent/protocol/treeElement.ts';
import { errorWords } from '../l10n/errorTexts.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { Root } from '../nodes/root.ts';
import type { TreePage } from '../nodes/rulesAgent.ts';
import { type ChildList, ChildPages } from './childPages.ts';
import { type CounterChange, CounterHistory } from './counterHistory.ts';
import { type ElementNode, elementIdOf, type MessageNode, type RootNode, type TreeNode } from './treeNode.ts';
import type { TreeOptions } from './treeOptions.ts';

/** The lines below one root: pages of the newest snapshot, or what there is to say instead. */
export class RootTree {
  readonly node: RootNode;
  readonly #options: TreeOptions;
  readonly #l10n: Localizer;
  readonly #history = new CounterHistory();
  readonly #pages: ChildPages;

  constructor(root: Root, options: TreeOptions, pageSize: () => number, l10n: Localizer) {
    this.node = { type: 'root', root };
    this.#options = options;
    this.#l10n = l10n;
    this.#pages = new ChildPages((parent, offset, limit) => this.#fetch(parent, offset, limit), pageSize);
  }

  /** A new snapshot stands: what is loaded from now on is compared with what was loaded until now. */
  advance(): void {
    this.#history.advance();
    this.#pages.invalidate();
  }

  /** The same snapshot is filtered or sorted in another way. */
  invalidate(): void {
    this.#pages.invalidate();
  }

  change(element: TreeElement): CounterChange | undefined {
    return this.#history.change(element);
  }

  /** Loads the next page of a list with the next {@link children}. */
  more(parent: RootNode | ElementNode): void {
    this.#pages.more(elementIdOf(parent));
  }

  async children(parent: RootNode | ElementNode): Promise<readonly TreeNode[]> {
    const { root } = this.node;
    if (root.snapshot === undefined) return this.#instead(parent);
    let list: ChildList;
    try {
      list = await this.#pages.load(elementIdOf(parent));
    } catch (error) {
      const last = error instanceof NotConnected ? this.#pages.lastKnown(elementIdOf(parent)) : undefined;
      if (last === undefined) return this.#failure(parent, error);
      list = last;
    }
    if (list.elements.length === 0 && parent.type === 'root') return [this.#nothing(parent)];
    return this.#lines(parent, list);
  }

  /** The line of the last element of a path from the root's child down; makes each loadable by its parent. */
  async nodeAt(
    path: readonly TreeElement[],
    onListChanged: (parent: RootNode | ElementNode) => void,
  ): Promise<TreeNode> {
    let parent: RootNode | ElementNode = this.node;
    for (const element of path) {
      if (await this.#pages.pin(elementIdOf(parent), element)) onListChanged(parent);
      parent = { type: 'element', root: this.node.root, element, parent };
    }
    return parent;
  }

  async #fetch(parent: string | undefined, offset: number, limit: number): Promise<TreePage> {
    const { session } = this.node.root;
    if (session === undefined) throw new NotConnected();
    const { filter, sort } = this.#options;
    const page = await session.agent.children({
      snapshot: session.snapshot,
      ...(parent === undefined ? {} : { parent }),
      offset,
      limit,
      ...(filter === '' ? {} : { filter: { text: filter } }),
      sort,
    });
    for (const element of page.elements) this.#history.record(element);
    return page;
  }

  #lines(parent: RootNode | ElementNode, list: ChildList): readonly TreeNode[] {
    const { root } = this.node;
    const asNode = (element: TreeElement): TreeNode => ({ type: 'element', root, element, parent });
    const lines: TreeNode[] = list.elements.map(asNode);
    if (parent.type === 'root') {
      if (root.state.kind === 'failed') lines.unshift(...this.#failure(parent, root.state.error));
      else if (root.snapshot?.mode === 'none') lines.unshift(this.#noServiceRules(parent));
    }
    const shown = list.elements.length;
    if (shown < list.total) lines.push({ type: 'more', parent, shown, total: list.total });
    lines.push(...list.pinned.map(asNode));
    return lines;
  }

  /** What stands under a root that has not been read. */
  #instead(parent: RootNode | ElementNode): readonly TreeNode[] {
    const { state } = this.node.root;
    switch (state.kind) {
      case 'failed':
        return this.#failure(parent, state.error);
      case 'disconnected':
        return state.error === undefined ? [this.#notConnected(parent)] : this.#failure(parent, state.error);
      default:
        return [];
    }
  }

  #failure(parent: RootNode | ElementNode, error: unknown): readonly MessageNode[] {
    if (error instanceof NotConnected) return [this.#notConnected(parent)];
    const { summary, detail } = errorWords(error, this.#l10n);
    return [
      {
        type: 'message',
        parent,
        key: 'failure',
        text: `${summary}: ${detail}`,
        icon: { id: 'error', color: 'problemsErrorIcon.foreground' },
        command: { id: 'kubeServiceRules.showLog', title: this.#l10n.t('Show Log') },
      },
      this.#tryAgain(parent),
    ];
  }

  #tryAgain(parent: RootNode | ElementNode): MessageNode {
    return {
      type: 'message',
      parent,
      key: 'again',
      text: this.#l10n.t('Try Again'),
      icon: { id: 'refresh' },
      command: { id: 'kubeServiceRules.reconnect', title: this.#l10n.t('Try Again') },
    };
  }

  #notConnected(parent: RootNode | ElementNode): MessageNode {
    return {
      type: 'message',
      parent,
      key: 'notConnected',
      text: this.#l10n.t('Not connected. Reconnect'),
      icon: { id: 'plug' },
      command: { id: 'kubeServiceRules.reconnect', title: this.#l10n.t('Reconnect') },
    };
  }

  #noServiceRules(parent: RootNode | ElementNode): MessageNode {
    return {
      type: 'message',
      parent,
      key: 'none',
      text: this.#l10n.t('No rules of kube-proxy were found here.'),
      tooltip: this.#l10n.t(
        'kube-proxy may not run on this node, or another program (Cilium, for one) handles Services without these rules.',
      ),
      icon: { id: 'info', color: 'problemsInfoIcon.foreground' },
    };
  }

  #nothing(parent: RootNode | ElementNode): MessageNode {
    return this.#options.filter === ''
      ? { type: 'message', parent, key: 'empty', text: this.#l10n.t('Nothing was read.'), icon: { id: 'info' } }
      : {
          type: 'message',
          parent,
          key: 'noMatch',
          text: this.#l10n.t('Nothing matches "{0}". Clear Filter', this.#options.filter),
          icon: { id: 'filter' },
          command: { id: 'kubeServiceRules.clearFilter', title: this.#l10n.t('Clear Filter') },
        };
  }
}

/** The part of the snapshot that is asked for was not loaded before the connection ended. */
class NotConnected extends Error {
  override readonly name = 'NotConnected';
}
