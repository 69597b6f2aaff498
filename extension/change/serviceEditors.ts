import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { Roots } from '../nodes/roots.ts';
import { holdsServices } from './serviceText.ts';

/** The languages of files that can hold Services. */
const languages: readonly string[] = ['yaml', 'json', 'jsonc', 'jsonl'];

/**
 * Offers to apply the Services of an editor: by a line above its text, and by context keys for the menus. Only where
 * a marked node is connected.
 */
export class ServiceEditors implements vscode.CodeLensProvider, Disposable {
  readonly #roots: Roots;
  readonly #l10n: Localizer;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#changed.event;
  #holds: boolean | undefined;
  #testNodes = '';

  constructor(roots: Roots, l10n: Localizer) {
    this.#roots = roots;
    this.#l10n = l10n;
    const selector = languages.map((language) => ({ language }));
    this.#disposables.add(vscode.languages.registerCodeLensProvider(selector, this));
    this.#disposables.add(roots.onDidChange(() => this.#updateNodes()));
    this.#disposables.add(vscode.window.onDidChangeActiveTextEditor(() => this.#updateEditor()));
    this.#disposables.add(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document === vscode.window.activeTextEditor?.document) this.#updateEditor();
      }),
    );
    this.#disposables.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('kubeServiceRules.apply.codeLens')) this.#changed.fire();
      }),
    );
    this.#updateEditor();
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const isOn = vscode.workspace.getConfiguration('kubeServiceRules', document).get('apply.codeLens') !== false;
    const nodes = this.#marked();
    if (!isOn || nodes.length === 0 || !isServiceDocument(document)) return [];
    const [only] = nodes;
    const title =
      nodes.length === 1 && only !== undefined
        ? this.#l10n.t('Apply to Test Node {0}', only.label)
        : this.#l10n.t('Apply to Test Node...');
    const command = { command: 'kubeServiceRules.applyToTestNode', title, arguments: [document.uri] };
    return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command)];
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #marked() {
    return this.#roots.all.filter((root) => root.changeAgent !== undefined && root.changes?.state.marked === true);
  }

  #updateNodes(): void {
    const testNodes = this.#marked().map(({ label }) => label);
    if (testNodes.join('\n') === this.#testNodes) return;
    this.#testNodes = testNodes.join('\n');
    this.#changed.fire();
  }

  #updateEditor(): void {
    const document = vscode.window.activeTextEditor?.document;
    const holds = document !== undefined && isServiceDocument(document);
    if (holds === this.#holds) return;
    this.#holds = holds;
    void vscode.commands.executeCommand('setContext', 'kubeServiceRules.editorHoldsServices', holds);
  }
}

/** How many lines are looked at with each edit: Services stand near the beginning of what people write. */
const lookedAt = 5_000;

/** Whether a document is of a language that Services are written in, and holds some. */
export function isServiceDocument(document: vscode.TextDocument): boolean {
  return (
    languages.includes(document.languageId) && holdsServices(document.getText(new vscode.Range(0, 0, lookedAt, 0)))
  );
}
