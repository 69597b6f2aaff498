import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type CodeServer, installCodeServer, startCodeServer } from '../../start/codeServer.ts';
import { vsixPath } from '../../start/vsix.ts';
import { artifactsFolder, Workbench } from './workbench.ts';

/** What a session is started with. */
export interface SessionOptions {
  /** The language of VS Code, for example `zh-cn`; English by default. VS Code's own texts stay English. */
  readonly locale?: string;
  /** The folder that VS Code opens. */
  readonly workspace: string;
  /** VS Code's user settings, added to those of `startCodeServer`. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/**
 * Adds a language pack without a single translation, in the way in which VS Code remembers installed ones: a language
 * without a pack is not used, and then extensions are not asked for their translations either.
 */
async function addLanguagePack(dataFolder: string, locale: string): Promise<void> {
  const translations = join(dataFolder, 'translations.json');
  await writeFile(translations, JSON.stringify({ version: '1.0.0', contents: {} }));
  const pack = {
    hash: locale,
    label: locale,
    extensions: [{ extensionIdentifier: { id: 'test.language-pack' }, version: '1.0.0' }],
    translations: { vscode: translations },
  };
  await writeFile(join(dataFolder, 'languagepacks.json'), JSON.stringify({ [locale]: pack }));
}

/** Keeps the headless browser's idea of light or dark from choosing the colour theme. */
const fixedSettings = { 'window.autoDetectColorScheme': false };

/** VS Code with the project's extension, as `packageExtension` made it last, in a browser: a server with a folder of its own, and a window. */
export class Session implements AsyncDisposable {
  readonly workbench: Workbench;
  readonly #server: CodeServer;
  readonly #folder: string;
  readonly #log: string[];

  private constructor(folder: string, server: CodeServer, workbench: Workbench, log: string[]) {
    this.#folder = folder;
    this.#server = server;
    this.workbench = workbench;
    this.#log = log;
  }

  static async start(options: SessionOptions): Promise<Session> {
    const entry = await installCodeServer(() => {});
    const folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-e2e-'));
    if (options.locale !== undefined) {
      await addLanguagePack(folder, options.locale);
    }
    const log: string[] = [];
    const server = await startCodeServer({
      entry,
      dataFolder: folder,
      workspace: options.workspace,
      extensions: [vsixPath],
      ...(options.locale === undefined ? {} : { locale: options.locale }),
      settings: { ...fixedSettings, ...options.settings },
      onLine: (line) => log.push(line),
    });
    try {
      return new Session(folder, server, await Workbench.open(server.url), log);
    } catch (error) {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.workbench.close();
    await this.#server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Replaces the user settings that the session was started with, and loads the window anew, which then has them. */
  async changeSettings(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#server.changeSettings({ ...fixedSettings, ...settings });
    await this.workbench.reload();
  }

  /** Replaces the user settings while the window is open; VS Code notices after a moment. */
  async replaceSettings(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#server.changeSettings({ ...fixedSettings, ...settings });
  }

  /**
   * Runs one step of a test. When it fails, the window's picture and VS Code's logs, those of the extension among them,
   * are kept in test/artifacts/ under the test's name.
   */
  async explainFailure<T>(test: TestContext, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      const name = `failed-${test.name.replace(/[^\w]+/g, '-')}`;
      await this.workbench.screenshot(name);
      const logs = join(artifactsFolder, name);
      await mkdir(logs, { recursive: true });
      await cp(join(this.#folder, 'logs'), logs, { recursive: true });
      await writeFile(join(logs, 'code-server.log'), this.#log.join('\n'));
      throw error;
    }
  }
}
