import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { type DebianPackage, debianPackages as testNodePackages } from '../vm/packages.ts';
import { findOnPath } from './browser.ts';
import { CommandError, runCommand } from './process.ts';
import type { Progress } from './progress.ts';

/** Parts of the project that need something of the machine. */
export type Part = 'testNode' | 'codeServer' | 'browser' | 'rules';

const packagesOf: Readonly<Record<Part, readonly DebianPackage[]>> = {
  testNode: testNodePackages,
  codeServer: [
    { name: 'g++', why: 'compiles three native modules of VS Code for the browser' },
    { name: 'make', why: 'compiles three native modules of VS Code for the browser' },
    { name: 'python3', why: 'compiles three native modules of VS Code for the browser (node-gyp)' },
  ],
  browser: [
    { name: 'chromium', why: 'the browser of the end-to-end tests' },
    { name: 'fonts-dejavu-core', why: 'the letters in the screenshots' },
    { name: 'fonts-wqy-zenhei', why: 'the Chinese letters in the screenshots' },
  ],
  rules: [
    { name: 'iptables', why: 'loads rules into network namespaces in the integration tests' },
    { name: 'ipset', why: 'loads IP sets into network namespaces in the integration tests' },
    { name: 'ipvsadm', why: 'reads virtual servers in the integration tests' },
    { name: 'nftables', why: 'loads nftables rules into network namespaces in the integration tests' },
    { name: 'iproute2', why: 'makes the network namespaces of the integration tests (ip)' },
    { name: 'kmod', why: 'says which kernel modules there are (modprobe)' },
    { name: 'openssh-server', why: 'is what the integration tests connect to, on loopback and with keys of their own' },
  ],
};

/** Package names that Ubuntu spells another way, or has only as a snap. */
const notInUbuntu: ReadonlySet<string> = new Set(['chromium']);

/** How long to wait for another apt or dpkg, for example Debian's daily update. */
const lockTimeoutSeconds = 300;

/**
 * Installs the Debian packages that the given parts need and the machine does not have. Asks for nothing and needs no
 * root when all are there. On a system without dpkg it says what is needed and goes on.
 * @throws CommandError when apt-get fails or sudo is refused
 */
export async function installDebianPackages(parts: readonly Part[], progress: Progress): Promise<void> {
  const ubuntu = await isUbuntu();
  const needed = parts.flatMap((part) => packagesOf[part]).filter(({ name }) => !(ubuntu && notInUbuntu.has(name)));
  const missing = await findMissing(needed);
  if (missing === 'no dpkg') {
    progress.info(`This is no Debian or Ubuntu; please see that these are there: ${names(needed).join(', ')}.`);
    return;
  }
  if (missing.length === 0) {
    return;
  }
  progress.info('These Debian packages are missing:');
  const width = Math.max(...missing.map(({ name }) => name.length));
  for (const { name, why } of missing) {
    progress.info(`  ${name.padEnd(width)}  ${why}`);
  }
  const install = ['install', '--yes', '--no-install-recommends', ...names(missing)];
  const root = await rootPrefix(progress, ['apt-get', ...install].join(' '));
  const lock = ['-o', `DPkg::Lock::Timeout=${lockTimeoutSeconds}`];
  const aptGet = [...root, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...lock];
  await progress.step('Reading the lists of packages (apt-get update)', (onLine) =>
    updateLists([...aptGet, 'update'], onLine),
  );
  await progress.step(`Installing ${missing.length} Debian packages (apt-get install)`, (onLine) =>
    run([...aptGet, ...install], onLine),
  );
}

/** apt-get waits by itself for the lock of dpkg, but not for the one of its lists, which is asked for again here. */
async function updateLists(argv: readonly string[], onLine: (line: string) => void): Promise<void> {
  const deadline = performance.now() + lockTimeoutSeconds * 1000;
  for (;;) {
    try {
      return await run(argv, onLine);
    } catch (error) {
      const locked = error instanceof CommandError && error.lastLines.some((line) => line.includes('/lists/lock'));
      if (!locked || performance.now() > deadline) {
        throw error;
      }
    }
    onLine('Waiting for another apt to end...');
    await setTimeout(1000);
  }
}

function names(packages: readonly DebianPackage[]): string[] {
  return [...new Set(packages.map(({ name }) => name))];
}

async function run(argv: readonly string[], onLine: (line: string) => void): Promise<void> {
  const [command = '', ...args] = argv;
  await runCommand([command, ...args], { onLine, terminalInput: process.stdin.isTTY });
}

async function isUbuntu(): Promise<boolean> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  return /^ID=ubuntu$/m.test(release);
}

async function findMissing(needed: readonly DebianPackage[]): Promise<readonly DebianPackage[] | 'no dpkg'> {
  // dpkg-query fails when one of the names is unknown to it, and lists the others all the same.
  const format = `${['Package', 'db:Status-Status'].map((field) => `\${${field}}`).join(' ')}\\n`;
  const lines: string[] = [];
  try {
    await runCommand(['dpkg-query', '--show', `--showformat=${format}`, ...names(needed)], {
      onLine: (line) => lines.push(line),
    });
  } catch (error) {
    if (!(error instanceof CommandError) || error.code === 'not-found') {
      return 'no dpkg';
    }
  }
  const installed = new Set(lines.filter((line) => line.endsWith(' installed')).map((line) => line.split(' ')[0]));
  return [...new Map(needed.filter(({ name }) => !installed.has(name)).map((entry) => [entry.name, entry])).values()];
}

/**
 * What stands before a command to run it as root: nothing, or sudo, which may ask for the password on a terminal.
 * @param byHand what root can run instead
 */
async function rootPrefix(progress: Progress, byHand: string): Promise<readonly string[]> {
  if (process.getuid?.() === 0) {
    return [];
  }
  const silent = await runCommand(['sudo', '-n', 'true']).then(
    () => true,
    () => false,
  );
  if (silent) {
    return ['sudo', '-n'];
  }
  if (!process.stdin.isTTY || findOnPath(['sudo']) === undefined) {
    throw new Error(`Installing them needs root. Please run this as root, or run as root yourself:\n  ${byHand}`);
  }
  progress.info('Installing them needs root, so sudo may ask for your password.');
  return ['sudo'];
}
