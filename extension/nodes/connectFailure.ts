import * as vscode from 'vscode';
import { isTransportError } from '../common/transportError.ts';
import { withoutLinks } from '../common/withoutLinks.ts';
import { errorWords } from '../l10n/errorTexts.ts';
import type { Localizer } from '../l10n/localizer.ts';

/** Says which step failed, why and what to do, and offers what helps. */
export async function showFailure(
  label: string,
  error: unknown,
  actions: { readonly showLog: () => void; readonly tryAgain: () => void },
  l10n: Localizer,
): Promise<void> {
  if (isTransportError(error, 'cancelled')) return;
  const { summary, detail } = errorWords(error, l10n);
  const place = fileOf(error);
  const openFile = place === undefined ? undefined : l10n.t('Open Line {0}', place.line);
  const tryAgain = l10n.t('Try Again');
  const showLog = l10n.t('Show Log');
  const choice = await vscode.window.showErrorMessage(
    withoutLinks(`${label}: ${summary}. ${detail}`),
    ...(openFile === undefined ? [] : [openFile]),
    tryAgain,
    showLog,
  );
  if (choice === tryAgain) actions.tryAgain();
  else if (choice === showLog) actions.showLog();
  else if (choice !== undefined && place !== undefined) await openLine(place.file, place.line);
}

/** The line of known_hosts or ssh_config that a failure is about. */
function fileOf(error: unknown): { readonly file: string; readonly line: number } | undefined {
  if (
    isTransportError(error, 'hostKeyChanged') ||
    isTransportError(error, 'hostKeyRevoked') ||
    isTransportError(error, 'sshConfigInvalid') ||
    isTransportError(error, 'sshConfigTooDeep')
  ) {
    const { file, line } = error.args;
    // The system's ssh does not always say the place.
    return file === '' ? undefined : { file, line };
  }
  return undefined;
}

/** Opens a file at a line counted from 1. */
async function openLine(file: string, line: number): Promise<void> {
  const at = new vscode.Position(Math.max(0, line - 1), 0);
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(at, at) });
}
