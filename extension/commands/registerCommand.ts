import * as vscode from 'vscode';
import { describeError, isTransportError } from '../common/transportError.ts';
import { withoutLinks } from '../common/withoutLinks.ts';
import { errorWords } from '../l10n/errorTexts.ts';
import type { Localizer } from '../l10n/localizer.ts';

/** Registers a command; a failure that it does not handle itself is logged and said in the user's language. */
export function registerCommand(
  id: string,
  run: (...args: readonly unknown[]) => unknown,
  log: vscode.LogOutputChannel,
  l10n: Localizer,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: readonly unknown[]) => {
    try {
      await run(...args);
    } catch (error) {
      if (isTransportError(error, 'cancelled')) return;
      log.error(`${id}: ${describeError(error)}`);
      const showLog = l10n.t('Show Log');
      const { summary, detail } = errorWords(error, l10n);
      // Not awaited: the command is over, however long the message stays.
      void vscode.window.showErrorMessage(withoutLinks(`${summary}: ${detail}`), showLog).then((choice) => {
        if (choice === showLog) log.show();
      });
    }
  });
}
