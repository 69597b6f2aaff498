import * as vscode from 'vscode';
import { withoutLinks } from '../common/withoutLinks.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { Choice, Dialogs, Severity, Watch } from './dialogs.ts';

/** Says and asks with VS Code's own notifications, dialogs and lists. */
export class VscodeDialogs implements Dialogs {
  readonly #l10n: Localizer;

  constructor(l10n: Localizer) {
    this.#l10n = l10n;
  }

  async tell(severity: Severity, message: string, ...actions: readonly string[]): Promise<string | undefined> {
    const text = withoutLinks(message);
    switch (severity) {
      case 'information':
        return vscode.window.showInformationMessage(text, ...actions);
      case 'warning':
        return vscode.window.showWarningMessage(text, ...actions);
      case 'error':
        return vscode.window.showErrorMessage(text, ...actions);
    }
  }

  async askModally(message: string, detail: string, action: string): Promise<boolean> {
    return (await vscode.window.showWarningMessage(message, { modal: true, detail }, action)) === action;
  }

  async choose<T>(title: string, placeHolder: string, choices: readonly Choice<T>[]): Promise<T | undefined> {
    const choice = await vscode.window.showQuickPick(choices, { title, placeHolder, matchOnDescription: true });
    return choice?.value;
  }

  async chooseSome<T>(
    title: string,
    placeHolder: string,
    choices: readonly Choice<T>[],
  ): Promise<readonly T[] | undefined> {
    const items = choices.map((choice) => ({ ...choice, picked: true }));
    const chosen = await vscode.window.showQuickPick(items, {
      title,
      placeHolder,
      canPickMany: true,
      ignoreFocusOut: true,
    });
    return chosen?.map(({ value }) => value);
  }

  async progress<T>(title: string, work: (watch: Watch) => Promise<T>): Promise<T> {
    return vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: withoutLinks(title), cancellable: true },
      (progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        return work({
          signal: abort.signal,
          report: ({ part, done, total }) => {
            const message = total === 0 ? part : this.#l10n.t('{0} ({1} of {2})', part, done, total);
            progress.report({ message: withoutLinks(message) });
          },
        });
      },
    );
  }
}
