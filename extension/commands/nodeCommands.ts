import * as vscode from 'vscode';
import { describeError } from '../common/transportError.ts';
import { withoutLinks } from '../common/withoutLinks.ts';
import { showFailure } from '../nodes/connectFailure.ts';
import { pickHost } from '../nodes/hostPicker.ts';
import type { ObjectsFiles } from '../nodes/objectsFile.ts';
import type { Root } from '../nodes/root.ts';
import { type CommandContext, pickRoot, type RegisterCommand, rootFor } from './treeContext.ts';

/** Commands that open, read and close nodes and dumps. */
export function registerNodeCommands(register: RegisterCommand, context: CommandContext): void {
  const { l10n, roots, opener, log } = context;

  register('connect', async (host) => {
    if (typeof host === 'string') return opener.open({ kind: 'ssh', host });
    const configFile = vscode.workspace.getConfiguration('kubeServiceRules').get<string>('sshConfigFile', '').trim();
    const target = await pickHost(context.rememberedHosts, configFile === '' ? undefined : configFile, l10n);
    if (target !== undefined) await opener.open(target);
  });

  register('openDumps', async (first, all) => {
    const uris = urisOf(first, all) ?? (await pickDumps(context));
    const paths = uris?.filter((uri) => uri.scheme === 'file').map((uri) => uri.fsPath);
    if (paths !== undefined && paths.length > 0) await opener.open({ kind: 'dumps', paths });
  });

  register('disconnect', (argument) => withRoot(argument, context, (root) => root.disconnect()));
  register('reconnect', (argument) => withRoot(argument, context, (root) => opener.connect(root)));
  register('refresh', (argument) => withRoot(argument, context, refresh));
  register('refreshAll', () => Promise.all(roots.all.map(refresh)));
  register('close', (argument) => withRoot(argument, context, (root) => opener.close(root)));
  register('showLog', () => log.show());

  register('useObjectsFile', (argument) => withRoot(argument, context, (root) => chooseObjectsFile(root, context)));

  register('uninstallAgent', (argument) =>
    withRoot(argument, context, async (root) => {
      if (root.link.uninstall === undefined) return;
      const remove = l10n.t('Uninstall');
      const answer = await vscode.window.showWarningMessage(
        l10n.t('Remove the agent from {0}?', root.label),
        {
          modal: true,
          detail: l10n.t(
            'The connection ends, and what was copied to the node is removed. Its rules stay as they are.',
          ),
        },
        remove,
      );
      if (answer === remove) await uninstall(root, context);
    }),
  );

  register('openWalkthrough', () =>
    vscode.commands.executeCommand(
      'workbench.action.openWalkthrough',
      'kube-service-rules.kube-service-rules#start',
      false,
    ),
  );

  const toggle = (): void => {
    const configured = vscode.workspace.getConfiguration('kubeServiceRules').get<number>('autoRefreshSeconds', 0);
    context.autoRefresh.toggle(configured);
  };
  for (const name of ['toggleAutoRefresh', 'startAutoRefresh', 'stopAutoRefresh']) register(name, toggle);
}

/** Runs for the root that is meant; asks when it is not clear which. */
async function withRoot(argument: unknown, context: CommandContext, run: (root: Root) => unknown): Promise<void> {
  const root = rootFor(argument, context) ?? (await pickRoot(context));
  if (root !== undefined) await run(root);
}

async function refresh(root: Root): Promise<void> {
  await root.refresh();
}

async function uninstall(root: Root, context: CommandContext): Promise<void> {
  const { l10n, log } = context;
  try {
    await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: l10n.t('Uninstalling the agent from {0}', withoutLinks(root.label)),
        cancellable: true,
      },
      async (_progress, token) => {
        const abort = new AbortController();
        token.onCancellationRequested(() => abort.abort());
        await root.link.uninstall?.(abort.signal);
      },
    );
    void vscode.window.showInformationMessage(l10n.t('The agent was removed from {0}.', withoutLinks(root.label)));
  } catch (error) {
    log.error(`${root.label}: ${describeError(error)}`);
    const again = (): void => void uninstall(root, context);
    await showFailure(root.label, error, { showLog: () => log.show(), tryAgain: again }, l10n);
  }
}

async function chooseObjectsFile(root: Root, { objectsFiles, l10n }: CommandContext): Promise<void> {
  const chosen = objectsFiles.chosenFor(root.id);
  if (chosen !== undefined) {
    const other = { label: l10n.t('Choose Another File...') };
    const stop = { label: l10n.t('Stop Using the File'), detail: chosen.fsPath };
    const choice = await vscode.window.showQuickPick([other, stop], {
      title: l10n.t('File with Services and EndpointSlices'),
    });
    if (choice === undefined) return;
    if (choice === stop) return useObjectsFile(root, undefined, objectsFiles);
  }
  const [file] =
    (await vscode.window.showOpenDialog({
      title: l10n.t('File with Services and EndpointSlices'),
      openLabel: l10n.t('Use for {0}', root.label),
      filters: { [l10n.t('Kubernetes objects')]: ['json', 'jsonl', 'yaml', 'yml'], [l10n.t('All files')]: ['*'] },
    })) ?? [];
  if (file !== undefined) await useObjectsFile(root, file, objectsFiles);
}

async function useObjectsFile(root: Root, file: vscode.Uri | undefined, objectsFiles: ObjectsFiles): Promise<void> {
  await objectsFiles.choose(root.id, file);
  await root.readAnew();
}

/** The files that a context menu was opened on, or that a caller names by path. */
function urisOf(first: unknown, all: unknown): readonly vscode.Uri[] | undefined {
  const listed = Array.isArray(all) ? all.filter((uri) => uri instanceof vscode.Uri) : [];
  if (listed.length > 0) return listed;
  if (first instanceof vscode.Uri) return [first];
  return typeof first === 'string' ? [vscode.Uri.file(first)] : undefined;
}

async function pickDumps({ l10n }: CommandContext): Promise<readonly vscode.Uri[] | undefined> {
  const dialog = {
    title: l10n.t('Open Rule Dumps'),
    openLabel: l10n.t('Open'),
    canSelectMany: true,
  };
  // The dialogs of Linux and Windows select either files or folders; only VS Code's own one does both.
  if (vscode.env.uiKind === vscode.UIKind.Web || vscode.env.remoteName !== undefined || process.platform === 'darwin') {
    return vscode.window.showOpenDialog({ ...dialog, canSelectFiles: true, canSelectFolders: true });
  }
  const folder = { label: l10n.t('Folder...'), detail: l10n.t('All dumps in a folder') };
  const files = { label: l10n.t('Files...'), detail: l10n.t('Single dumps, for example of iptables-save') };
  const choice = await vscode.window.showQuickPick([folder, files], { placeHolder: l10n.t('What to open?') });
  if (choice === undefined) return undefined;
  const isFolder = choice === folder;
  return vscode.window.showOpenDialog({ ...dialog, canSelectFiles: !isFolder, canSelectFolders: isFolder });
}
