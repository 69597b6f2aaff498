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
 * Read-only documents with plans. A line above the text offers to apply a plan for as long as that is possible: the
 * notification about it hides after some seconds. Only the newest plan of a node can be applied.
 */
export class PlanDocuments
  implements vscode.TextDocumentContentProvider, vscode.CodeLensProvider, PlanView, Disposable
{
  readonly #l10n: Localizer;
  readonly #numbers: NumberWords;
  readonly #disposables = new DisposableStore();
  readonly #retired = this.#disposables.add(new vscode.EventEmitter<void>());
  readonly onDidChangeCodeLenses = this.#retired.event;
  /** Those that can be shown: the newest of each node, and those whose documents are open. */
  readonly #plans = new Map<string, NodePlan>();
  readonly #uris = new Map<NodePlan, vscode.Uri>();
  readonly #latest = new Map<string, NodePlan>();
  /** Those that were applied, or of which there is a newer one. */
  readonly #spent = new WeakSet<NodePlan>();
  #count = 0;

  constructor(l10n: Localizer, numbers: NumberWords) {
    this.#l10n = l10n;
    this.#numbers = numbers;
    this.#disposables.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#forget(uri)));
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
    const document = await vscode.workspace.openTextDocument(this.#uris.get(plan) ?? this.#add(plan));
    await vscode.window.showTextDocument(document, { preview: true });
  }

  retire(plan: NodePlan): void {
    this.#spent.add(plan);
    this.#updateOffers();
  }

  isOpen(plan: NodePlan): boolean {
    return !this.#spent.has(plan);
  }

  /** The newest plan of a node. */
  latest(root: Root): NodePlan | undefined {
    return this.#latest.get(root.id);
  }

  /** The plan that a document shows. */
  planOf(uri: vscode.Uri): NodePlan | undefined {
    return this.#plans.get(uri.toString());
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #add(plan: NodePlan): vscode.Uri {
    const { id, label } = plan.root;
    const name = pathSegment(this.#l10n.t('Plan for {0}', label));
    // Each has its own URI: a document that is open shows for a moment what it showed before.
    const uri = vscode.Uri.from({ scheme: planScheme, path: `/${name}.diff`, query: String(++this.#count) });
    this.#plans.set(uri.toString(), plan);
    this.#uris.set(plan, uri);
    if (this.isOpen(plan)) {
      const before = this.#latest.get(id);
      this.#latest.set(id, plan);
      if (before !== undefined) this.#spent.add(before);
      this.#updateOffers();
    }
    return uri;
  }

  #forget(uri: vscode.Uri): void {
    const plan = this.planOf(uri);
    if (plan === undefined || this.#latest.get(plan.root.id) === plan) return;
    this.#plans.delete(uri.toString());
    this.#uris.delete(plan);
  }

  /** The menus offer to apply only what can be applied. */
  #updateOffers(): void {
    this.#retired.fire();
    const uris = [...this.#plans].filter(([, plan]) => this.isOpen(plan)).map(([uri]) => uri);
    void vscode.commands.executeCommand('setContext', 'kubeServiceRules.applicablePlans', uris);
  }
}
