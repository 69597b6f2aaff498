/**
 * The door into the project from a bare clone: plain JavaScript that the machine's own Node.js (>= 20) runs
 * before anything is installed. It installs the npm packages when they are missing or not those of
 * package-lock.json, finds the Node.js 24 that the project's TypeScript needs, and hands over to it.
 *
 *   node test/start/bootstrap.mjs start [arguments]    npm start: the extension in VS Code
 *   node test/start/bootstrap.mjs test [kinds]         npm test
 *   node test/start/bootstrap.mjs run FILE [arguments] any other entry point
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectFolder = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/** The oldest Node.js that can run this file and npm, and the one that runs the project's TypeScript. */
const oldestNode = 20;
const projectNode = 24;

const entries = { start: 'test/start/start.ts', test: 'test/runner/main.ts' };

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function majorVersion(version) {
  return Number(version.replace(/^v/, '').split('.')[0]);
}

/** What was asked for, as a file and its arguments. */
function requestedEntry([action, ...rest]) {
  if (action === 'run' && rest[0] !== undefined) {
    return { file: rest[0], args: rest.slice(1) };
  }
  const file = Object.hasOwn(entries, action ?? '') ? entries[action] : undefined;
  if (file === undefined) {
    fail('Usage: node test/start/bootstrap.mjs start [arguments] | test [kinds] | run FILE [arguments]');
  }
  return { file, args: rest };
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Why the installed packages are not those of package-lock.json, or undefined when they are. npm writes
 * node_modules/.package-lock.json as the last thing it does, so an interrupted installation has none.
 */
function reasonToInstall() {
  const wanted = readJson(join(projectFolder, 'package-lock.json'))?.packages;
  if (wanted === undefined) {
    fail('package-lock.json is missing or damaged. Restore it with: git checkout package-lock.json');
  }
  const installed = readJson(join(projectFolder, 'node_modules/.package-lock.json'))?.packages;
  if (installed === undefined) {
    return 'they are not installed yet';
  }
  for (const [path, entry] of Object.entries(wanted)) {
    const found = installed[path];
    if (path !== '' && found === undefined && !entry.optional && !entry.devOptional) {
      return `${path} is missing`;
    }
    if (found !== undefined && (found.version !== entry.version || found.integrity !== entry.integrity)) {
      return `${path} should be version ${entry.version}`;
    }
  }
  return undefined;
}

/**
 * The machine's own npm. Under `npm start` npm says where it is; node_modules/.bin leaves PATH, because the
 * Node.js in there is the project's, which a distribution's patched npm cannot run with.
 */
function machineNpm() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  if (script?.endsWith('.js') && node !== undefined && existsSync(script) && existsSync(node)) {
    return [node, script];
  }
  return ['npm'];
}

function machinePath() {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter);
}

/** Runs a command with this terminal; resolves to its exit code, with 128 + N for a command ended by signal N. */
function run([command, ...args], options) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: projectFolder, stdio: 'inherit', ...options });
    const forwarders = ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => {
      const forward = () => {
        // A terminal's Ctrl-C reaches the whole foreground group by itself: a second SIGINT would cut the clean-up short.
        if (signal !== 'SIGINT' || !process.stdin.isTTY) {
          child.kill(signal);
        }
      };
      process.on(signal, forward);
      return () => process.off(signal, forward);
    });
    const finish = (code) => {
      for (const remove of forwarders) {
        remove();
      }
      done(code);
    };
    child.on('error', (error) => {
      process.stderr.write(`Cannot run ${command}: ${error.message}\n`);
      finish(127);
    });
    child.on('exit', (code, signal) => finish(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

async function installPackages(reason) {
  process.stdout.write(
    `Installing the project's npm packages, because ${reason} (package-lock.json, about 350 MB)...\n`,
  );
  // `npm install` and not `npm ci`, which refuses a lock file that leaves out packages of other platforms, as npm writes
  // it where a registry does not have them. The versions are those of the lock file all the same, and it stays as it is.
  // No package here needs its install script: native parts come as packages of their own.
  const code = await run(
    [...machineNpm(), 'install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      env: { ...process.env, PATH: machinePath() },
      shell: process.platform === 'win32',
    },
  );
  if (code !== 0) {
    fail(
      `npm install ended with code ${code}. What it printed above says why; after mending that, run the same again.`,
    );
  }
}

function findProjectNode() {
  const bundled = join(projectFolder, `node_modules/node-linux-${process.arch}/bin/node`);
  if (existsSync(bundled)) {
    return bundled;
  }
  if (majorVersion(process.version) >= projectNode) {
    return process.execPath;
  }
  return fail(
    `The project runs on Node.js ${projectNode}. It comes with the npm packages on Linux x86-64 only; ` +
      `on ${process.platform} ${process.arch} please install Node.js ${projectNode} and start this with it (this is ${process.version}).`,
  );
}

if (majorVersion(process.version) < oldestNode) {
  fail(`Node.js ${oldestNode} or newer is needed; this is ${process.version} (${process.execPath}).`);
}
const entry = requestedEntry(process.argv.slice(2));
const reason = reasonToInstall();
if (reason !== undefined) {
  await installPackages(reason);
}
const env = { ...process.env, KUBE_SERVICE_RULES_NPM: machineNpm().join('\n') };
process.exit(await run([findProjectNode(), entry.file, ...entry.args], { env }));
