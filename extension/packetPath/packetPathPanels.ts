import * as vscode from 'vscode';
import * as z from 'zod/mini';
import type { PacketForm, ServiceMode } from '../../webview/protocol/packetPath.ts';
import { type Disposable, DisposableStore, toDisposable } from '../common/disposable.ts';
import type { Logger } from '../common/logger.ts';
import { describeError } from '../common/transportError.ts';
import { withoutLinks } from '../common/withoutLinks.ts';
import { errorWords } from '../l10n/errorTexts.ts';
import type { Root } from '../nodes/root.ts';
import type { Roots } from '../nodes/roots.ts';
import type { PresentationContext } from '../tree/presentation/elementPresentation.ts';
import { fillPanel, panelOptions } from '../webviews/fillPanel.ts';
import type { FormMemory } from './formMemory.ts';
import type { PacketPathHost } from './packetPathHost.ts';
import { PacketPathSession } from './packetPathSession.ts';

/** What the panels need of the rest of the extension. */
export interface PacketPathOptions extends PresentationContext {
  readonly extensionUri: vscode.Uri;
  readonly roots: Roots;
  readonly memory: FormMemory;
  readonly log: Logger;
  /** Opens the document of rules that holds a line of a part of the newest snapshot. */
  readonly openRule: (root: Root, part: string, line: number) => Promise<void>;
}

const viewType = 'kubeServiceRules.packetPath';

/** What a page remembers, of which its panel can be made anew. */
const pageState = z.object({ root: z.string() });

interface Panel {
  readonly panel: vscode.WebviewPanel;
  readonly session: PacketPathSession;
}

/** The panels that follow packets: one for each node or set of dumps, kept up to date with refreshes. */
export class PacketPathPanels implements Disposable, vscode.WebviewPanelSerializer {
  readonly #options: PacketPathOptions;
  readonly #panels = new Map<string, Panel>();
  readonly #disposables = new DisposableStore();

  constructor(options: PacketPathOptions) {
    this.#options = options;
    this.#disposables.add(vscode.window.registerWebviewPanelSerializer(viewType, this));
    this.#disposables.add(
      options.roots.onDidChange(({ kind, root }) => {
        if (kind === 'snapshot' || root.session === undefined) void this.#panels.get(root.id)?.session.update();
      }),
    );
  }

  /** Follows a packet. @param wanted the endpoint, `ADDRESS:PORT`, whose way is shown first */
  async trace(root: Root, packet: Partial<PacketForm>, wanted?: string): Promise<void> {
    await this.#open(root).session.fill(packet, wanted);
  }

  /** Looks for what another mode would change. */
  async checkMigration(root: Root, to: ServiceMode): Promise<void> {
    await this.#open(root).session.checkMigration(to);
  }

  /** VS Code brings back a panel that was open when its window was closed or loaded anew. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const remembered = pageState.safeParse(state);
    const root = remembered.success ? this.#options.roots.get(remembered.data.root) : undefined;
    if (root === undefined || this.#panels.has(root.id)) {
      panel.dispose();
      return;
    }
    panel.webview.options = panelOptions(this.#options.extensionUri);
    this.#adopt(panel, root);
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #open(root: Root): Panel {
    const known = this.#panels.get(root.id);
    if (known !== undefined) {
      known.panel.reveal();
      return known;
    }
    const { extensionUri, l10n } = this.#options;
    const title = l10n.t('Packet Path: {0}', root.label);
    return this.#adopt(
      vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Active, panelOptions(extensionUri)),
      root,
    );
  }

  #adopt(panel: vscode.WebviewPanel, root: Root): Panel {
    const { extensionUri, roots, memory, log, l10n, numbers } = this.#options;
    // The node may be closed and opened again while the panel stands.
    const current = (): Root => roots.get(root.id) ?? root;
    const tellFailure = (error: unknown): void => {
      log.warn(`Packet path: ${describeError(error)}`);
      const { summary, detail } = errorWords(error, l10n);
      void vscode.window.showErrorMessage(withoutLinks(`${summary}: ${detail}`));
    };
    const host: PacketPathHost = {
      l10n,
      numbers,
      log,
      memory,
      root: current,
      post: (message) => void panel.webview.postMessage(message),
      openRule: async ({ part, line }) => this.#options.openRule(current(), part, line).catch(tellFailure),
      save: (name, content) => save(name, content).catch(tellFailure),
      showText: async (content, language) => {
        const document = await vscode.workspace.openTextDocument({ content, language });
        await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: false });
      },
      run: async (command) => {
        if (command === 'refresh') await current().refresh();
        else await vscode.commands.executeCommand('kubeServiceRules.reconnect', { type: 'root', root: current() });
      },
    };
    const session = new PacketPathSession(host);
    const opened: Panel = { panel, session };
    const owned = new DisposableStore();
    owned.add(panel);
    owned.add(session);
    owned.add(panel.webview.onDidReceiveMessage((message: unknown) => session.receive(message)));
    owned.add(toDisposable(() => this.#panels.delete(root.id)));
    panel.onDidDispose(() => this.#disposables.remove(owned));
    this.#disposables.add(owned);
    this.#panels.set(root.id, opened);
    fillPanel(panel, 'packetPath', panel.title, extensionUri);
    return opened;
  }
}

/** Asks where to write a file, and writes it. */
async function save(name: string, content: Uint8Array): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const extension = name.slice(name.lastIndexOf('.') + 1);
  const file = await vscode.window.showSaveDialog({
    filters: { [extension.toUpperCase()]: [extension] },
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
  });
  if (file !== undefined) await vscode.workspace.fs.writeFile(file, content);
}
