import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { Roots } from './roots.ts';
import { statusBarText } from './statusBarText.ts';

/** Node, mode and connection state at the bottom of the window; hidden while nothing is open. */
export class StatusBar implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly #item = this.#disposables.add(
    vscode.window.createStatusBarItem('kubeServiceRules.status', vscode.StatusBarAlignment.Left, 10),
  );
  readonly #roots: Roots;
  readonly #l10n: Localizer;

  constructor(roots: Roots, l10n: Localizer) {
    this.#roots = roots;
    this.#l10n = l10n;
    this.#item.name = l10n.t('Kubernetes Service Rules');
    this.#item.command = 'kubeServiceRules.nodes.focus';
    this.#disposables.add(roots.onDidChange(() => this.#update()));
    this.#update();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #update(): void {
    const shown = statusBarText(this.#roots.all, this.#l10n);
    if (shown === undefined) {
      this.#item.hide();
      return;
    }
    this.#item.text = `$(${shown.icon}) ${shown.text}`;
    this.#item.tooltip = shown.tooltip;
    this.#item.accessibilityInformation = { label: `${this.#item.name}: ${shown.text}` };
    this.#item.backgroundColor = shown.failed ? new vscode.ThemeColor('statusBarItem.warningBackground') : undefined;
    this.#item.show();
  }
}
