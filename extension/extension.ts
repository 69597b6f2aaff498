/** Composition root: makes the parts of the extension and connects them. */
import * as vscode from 'vscode';
import type { ChangeContext } from './change/changeContext.ts';
import { readChangeSettings } from './change/changeSettings.ts';
import { ChangeStatusBar } from './change/changeStatusBar.ts';
import { ChangeWatch } from './change/changeWatch.ts';
import { PlanDocuments, planScheme } from './change/planDocuments.ts';
import { PlanOutline } from './change/planOutline.ts';
import { ServiceEditors } from './change/serviceEditors.ts';
import { tellEndedChange } from './change/tellEndedChange.ts';
import { VscodeDialogs } from './change/vscodeDialogs.ts';
import { registerChangeCommands } from './commands/changeCommands.ts';
import { registerNodeCommands } from './commands/nodeCommands.ts';
import { registerPacketPathCommands, traceTo } from './commands/packetPathCommands.ts';
import { registerCommand } from './commands/registerCommand.ts';
import { registerTreeCommands } from './commands/treeCommands.ts';
import type { CommandContext, RegisterCommand } from './commands/treeContext.ts';
import { toDisposable } from './common/disposable.ts';
import { describeError } from './common/transportError.ts';
import { RuleDocuments } from './documents/ruleDocuments.ts';
import { RuleEditor } from './documents/ruleEditor.ts';
import { ruleScheme } from './documents/ruleUri.ts';
import { createLanguageClient } from './languageClient/languageClient.ts';
import { AutoRefresh } from './nodes/autoRefresh.ts';
import { createLinks } from './nodes/createLinks.ts';
import { ObjectsFiles } from './nodes/objectsFile.ts';
import { RememberedHosts } from './nodes/rememberedHosts.ts';
import { RootOpener } from './nodes/rootOpener.ts';
import { Roots } from './nodes/roots.ts';
import { StatusBar } from './nodes/statusBar.ts';
import { FormMemory } from './packetPath/formMemory.ts';
import { PacketPathPanels } from './packetPath/packetPathPanels.ts';
import { ServicePathPanels } from './servicePath/servicePathPanels.ts';
import { ElementDecorations } from './tree/decorations.ts';
import { numberWords } from './tree/presentation/numberWords.ts';
import { RulesTree } from './tree/rulesTree.ts';
import { TreeOptions } from './tree/treeOptions.ts';
import { TreeState } from './tree/treeState.ts';

export function activate(context: vscode.ExtensionContext): void {
  const { l10n } = vscode;
  const { subscriptions, extensionUri } = context;
  const own = <T extends vscode.Disposable>(part: T): T => {
    subscriptions.push(part);
    return part;
  };
  const numbers = numberWords(vscode.env.language);
  const configuration = () => vscode.workspace.getConfiguration('kubeServiceRules');
  // A settings file may hold what the settings editor would refuse.
  const pageSize = () => Math.min(1_000, Math.max(20, Math.trunc(Number(configuration().get('pageSize'))) || 200));
  const log = own(vscode.window.createOutputChannel('Kubernetes Service Rules', { log: true }));

  const roots = own(new Roots());
  const objectsFiles = new ObjectsFiles(context.workspaceState, log);
  const rememberedHosts = new RememberedHosts(context.globalState);
  const opener = new RootOpener({
    roots,
    createLink: createLinks(context, log, l10n),
    objectsFiles,
    rememberedHosts,
    workspaceMemory: context.workspaceState,
    log,
    showLog: () => log.show(),
    l10n,
  });

  const options = own(new TreeOptions('name'));
  const tree = own(new RulesTree(roots, options, pageSize, l10n, numbers));
  const view = own(
    vscode.window.createTreeView('kubeServiceRules.nodes', { treeDataProvider: tree, showCollapseAll: true }),
  );
  own(vscode.window.registerFileDecorationProvider(new ElementDecorations(l10n)));
  const autoRefresh = own(new AutoRefresh(roots, () => view.visible));
  own(new TreeState({ view, roots, options, autoRefresh, l10n }));
  own(new StatusBar(roots, l10n));

  const documents = own(new RuleDocuments(roots, l10n));
  own(vscode.workspace.registerTextDocumentContentProvider(ruleScheme, documents));
  const editor = own(new RuleEditor());
  const packetPath = own(
    new PacketPathPanels({
      extensionUri,
      roots,
      memory: new FormMemory(context.workspaceState),
      openRule: async (root, part, line) => {
        const opened = await documents.openAt(root, part, line);
        if (opened !== undefined) await editor.show(opened.document, opened.line, false, vscode.ViewColumn.Beside);
        else void vscode.window.showInformationMessage(l10n.t('This line belongs to no element of the tree.'));
      },
      l10n,
      numbers,
      log,
    }),
  );
  const servicePath = own(
    new ServicePathPanels({
      extensionUri,
      roots,
      openRules: async (root, element) => {
        const opened = await documents.open(root, element);
        if (opened !== undefined) await editor.show(opened.document, opened.line, false, vscode.ViewColumn.Beside);
      },
      tracePacket: (root, element) => traceTo(root, [element], packetPath),
      l10n,
      numbers,
      log,
    }),
  );

  const plans = own(new PlanDocuments(l10n, numbers));
  own(vscode.workspace.registerTextDocumentContentProvider(planScheme, plans));
  own(vscode.languages.registerCodeLensProvider({ scheme: planScheme }, plans));
  const planOutline = new PlanOutline();
  own(vscode.languages.registerDocumentSymbolProvider({ scheme: planScheme }, planOutline));
  own(vscode.languages.registerFoldingRangeProvider({ scheme: planScheme }, planOutline));
  const changeContext: ChangeContext = {
    dialogs: new VscodeDialogs(l10n),
    plans,
    settings: () => readChangeSettings((name) => configuration().get(name)),
    changing: new Set(),
    endedHere: new Set(),
    log,
    l10n,
    numbers,
  };
  const every = (milliseconds: number, callback: () => void): vscode.Disposable => {
    const timer = setInterval(callback, milliseconds);
    return toDisposable(() => clearInterval(timer));
  };
  const changeWatch = own(new ChangeWatch(roots, every, log));
  own(changeWatch.onDidEnd((ended) => tellEndedChange(ended, changeContext)));
  own(new ChangeStatusBar(roots, changeWatch, l10n, numbers));
  own(new ServiceEditors(roots, l10n));

  const commandContext: CommandContext = {
    roots,
    opener,
    tree,
    view,
    options,
    documents,
    editor,
    servicePath,
    autoRefresh,
    objectsFiles,
    rememberedHosts,
    log,
    l10n,
    numbers,
  };
  const register: RegisterCommand = (name, run) => {
    own(registerCommand(`kubeServiceRules.${name}`, run, log, l10n));
  };
  registerNodeCommands(register, commandContext);
  registerTreeCommands(register, commandContext);
  registerChangeCommands(register, commandContext, changeContext, plans);
  registerPacketPathCommands(register, commandContext, packetPath, changeContext.dialogs);

  const languageClient = own(createLanguageClient(extensionUri, log, l10n));
  languageClient.start().catch((error: unknown) => log.error(`Language server: ${describeError(error)}`));

  const applyAutoRefresh = (): void => {
    autoRefresh.seconds = configuration().get('autoRefreshSeconds', 0);
  };
  applyAutoRefresh();
  own(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('kubeServiceRules.autoRefreshSeconds')) applyAutoRefresh();
    }),
  );
  opener.restore();
}
