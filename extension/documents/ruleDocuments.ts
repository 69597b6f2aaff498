import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { errorWords } from '../l10n/errorTexts.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { Root } from '../nodes/root.ts';
import type { Roots } from '../nodes/roots.ts';
import type { RuleText } from '../nodes/rulesAgent.ts';
import { parseRuleUri, type RuleAddress, ruleScheme, ruleUriParts } from './ruleUri.ts';

/**
 * Read-only documents with the rules of an element. Their text is that of the newest snapshot: it changes with each
 * refresh. Without a connection a document says so instead of vanishing.
 */
export class RuleDocuments implements vscode.TextDocumentContentProvider, Disposable {
  readonly #roots: Roots;
  readonly #l10n: Localizer;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new vscode.EventEmitter<vscode.Uri>());
  readonly onDidChange = this.#changed.event;
  /** What each open document was made from, by URI. */
  readonly #shown = new Map<string, RuleText>();

  constructor(roots: Roots, l10n: Localizer) {
    this.#roots = roots;
    this.#l10n = l10n;
    this.#disposables.add(
      roots.onDidChange(({ kind, root }) => {
        if (kind === 'snapshot') this.#refresh(root);
      }),
    );
    this.#disposables.add(
      vscode.workspace.onDidCloseTextDocument((document) => this.#shown.delete(document.uri.toString())),
    );
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const key = uri.toString();
    const address = parseRuleUri(uri);
    if (address === undefined) return this.#comment(this.#l10n.t('This document shows nothing that is known.'));
    try {
      const rules = await this.#read(address);
      if (rules === undefined) {
        return this.#comment(this.#l10n.t('The node is not connected. Connect to it to see these rules.'));
      }
      this.#shown.set(key, rules);
      return rules.text;
    } catch (error) {
      const { summary, detail } = errorWords(error, this.#l10n);
      return this.#comment(`${summary}: ${detail}`);
    }
  }

  /**
   * The document of an element, with the line to look at, counted from 0.
   * Rejects when the agent cannot say its rules; undefined when the root is not connected.
   */
  async open(root: Root, elementId: string): Promise<{ document: vscode.TextDocument; line: number } | undefined> {
    const address = { rootId: root.id, elementId };
    const rules = await this.#read(address);
    if (rules === undefined) return undefined;
    const uri = vscode.Uri.from(ruleUriParts(address, root.label, rules));
    const document = await vscode.workspace.openTextDocument(uri);
    this.#shown.set(uri.toString(), rules);
    return { document, line: Math.max(0, rules.targetLine) };
  }

  /**
   * The document that holds a line of a part of the newest snapshot, with the line to look at; undefined when the root
   * is not connected, or the line belongs to no element.
   */
  async openAt(
    root: Root,
    part: string,
    line: number,
  ): Promise<{ document: vscode.TextDocument; line: number } | undefined> {
    const { session } = root;
    const element =
      session === undefined ? undefined : (await session.agent.reveal(session.snapshot, part, line)).at(-1);
    const opened = element === undefined ? undefined : await this.open(root, element.id);
    if (opened === undefined) return undefined;
    const lines = this.#shown.get(opened.document.uri.toString())?.lines ?? [];
    const exact = lines.findIndex((origin) => origin.part === part && origin.line === line);
    return exact < 0 ? opened : { ...opened, line: exact };
  }

  /** The line of rules that an element stands for; undefined when the root is not connected. */
  async targetLine(root: Root, elementId: string): Promise<string | undefined> {
    const rules = await this.#read({ rootId: root.id, elementId });
    return rules?.text.split('\n')[rules.targetLine]?.trim();
  }

  /** Where a line of a document came from: the root, and the line of a part of its snapshot. */
  origin(uri: vscode.Uri, line: number): { root: Root; part: string; line: number } | undefined {
    const address = parseRuleUri(uri);
    const root = address === undefined ? undefined : this.#roots.get(address.rootId);
    const lines = this.#shown.get(uri.toString())?.lines;
    if (root === undefined || lines === undefined) return undefined;
    // Headings come from nowhere: the first line below them that does stands for them.
    const from = lines.slice(line).find((origin) => origin.line >= 0) ?? lines.find((origin) => origin.line >= 0);
    return from === undefined ? undefined : { root, ...from };
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #read({ rootId, elementId }: RuleAddress): Promise<RuleText | undefined> {
    const session = this.#roots.get(rootId)?.session;
    return session?.agent.document(session.snapshot, elementId);
  }

  #refresh(root: Root): void {
    for (const { uri } of vscode.workspace.textDocuments) {
      if (uri.scheme === ruleScheme && parseRuleUri(uri)?.rootId === root.id) this.#changed.fire(uri);
    }
  }

  #comment(text: string): string {
    return `# ${text.replaceAll('\n', '\n# ')}\n`;
  }
}
