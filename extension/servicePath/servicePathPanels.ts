import * as vscode from 'vscode';
import type { TreeElement } from '../../agent/protocol/treeElement.ts';
import { fromView, type ToView } from '../../webview/protocol/servicePath.ts';
import { type Disposable, DisposableStore, toDisposable } from '../common/disposable.ts';
import type { Logger } from '../common/logger.ts';
import { withoutLinks } from '../common/withoutLinks.ts';
import { errorWords } from '../l10n/errorTexts.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { Root } from '../nodes/root.ts';
import type { Roots } from '../nodes/roots.ts';
import type { NumberWords } from '../tree/presentation/numberWords.ts';
import { presentElement } from '../tree/presentation/presentElement.ts';
import { fillPanel, panelOptions } from '../webviews/fillPanel.ts';
import { pathGraph } from './pathGraph.ts';
import { pathTexts } from './pathTexts.ts';
import { walkService } from './walkService.ts';

/** What the panels need of the rest of the extension. */
export interface ServicePathOptions {
  readonly extensionUri: vscode.Uri;
  readonly roots: Roots;
  readonly openRules: (root: Root, element: string) => Promise<void>;
  /** Opens the packet path with a packet to the Service. */
  readonly tracePacket: (root: Root, element: TreeElement) => Promise<void>;
  readonly l10n: Localizer;
  readonly numbers: NumberWords;
  readonly log: Logger;
}

/** The panels that show the path through a Service's rules: one for each Service, kept up to date with refreshes. */
export class ServicePathPanels implements Disposable {
  readonly #options: ServicePathOptions;
  readonly #panels = new Map<string, { readonly panel: vscode.WebviewPanel; readonly update: () => Promise<void> }>();
  readonly #disposables = new DisposableStore();

  constructor(options: ServicePathOptions) {
    this.#options = options;
    this.#disposables.add(
      options.roots.onDidChange(({ kind, root }) => {
        if (kind !== 'snapshot') return;
        for (const [key, { update }] of this.#panels) if (key.startsWith(`${root.id}\n`)) void update();
      }),
    );
  }

  /** Shows the path of a Service or a port of one, beside the editor that is open. */
  async show(root: Root, element: TreeElement): Promise<void> {
    const key = `${root.id}\n${element.id}`;
    const known = this.#panels.get(key);
    if (known !== undefined) {
      known.panel.reveal();
      return;
    }
    const { extensionUri, l10n, numbers } = this.#options;
    const { name } = presentElement(element, { l10n, numbers });
    const panel = vscode.window.createWebviewPanel(
      'kubeServiceRules.servicePath',
      l10n.t('Path: {0}', name),
      vscode.ViewColumn.Active,
      panelOptions(extensionUri),
    );
    const owned = new DisposableStore();
    // The node may have been closed and opened again while the panel stood.
    const current = (): Root => this.#options.roots.get(root.id) ?? root;
    let newest = 0;
    const update = async (): Promise<void> => {
      const turn = ++newest;
      const message = await this.#message(current(), element);
      // A later update may have overtaken this one, or the panel may be gone.
      if (turn === newest && this.#panels.get(key)?.panel === panel) await panel.webview.postMessage(message);
    };
    owned.add(panel);
    owned.add(
      panel.webview.onDidReceiveMessage((message: unknown) => this.#receive(message, current(), element, update)),
    );
    owned.add(toDisposable(() => this.#panels.delete(key)));
    panel.onDidDispose(() => this.#disposables.remove(owned));
    this.#disposables.add(owned);
    this.#panels.set(key, { panel, update });
    fillPanel(panel, 'servicePath', name, extensionUri);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #receive(data: unknown, root: Root, element: TreeElement, update: () => Promise<void>): void {
    const message = fromView.safeParse(data);
    if (!message.success) {
      this.#options.log.warn('The Service path view sent a message that is not understood.');
      return;
    }
    switch (message.data.type) {
      case 'ready':
        void update();
        return;
      case 'refresh':
        // The new snapshot updates the panel.
        void root.refresh();
        return;
      case 'openRules':
        this.#run(this.#options.openRules(root, message.data.element));
        return;
      case 'trace':
        this.#run(this.#options.tracePacket(root, element));
    }
  }

  #run(work: Promise<void>): void {
    work.catch((error: unknown) => {
      const { summary, detail } = errorWords(error, this.#options.l10n);
      void vscode.window.showErrorMessage(withoutLinks(`${summary}: ${detail}`));
    });
  }

  async #message(root: Root, element: TreeElement): Promise<ToView> {
    const { l10n, numbers } = this.#options;
    const { session } = root;
    if (session === undefined) {
      return { type: 'message', text: l10n.t('{0} is not connected.', root.label) };
    }
    try {
      const walked = await walkService(element, {
        children: (parent, offset, limit) =>
          session.agent.children({ snapshot: session.snapshot, parent, offset, limit }),
        document: (id) => session.agent.document(session.snapshot, id),
      });
      return { type: 'graph', graph: pathGraph(walked, { l10n, numbers }), texts: pathTexts(l10n) };
    } catch (error) {
      const { summary, detail } = errorWords(error, l10n);
      return { type: 'message', text: `${summary}: ${detail}` };
    }
  }
}
