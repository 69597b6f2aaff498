/**
 * The test node on the command line: `npm run node:start`, `node:stop`, `node:reset`, and
 *
 *   node test/vm/cli.ts start|stop|reset|status [--name N]
 *   node test/vm/cli.ts ssh [--name N] [-- command ...]
 *   node test/vm/cli.ts load CASE MODE [--name N] [--backend nf_tables|legacy]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeFolder, stopMachine } from './nodeFolder.ts';
import { type IptablesBackend, loadCase, proxyModes } from './ruleFiles.ts';
import { sshAlias } from './sshAccess.ts';
import { startTestNode } from './startTestNode.ts';
import { TestNode } from './testNode.ts';
import { TestNodeError } from './testNodeError.ts';

/** The recorded cases that `load` finds by name. */
const casesFolder = join(import.meta.dirname, '../golden/data');

const usage = `Usage: test/vm/cli.ts COMMAND [--name NAME]
  start                start the test node; it stays until it is stopped
  stop                 end it
  reset                make it clean again
  status               whether it runs, and how to connect
  ssh [-- COMMAND]     a shell on it, or one command
  load CASE MODE       put recorded rules on it, after a reset: CASE is a folder or a name in test/golden/data,
                       MODE is iptables, ipvs or nftables; [--backend nf_tables|legacy]
`;

async function main(args: readonly string[]): Promise<number> {
  const separator = args.indexOf('--');
  const own = separator < 0 ? args : args.slice(0, separator);
  const { values, positionals } = parseArgs({
    args: [...own],
    allowPositionals: true,
    options: { name: { type: 'string', default: 'testnode' }, backend: { type: 'string', default: 'nf_tables' } },
  });
  const [command, ...operands] = positionals;
  switch (command) {
    case 'start':
      return start(values.name);
    case 'stop':
      await stopMachine(nodeFolder(values.name));
      console.log(`The test node "${values.name}" does not run.`);
      return 0;
    case 'reset': {
      const node = await running(values.name);
      const begin = performance.now();
      await node.reset();
      console.log(`The test node "${node.name}" is clean again (${seconds(begin)}).`);
      return 0;
    }
    case 'status':
      return status(values.name);
    case 'ssh':
      return ssh(await running(values.name), separator < 0 ? operands : [...operands, ...args.slice(separator + 1)]);
    case 'load':
      return load(values.name, operands, values.backend);
    default:
      process.stderr.write(usage);
      return 2;
  }
}

async function start(name: string): Promise<number> {
  const begin = performance.now();
  const found = await TestNode.find(name);
  const node = found ?? (await startTestNode({ name, outlive: true, progress: (message) => console.log(message) }));
  console.log(found === undefined ? `Ready (${seconds(begin)}).` : 'It runs already.');
  describe(node);
  return 0;
}

async function status(name: string): Promise<number> {
  const node = await TestNode.find(name);
  if (node === undefined) {
    console.log(`The test node "${name}" does not run.`);
    return 3;
  }
  describe(node);
  return 0;
}

function describe(node: TestNode): void {
  console.log(`The test node "${node.name}" runs.
  connect      ssh -F ${node.ssh.configFile} ${sshAlias}
  address      ${node.ssh.host} port ${node.ssh.port}
  users        root; debian (sudo without password), sudo-password (sudo with it), no-sudo,
               login-password and login-interactive (no key, a password only)
  key          ${node.ssh.identityFile}
  host key     ${node.ssh.knownHostsFile}
  passwords    ${join(node.folder, 'passwords.json')}`);
}

async function ssh(node: TestNode, command: readonly string[]): Promise<number> {
  const child = spawn('ssh', ['-F', node.ssh.configFile, sshAlias, ...command], { stdio: 'inherit' });
  const [code] = await once(child, 'close');
  return typeof code === 'number' ? code : 1;
}

async function load(name: string, operands: readonly string[], backend: string): Promise<number> {
  const [wantedCase = '', wantedMode] = operands;
  const mode = proxyModes.find((known) => known === wantedMode);
  if (wantedCase === '' || mode === undefined || !isBackend(backend)) {
    process.stderr.write(usage);
    return 2;
  }
  const folder = existsSync(wantedCase) ? wantedCase : join(casesFolder, wantedCase);
  const node = await running(name);
  await node.reset();
  await loadCase(node, folder, mode, { backend });
  console.log(`The test node "${name}" has the rules of ${basename(folder)} in ${mode} mode.`);
  return 0;
}

function isBackend(word: string): word is IptablesBackend {
  return word === 'nf_tables' || word === 'legacy';
}

async function running(name: string): Promise<TestNode> {
  const node = await TestNode.find(name);
  if (node === undefined) {
    throw new TestNodeError('not-running', `The test node "${name}" does not run. Start it with: npm run node:start`);
  }
  return node;
}

function seconds(begin: number): string {
  return `${((performance.now() - begin) / 1000).toFixed(1)} s`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
