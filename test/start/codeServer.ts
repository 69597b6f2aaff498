import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { endWithParent } from '../vm/endWithParent.ts';
import { cachedFolder } from './cache.ts';
import { runNpm } from './npm.ts';
import { runCommand, stopGroup } from './process.ts';

/** code-server is VS Code in a browser: https://github.com/coder/code-server. test/start/code-server pins its tree. */
const pinned = join(import.meta.dirname, 'code-server');

/**
 * The native modules that VS Code's server needs here, compiled on this machine: the extension host's log files,
 * its watchdog, and the machine's id. The others are prebuilt or belong to features that are not used.
 */
const nativeModules = ['@vscode/spdlog', '@vscode/native-watchdog', '@vscode/deviceid'];

/** Changes when what installCodeServer does with the pinned tree changes. */
const recipe = 1;

/**
 * Installs the pinned code-server into the cache, once for each Node.js version: about half a minute.
 * Needs a C++ compiler, make and Python 3.
 * @param onLine is given what the installation prints
 * @returns the path of its entry point
 */
export async function installCodeServer(onLine: (line: string) => void): Promise<string> {
  const lock = await readFile(join(pinned, 'package-lock.json'));
  const key = createHash('sha256').update(lock).update(`${process.version} ${process.arch} ${recipe}`).digest('hex');
  const folder = await cachedFolder(`code-server-${key.slice(0, 12)}`, (building) => build(building, onLine));
  return entryPoint(folder);
}

function entryPoint(folder: string): string {
  return join(folder, 'node_modules/code-server/out/node/entry.js');
}

async function build(folder: string, onLine: (line: string) => void): Promise<void> {
  for (const file of ['package.json', 'package-lock.json']) {
    await copyFile(join(pinned, file), join(folder, file));
  }
  await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, onLine });
  // VS Code's own dependencies, pinned by the shrinkwrap files that code-server carries. Its install script would
  // also compile modules that are not needed, and three times as long.
  const vscode = join(dirname(entryPoint(folder)), '../../lib/vscode');
  const npm = [process.execPath, join(folder, 'node_modules/npm/bin/npm-cli.js')] as const;
  const node = dirname(process.execPath);
  const env = {
    ...process.env,
    PATH: `${node}${delimiter}${process.env['PATH'] ?? ''}`,
    // The headers that native modules are compiled with: beside the project's Node.js, else node-gyp fetches them.
    ...(process.execPath.includes('node_modules') ? { npm_config_nodedir: dirname(node) } : {}),
  };
  const install = ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'] as const;
  await runCommand([...npm, ...install], { cwd: vscode, env, onLine });
  await runCommand([...npm, ...install], { cwd: join(vscode, 'extensions'), env, onLine });
  await runCommand([...npm, 'rebuild', '--foreground-scripts', ...nativeModules], { cwd: vscode, env, onLine });
}

/** A running code-server. */
export interface CodeServer {
  /** Where the browser finds it, for example `http://127.0.0.1:41234`; it opens the folder that it was started with. */
  readonly url: string;
  /** Resolves when the server has ended, by itself or by `stop`. */
  readonly ended: Promise<void>;
  /** Replaces the user settings that it was started with; VS Code notices by itself. */
  changeSettings(settings: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ends the server and the extension hosts that it started. */
  stop(): Promise<void>;
}

/** What a code-server is started with. */
export interface CodeServerOptions {
  /** What `installCodeServer` returned. */
  readonly entry: string;
  /** An empty or earlier used folder for settings, extensions and logs. */
  readonly dataFolder: string;
  /** The folder that the browser opens. */
  readonly workspace: string;
  /** The language of the window, for example `zh-cn`; English by default. */
  readonly locale?: string;
  /** Extensions to install first, as paths of VSIX files. */
  readonly extensions: readonly string[];
  /** VS Code's user settings. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Is given each line of the server's log. */
  readonly onLine?: (line: string) => void;
}

/** Gives the terminals of VS Code the user's own folders again; null takes a variable away. */
const terminalEnvironment = Object.fromEntries(
  ['XDG_DATA_HOME', 'XDG_CACHE_HOME'].map((name) => [name, process.env[name] ?? null]),
);

/** Settings that keep VS Code to what is looked at: no welcome page, no advertisement, no network. */
const quietSettings = {
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'terminal.integrated.env.linux': terminalEnvironment,
  'terminal.integrated.env.osx': terminalEnvironment,
  'update.showReleaseNotes': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/**
 * The environment of code-server: what its options leave in the user's home goes into the data folder too, that is
 * its logs and an identifier of the machine.
 */
function serverEnvironment(dataFolder: string): NodeJS.ProcessEnv {
  return { ...process.env, XDG_DATA_HOME: join(dataFolder, 'share'), XDG_CACHE_HOME: join(dataFolder, 'cache') };
}

/**
 * Starts code-server on a free port of the loopback interface, without a password: whoever can connect to
 * loopback ports of this machine can use it while it runs.
 * @throws Error when it ends before it listens, with what it printed
 */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { entry, dataFolder } = options;
  const changeSettings = async (settings: Readonly<Record<string, unknown>>) => {
    await writeSettings(join(dataFolder, 'User'), { ...quietSettings, ...settings });
    // Settings of the scope "machine" are read from here where VS Code's server is another machine than its window.
    await writeSettings(join(dataFolder, 'Machine'), settings);
  };
  await changeSettings(options.settings);
  const config = join(dataFolder, 'config.yaml');
  await writeFile(config, 'auth: none\n');
  const folders = [
    '--config',
    config,
    '--user-data-dir',
    dataFolder,
    '--extensions-dir',
    join(dataFolder, 'extensions'),
  ];
  const env = serverEnvironment(dataFolder);
  for (const extension of options.extensions) {
    await runCommand([process.execPath, entry, ...folders, '--install-extension', extension, '--force'], { env });
  }
  const serve = [
    process.execPath,
    entry,
    ...folders,
    '--bind-addr=127.0.0.1:0',
    `--locale=${options.locale ?? 'en'}`,
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-workspace-trust',
    '--disable-getting-started-override',
    options.workspace,
  ];
  // On Linux the kernel ends it with this process, even when that is killed.
  const [command = '', ...args] = process.platform === 'linux' ? endWithParent('TERM', serve) : serve;
  // A process group of its own: Ctrl-C in the terminal does not reach it, and "stop" ends it with all its children.
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const url = await listeningUrl(child, options.onLine ?? (() => {}));
  return { url, ended, changeSettings, stop: () => stopGroup(child) };
}

async function writeSettings(folder: string, settings: Readonly<Record<string, unknown>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'settings.json'), JSON.stringify(settings, undefined, 2));
}

function listeningUrl(child: ChildProcess, onLine: (line: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const printed: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) {
        createInterface({ input: stream }).on('line', (line) => {
          printed.push(line);
          onLine(line);
          const url = /HTTP server listening on (http:\/\/[\d.:]+)/.exec(line)?.[1];
          if (url !== undefined) {
            resolve(url);
          }
        });
      }
    }
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`code-server ended before it listened:\n${printed.join('\n')}`)));
  });
}
