import * as vscode from 'vscode';
import type { Logger } from '../common/logger.ts';
import { describeError } from '../common/transportError.ts';

const storageKey = 'objectsFiles';

/** Which file of Kubernetes objects names the ipvs virtual servers of each root; remembered for each workspace. */
export class ObjectsFiles {
  readonly #memory: vscode.Memento;
  readonly #log: Logger;

  constructor(memory: vscode.Memento, log: Logger) {
    this.#memory = memory;
    this.#log = log;
  }

  /** The file's text: of the file chosen for the root, else of the setting's; undefined when there is none. */
  async read(rootId: string): Promise<string | undefined> {
    const uri = this.#uriOf(rootId);
    if (uri === undefined) return undefined;
    try {
      return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    } catch (error) {
      // The rules can be read without names; the log says why they are missing.
      this.#log.warn(`Objects file ${uri.fsPath} cannot be read: ${describeError(error)}`);
      return undefined;
    }
  }

  /** The file that was chosen for a root; undefined when there is none but the setting's. */
  chosenFor(rootId: string): vscode.Uri | undefined {
    const chosen = this.#chosen()[rootId];
    return chosen === undefined ? undefined : vscode.Uri.parse(chosen);
  }

  /** Chooses the file for one root; undefined goes back to the setting's. */
  async choose(rootId: string, uri: vscode.Uri | undefined): Promise<void> {
    const files = { ...this.#chosen() };
    if (uri === undefined) delete files[rootId];
    else files[rootId] = uri.toString();
    await this.#memory.update(storageKey, files);
  }

  #uriOf(rootId: string): vscode.Uri | undefined {
    const chosen = this.chosenFor(rootId);
    if (chosen !== undefined) return chosen;
    const setting = vscode.workspace.getConfiguration('kubeServiceRules').get<string>('objectsFile', '').trim();
    if (setting === '') return undefined;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const absolute = setting.startsWith('/') || /^[A-Za-z]:[\\/]/.test(setting);
    return absolute || folder === undefined ? vscode.Uri.file(setting) : vscode.Uri.joinPath(folder, setting);
  }

  #chosen(): Readonly<Record<string, string>> {
    return this.#memory.get<Record<string, string>>(storageKey, {});
  }
}
