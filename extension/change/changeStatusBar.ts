import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { Roots } from '../nodes/roots.ts';
import type { NumberWords } from '../tree/presentation/numberWords.ts';
import { changeStatus } from './changeStatusText.ts';
import type { ChangeWatch } from './changeWatch.ts';

/** Counts down at the bottom of the window while a change waits to be confirmed, and says what drains. */
export class ChangeStatusBar implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly #item = this.#disposables.add(
    vscode.window.createStatusBarItem('kubeServiceRules.change', vscode.StatusBarAlignment.Left, 9),
  );
  readonly #roots: Roots;
  readonly #l10n: Localizer;
  readonly #numbers: NumberWords;

  constructor(roots: Roots, watch: ChangeWatch, l10n: Localizer, numbers: NumberWords) {
    this.#roots = roots;
    this.#l10n = l10n;
    this.#numbers = numbers;
    this.#item.name = l10n.t('Change of a Test Node');
    this.#disposables.add(watch.onDidTick(() => this.#update()));
    this.#disposables.add(roots.onDidChange(() => this.#update()));
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #update(): void {
    const l10n = this.#l10n;
    const shown = changeStatus(this.#roots.all, Date.now(), l10n, this.#numbers);
    if (shown === undefined) {
      this.#item.hide();
      return;
    }
    const { icon, text, pending } = shown;
    this.#item.text = `$(${icon}) ${text}`;
    this.#item.accessibilityInformation = { label: `${this.#item.name}: ${text}` };
    this.#item.tooltip =
      pending === undefined
        ? l10n.t('Connections that were made before the change go on; what they use stays until they end.')
        : l10n.t('Keep the change or roll it back');
    this.#item.command =
      pending === undefined
        ? 'kubeServiceRules.nodes.focus'
        : { command: 'kubeServiceRules.decideOnChange', title: l10n.t('Keep or Roll Back'), arguments: [pending.id] };
    this.#item.backgroundColor =
      pending === undefined ? undefined : new vscode.ThemeColor('statusBarItem.warningBackground');
    this.#item.show();
  }
}
