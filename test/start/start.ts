/** `npm start`: the extension in VS Code, beside a test node. See `usage` in options.ts. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { startTestNode } from '../vm/startTestNode.ts';
import type { TestNode } from '../vm/testNode.ts';
import { findOnPath } from './browser.ts';
import { type CodeServer, installCodeServer, startCodeServer } from './codeServer.ts';
import { installDebianPackages, type Part } from './debianPackages.ts';
import { openDesktop } from './desktop.ts';
import { listenToModeKeys, loadMode, modeKeys } from './modeKeys.ts';
import { readOptions, type StartOptions, type Target, UsageError, usage } from './options.ts';
import { createProgress } from './progress.ts';
import { packageExtension } from './vsix.ts';
import { caseFolder, makeWorkspace, writeSshConfig } from './workspace.ts';

const progress = createProgress();

/** Undoes what was started, the last first. */
const cleanUps: (() => Promise<void> | void)[] = [];

async function cleanUp(): Promise<void> {
  for (const undo of cleanUps.splice(0).reverse()) {
    await undo();
  }
}

async function checkTarget(target: Target): Promise<Target> {
  if (target.kind === 'host') {
    return target;
  }
  const folder =
    target.kind === 'dumps' ? resolve(process.env['INIT_CWD'] ?? '.', target.folder) : caseFolder(target.caseName);
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new UsageError(`${folder} is no folder.`);
  }
  return target.kind === 'dumps' ? { ...target, folder } : target;
}

/** The processors of nodes that may be connected to: the test node has this machine's. */
function runtimesFor(target: Target) {
  if (target.kind === 'host') {
    return ['x64', 'arm64'] as const;
  }
  return target.kind === 'testNode' ? (['x64'] as const) : [];
}

async function startNode(target: Target & { readonly kind: 'testNode' }): Promise<TestNode> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('The test node runs on Linux on x86-64 only. Use --host or --dumps instead.');
  }
  const node = await progress.step('Starting the test node', (detail) => startTestNode({ progress: detail }));
  cleanUps.push(() => node.stop());
  await progress.step(`Loading the rules of ${target.caseName} in ${target.mode} mode`, () =>
    loadMode(node, target.caseName, target.mode),
  );
  return node;
}

async function settingsFor(target: Target, node: TestNode | undefined, folder: string, workspace: string) {
  switch (target.kind) {
    case 'testNode':
      return {
        'kubeServiceRules.sshConfigFile': node?.ssh.configFile,
        // ipvs rules carry no names of Services; these objects do.
        'kubeServiceRules.objectsFile': join(workspace, 'objects.jsonl'),
      };
    case 'host':
      return { 'kubeServiceRules.sshConfigFile': await writeSshConfig(target, folder) };
    case 'dumps':
      return {};
  }
}

function openBrowser(url: string): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const display = process.platform === 'darwin' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (display && findOnPath([opener]) !== undefined) {
    spawn(opener, [url], { stdio: 'ignore', detached: true }).unref();
  }
}

function printFirstSteps(target: Target, url: string | undefined): void {
  const how = {
    testNode: 'then "Connect to Node..." and "testnode"',
    host: `then "Connect to Node..." and "${target.kind === 'host' ? target.host : ''}"`,
    dumps: 'then "Open Rule Dumps..." and this folder',
  }[target.kind];
  progress.info('');
  progress.info(url === undefined ? 'VS Code opens with the extension.' : `VS Code with the extension is at ${url}`);
  progress.info(`Click the icon of Kube Service Rules at the left edge, ${how}.`);
  if (url !== undefined) {
    const { port } = new URL(url);
    progress.info(`(From another machine: ssh -L ${port}:127.0.0.1:${port} THIS-MACHINE, then the same address.)`);
  }
}

function printKeys(): void {
  const keys = [...modeKeys].map(([key, mode]) => `${key} = ${mode} mode`).join(', ');
  const enter = process.stdin.isTTY ? '' : ' and Enter';
  progress.info(`Press a key${enter} to load the same Services as another mode programs them: ${keys}.`);
  progress.info(`Press q${enter} or Ctrl-C to end everything.`);
}

async function run(options: StartOptions): Promise<void> {
  const target = await checkTarget(options.target);
  const parts: Part[] = [];
  if (!options.desktop) {
    parts.push('codeServer');
  }
  if (target.kind === 'testNode') {
    parts.push('testNode');
  }
  await installDebianPackages(parts, progress);
  const codeServerEntry = options.desktop
    ? undefined
    : await progress.step('Installing VS Code for the browser, once, into the cache', (detail) =>
        installCodeServer(detail),
      );
  const vsix = await progress.step('Building the extension', (detail) => packageExtension(runtimesFor(target), detail));
  const folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-'));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const node = target.kind === 'testNode' ? await startNode(target) : undefined;
  const workspace = await makeWorkspace(target, folder);
  const settings = await settingsFor(target, node, folder, workspace);
  const dataFolder = join(folder, 'vscode');
  let server: CodeServer | undefined;
  let ended: Promise<void>;
  if (codeServerEntry === undefined) {
    ended = openDesktop({ dataFolder, workspace, extension: vsix, settings });
  } else {
    const started = await progress.step('Starting VS Code for the browser', () =>
      startCodeServer({ entry: codeServerEntry, dataFolder, workspace, extensions: [vsix], settings }),
    );
    server = started;
    cleanUps.push(() => started.stop());
    openBrowser(started.url);
    ended = started.ended;
  }
  printFirstSteps(target, server?.url);
  if (node !== undefined && target.kind === 'testNode') {
    const keys = listenToModeKeys(node, target.caseName, progress);
    cleanUps.push(() => keys.stop());
    printKeys();
    await Promise.race([ended, keys.ended]);
  } else {
    await ended;
  }
}

function interruption(): Promise<'interrupted'> {
  return new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => done('interrupted'));
    }
  });
}

async function main(): Promise<number> {
  try {
    const options = readOptions(process.argv.slice(2));
    if (options === undefined) {
      progress.info(usage);
      return 0;
    }
    const end = await Promise.race([run(options), interruption()]);
    progress.info('Stopping...');
    return end === 'interrupted' ? 130 : 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageError) {
      process.stderr.write(`\n${usage}`);
      return 2;
    }
    return 1;
  } finally {
    await cleanUp();
  }
}

process.exit(await main());
