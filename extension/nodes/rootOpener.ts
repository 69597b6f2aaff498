import * as vscode from 'vscode';
import type { Logger } from '../common/logger.ts';
import { describeError, isTransportError } from '../common/transportError.ts';
import { withoutLinks } from '../common/withoutLinks.ts';
import type { Localizer } from '../l10n/localizer.ts';
import { stateText } from '../tree/presentation/presentRoot.ts';
import type { AgentLink } from './agentLink.ts';
import { showFailure } from './connectFailure.ts';
import type { ObjectsFiles } from './objectsFile.ts';
import type { RememberedHosts } from './rememberedHosts.ts';
import { Root } from './root.ts';
import type { Roots } from './roots.ts';
import { dumpsLabel, parseTargets, type RootTarget, rootId } from './rootTarget.ts';

const storageKey = 'roots';

/** What opening roots needs. */
export interface RootOpenerOptions {
  readonly roots: Roots;
  readonly createLink: (target: RootTarget) => AgentLink;
  readonly objectsFiles: ObjectsFiles;
  readonly rememberedHosts: RememberedHosts;
  readonly workspaceMemory: vscode.Memento;
  readonly log: Logger;
  readonly showLog: () => void;
  readonly l10n: Localizer;
}

/** Opens nodes and dumps with progress, and remembers them for the next time the workspace is opened. */
export class RootOpener {
  readonly #options: RootOpenerOptions;
  readonly #targets = new Map<string, RootTarget>();

  constructor(options: RootOpenerOptions) {
    this.#options = options;
  }

  /** Brings back what was open in this workspace: dumps are read again, nodes wait for the user to reconnect. */
  restore(): void {
    for (const target of parseTargets(this.#options.workspaceMemory.get(storageKey))) {
      const root = this.#create(target);
      if (target.kind === 'dumps') {
        root.connect(new AbortController().signal).catch((error: unknown) => {
          this.#options.log.warn(`${root.label}: ${describeError(error)}`);
        });
      }
    }
  }

  /** Opens a target, or connects again where it is open already. Resolves when it stands or the user was told why not. */
  async open(target: RootTarget): Promise<void> {
    const known = this.#options.roots.get(rootId(target));
    const root = known ?? this.#create(target);
    const outcome = await this.connect(root);
    // What was cancelled before it stood leaves no trace; what failed stays, to be tried again. Another attempt may
    // have taken the place of this one.
    const ended = this.#options.roots.get(root.id) === root && root.state.kind === 'disconnected';
    if (outcome === 'cancelled' && known === undefined && ended) await this.close(root);
    if (target.kind === 'ssh' && root.session !== undefined) await this.#options.rememberedHosts.remember(target.host);
  }

  /** Connects a root with a progress notification that can cancel it. */
  async connect(root: Root): Promise<'connected' | 'cancelled' | 'failed'> {
    const { l10n, log, showLog } = this.#options;
    let failure: unknown;
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: withoutLinks(root.label), cancellable: true },
      async (progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        const report = (): void => progress.report({ message: withoutLinks(stateText(root.state, l10n)) });
        const listener = root.onDidChange(report);
        try {
          await root.connect(abort.signal);
        } catch (error) {
          failure = error;
        } finally {
          listener.dispose();
        }
      },
    );
    if (failure === undefined) return 'connected';
    if (isTransportError(failure, 'cancelled')) return 'cancelled';
    log.error(`${root.label}: ${describeError(failure)}`);
    // Not awaited: the message may stay for as long as the user likes.
    const tryAgain = (): void => {
      if (this.#options.roots.get(root.id) === root) void this.connect(root);
    };
    void showFailure(root.label, failure, { showLog, tryAgain }, l10n);
    return 'failed';
  }

  /** Closes a root for good. */
  async close(root: Root): Promise<void> {
    this.#targets.delete(root.id);
    this.#options.roots.remove(root.id);
    await this.#save();
  }

  #create(target: RootTarget): Root {
    const { roots, createLink, objectsFiles, log } = this.#options;
    const id = rootId(target);
    const root = new Root({
      id,
      kind: target.kind === 'dumps' ? 'dumps' : 'node',
      label: this.#labelOf(target),
      source: target.kind === 'dumps' ? target.paths.join(', ') : this.#labelOf(target),
      link: createLink(target),
      readObjects: (root) => objectsFiles.read(root),
      log,
    });
    this.#targets.set(id, target);
    roots.add(root);
    void this.#save();
    return root;
  }

  #labelOf(target: RootTarget): string {
    switch (target.kind) {
      case 'ssh':
        return target.host;
      case 'local':
        return this.#options.l10n.t('This machine');
      case 'dumps':
        return dumpsLabel(target.paths);
    }
  }

  #save(): Thenable<void> {
    return this.#options.workspaceMemory.update(storageKey, [...this.#targets.values()]);
  }
}
