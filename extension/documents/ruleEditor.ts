import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../common/disposable.ts';

/** Shows rule documents, with the line that was asked for marked until the cursor leaves it. */
export class RuleEditor implements Disposable {
  readonly #disposables = new DisposableStore();
  readonly #mark = this.#disposables.add(
    vscode.window.createTextEditorDecorationType({
      isWholeLine: true,
      backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
      borderColor: new vscode.ThemeColor('contrastActiveBorder'),
      overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.rangeHighlightForeground'),
      overviewRulerLane: vscode.OverviewRulerLane.Center,
    }),
  );

  constructor() {
    this.#disposables.add(
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, kind }) => {
        // Without a kind the selection was set by a program: by this one, for the line that is marked.
        if (kind !== undefined) textEditor.setDecorations(this.#mark, []);
      }),
    );
  }

  /** Shows `document` at `line`, counted from 0, as a preview. */
  async show(
    document: vscode.TextDocument,
    line: number,
    preserveFocus: boolean,
    viewColumn: vscode.ViewColumn = vscode.ViewColumn.Active,
  ): Promise<void> {
    const start = new vscode.Position(Math.min(line, document.lineCount - 1), 0);
    const range = new vscode.Range(start, start);
    const editor = await vscode.window.showTextDocument(document, {
      viewColumn,
      preview: true,
      preserveFocus,
      selection: range,
    });
    editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    editor.setDecorations(this.#mark, [range]);
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}
