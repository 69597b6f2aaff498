import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { pathSegment } from '../documents/ruleUri.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { Root } from '../nodes/root.ts';
import type { NumberWords } from '../tree/presentation/numberWords.ts';
import type { PlanView } from './changeContext.ts';
import type { NodePlan } from './nodePlan.ts';
import { planText } from './planText.ts';

/** Scheme of the read-only documents that show plans. */
export const planScheme = 'kube-service-rules-plan';

/**
 * Read-only documents with the newest plan of each node; a newer one takes the place of the one before. A line above
 * the text offers to apply it for as long as that is possible: the notification about it hides after some seconds.
 */
export class PlanDocuments
  implements vscode.TextDocumentContentProvider, vscode.CodeLensProvider, PlanView, Disposable
{
  readonly #l10n: Localizer;
  readonly #numbers: NumberWords;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.#changed.event;
  readonly #retired = this.#disposables.add(new vscode.EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#retired.event;
  readonly #plans = new Map<string, NodePlan>();
  readonly #open = new Set<NodePlan>();

  constructor(l10n: Localizer, numbers: NumberWords) {
    this.#l10n = l10n;
    this.#numbers = numbers;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const plan = this.planOf(uri);
    return plan === undefined
      ? `# ${this.#l10n.t('This plan is not held any more.')}\n`
      : planText(plan, this.#l10n, this.#numbers);
  }

  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    const plan = this.planOf(uri);
    if (plan === undefined || !this.isOpen(plan)) return [];
    const title = this.#l10n.t('Apply to {0}', plan.root.label);
    const command = { command: 'kubeServiceRules.applyPlan', title, arguments: [uri] };
    return [new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command)];
  }

  async show(plan: NodePlan): Promise<void> {
    const uri = this.#uriOf(plan.root);
    const key = uri.toString();
    const before = this.#plans.get(key);
    if (before !== plan) {
      this.#plans.set(key, plan);
      this.#open.add(plan);
      if (before !== undefined) this.#open.delete(before);
      this.#changed.fire(uri);
      this.#updateContext();
    }
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  retire(plan: NodePlan): void {
    this.#open.delete(plan);
    this.#updateContext();
  }

  isOpen(plan: NodePlan): boolean {
    return this.#open.has(plan);
  }

  /** The newest plan of a node. */
  latest(root: Root): NodePlan | undefined {
    return this.#plans.get(this.#uriOf(root).toString());
  }

  /** The plan that a document shows. */
  planOf(uri: vscode.Uri): NodePlan | undefined {
    return this.#plans.get(uri.toString());
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #uriOf({ id, label }: Root): vscode.Uri {
    const name = pathSegment(this.#l10n.t('Plan for {0}', label));
    return vscode.Uri.from({ scheme: planScheme, path: `/${name}.diff`, query: id });
  }

  /** The menus offer to apply only what can be applied. */
  #updateContext(): void {
    this.#retired.fire();
    const uris = [...this.#plans].filter(([, plan]) => this.#open.has(plan)).map(([uri]) => uri);
    void vscode.commands.executeCommand('setContext', 'kubeServiceRules.applicablePlans', uris);
  }
}
