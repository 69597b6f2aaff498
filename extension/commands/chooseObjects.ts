import * as vscode from 'vscode';
import type { ChangeContext } from '../change/changeContext.ts';
import { isServiceDocument } from '../change/serviceEditors.ts';
import type { Root } from '../nodes/root.ts';

/** Text of Services and EndpointSlices, and how to call it. */
export interface ChosenObjects {
  readonly text: string;
  readonly name: string;
}

/**
 * The objects that are to be applied: those of the file that a menu was opened on, else of the active editor with what
 * is not saved yet, else of a file that the user chooses.
 */
export async function chooseObjects(
  root: Root,
  argument: unknown,
  { dialogs, l10n }: Pick<ChangeContext, 'dialogs' | 'l10n'>,
): Promise<ChosenObjects | undefined> {
  if (argument instanceof vscode.Uri) return objectsOf(await vscode.workspace.openTextDocument(argument));
  const document = vscode.window.activeTextEditor?.document;
  if (document === undefined || !isServiceDocument(document)) return chooseFile(root, l10n);
  const editor = objectsOf(document);
  if (argument === undefined) return editor;
  const fromEditor = await dialogs.choose(l10n.t('Apply to {0}', root.label), l10n.t('Which Services?'), [
    { value: true, label: editor.name, description: l10n.t('the active editor') },
    { value: false, label: l10n.t('Choose Another File...') },
  ]);
  if (fromEditor === undefined) return undefined;
  return fromEditor ? editor : chooseFile(root, l10n);
}

function objectsOf(document: vscode.TextDocument): ChosenObjects {
  const [name = ''] = document.uri.path.split('/').slice(-1);
  return { text: document.getText(), name };
}

async function chooseFile(root: Root, l10n: ChangeContext['l10n']): Promise<ChosenObjects | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title: l10n.t('File with Services and EndpointSlices'),
      openLabel: l10n.t('Apply to {0}', root.label),
      filters: { [l10n.t('Kubernetes objects')]: ['json', 'jsonl', 'yaml', 'yml'], [l10n.t('All files')]: ['*'] },
    })) ?? [];
  // Large files do not open as documents, so that it is read here.
  return file === undefined
    ? undefined
    : {
        text: new TextDecoder().decode(await vscode.workspace.fs.readFile(file)),
        name: file.path.split('/').at(-1) ?? '',
      };
}
