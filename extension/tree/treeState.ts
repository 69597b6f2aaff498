import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { AutoRefresh } from '../nodes/autoRefresh.ts';
import type { Roots } from '../nodes/roots.ts';
import type { TreeNode } from './treeNode.ts';
import type { TreeOptions } from './treeOptions.ts';

export interface TreeStateOptions {
  readonly view: vscode.TreeView<TreeNode>;
  readonly roots: Roots;
  readonly options: TreeOptions;
  readonly autoRefresh: AutoRefresh;
  readonly l10n: Localizer;
}

/** Keeps the view's message and badge, and the context keys of menus, in step with what is shown. */
export class TreeState implements Disposable {
  readonly #options: TreeStateOptions;
  readonly #disposables = new DisposableStore();
  readonly #contexts = new Map<string, boolean>();

  constructor(state: TreeStateOptions) {
    this.#options = state;
    this.#disposables.add(state.roots.onDidChange(() => this.#update()));
    this.#disposables.add(state.options.onDidChange(() => this.#update()));
    this.#disposables.add(state.autoRefresh.onDidChange(() => this.#update()));
    this.#update();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #update(): void {
    const { view, roots, options, autoRefresh, l10n } = this.#options;
    this.#setContext('hasRoots', roots.all.length > 0);
    const nodes = roots.all.filter(({ changeAgent }) => changeAgent !== undefined);
    this.#setContext('hasNodes', nodes.length > 0);
    this.#setContext(
      'hasTestNodes',
      nodes.some(({ changes }) => changes?.state.marked === true),
    );
    this.#setContext('filtered', options.filter !== '');
    this.#setContext('autoRefresh', autoRefresh.isOn);
    const message = options.filter === '' ? '' : l10n.t('Filter: {0}', options.filter);
    if ((view.message ?? '') !== message) view.message = message;
    const errors = roots.all.reduce((sum, { snapshot }) => sum + (snapshot?.problems.error ?? 0), 0);
    if ((view.badge?.value ?? 0) === errors) return;
    view.badge = errors === 0 ? undefined : { value: errors, tooltip: l10n.t('{0} errors in Service rules', errors) };
  }

  #setContext(name: string, value: boolean): void {
    if (this.#contexts.get(name) === value) return;
    this.#contexts.set(name, value);
    void vscode.commands.executeCommand('setContext', `kubeServiceRules.${name}`, value);
  }
}
