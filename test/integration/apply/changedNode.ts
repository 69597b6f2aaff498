import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { buildSync } from 'esbuild';
import { type ChangeEntry, type ChangeRecord, isOpen, needsTimer } from '../../../agent/node/change/changeRecord.ts';
import { readRecord } from '../../../agent/node/change/recordFile.ts';
import { hasTimer } from '../../../agent/node/change/timerFile.ts';
import { AgentClient } from '../../../extension/agentClient/agentClient.ts';
import { NetworkNamespace } from '../../support/networkNamespace.ts';
import { kernelPieces } from './kernelPieces.ts';

const project = join(import.meta.dirname, '../../..');

/** How an agent ended, and what it said. */
export interface AgentEnd {
  /** Its exit status, or the signal that it died of. */
  readonly end: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** The agent as it is shipped, in one file: it starts much faster than from its sources. */
export class BundledAgent implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'kube-service-rules-agent-'));
  readonly file = join(this.#folder, 'agent.js');

  constructor() {
    buildSync({
      entryPoints: [join(project, 'agent/main.ts')],
      outfile: this.file,
      bundle: true,
      platform: 'node',
      format: 'cjs',
      target: 'node20',
      logLevel: 'error',
    });
    writeFileSync(join(this.#folder, 'package.json'), '{ "type": "commonjs" }\n');
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** An agent that serves, with a client that speaks with it. */
export interface ConnectedAgent extends AsyncDisposable {
  readonly client: AgentClient;
  readonly process: ChildProcess;
}

/** A network namespace as a node whose rules are changed, with a small disk for what the agent remembers. */
export class ChangedNode implements Disposable {
  readonly namespace: NetworkNamespace;
  readonly #agent: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'kube-service-rules-node-'));
  /** Stands on a file system of its own, of 8 MB. */
  readonly disk = join(this.#folder, 'disk');
  readonly stateFolder = join(this.disk, 'state');
  /** The lock of iptables (legacy) that tools use here. */
  readonly xtablesLock = join(this.#folder, 'xtables.lock');
  readonly markFile = join(this.#folder, 'etc', 'test-node');
  /** Folders that the agent looks for tools in before the system's. */
  readonly tools: string[] = [];

  constructor(agent: BundledAgent) {
    this.#agent = agent.file;
    this.namespace = new NetworkNamespace('change');
    mkdirSync(this.disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', this.disk]);
  }

  /** What `--objects` names. */
  objectsFile(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    return path;
  }

  environment(): NodeJS.ProcessEnv {
    const path = [...this.tools, process.env['PATH'] ?? ''].join(':');
    return { ...process.env, PATH: path, XTABLES_LOCKFILE: this.xtablesLock };
  }

  /** Starts the agent's command line. */
  start(...argv: string[]): ChildProcess {
    const command = ['netns', 'exec', this.namespace.name, process.execPath, this.#agent, ...argv];
    return spawn('ip', [...command, '--state-folder', this.stateFolder], {
      stdio: 'pipe',
      env: this.environment(),
      // So that everything that is started for it can be killed together.
      detached: true,
    });
  }

  /** Starts an agent that serves, and speaks with it. */
  async connect(): Promise<ConnectedAgent> {
    const child = this.start('serve', '--mark-file', this.markFile);
    const { stdin, stdout } = child;
    if (stdin === null || stdout === null) throw new Error('The agent has no streams.');
    const exited = once(child, 'exit');
    const client = await AgentClient.connect(
      { readable: stdout, writable: stdin },
      { clientName: 'test', handshakeTimeoutMs: 60_000 },
    );
    return {
      client,
      process: child,
      async [Symbol.asyncDispose]() {
        client.dispose();
        stdin.end();
        await exited;
      },
    };
  }

  /** Runs the agent's command line to its end. */
  async agent(...argv: string[]): Promise<AgentEnd> {
    return ended(this.start(...argv));
  }

  /** What the agent remembers; an empty record before the first change. */
  async record(): Promise<ChangeRecord> {
    return readRecord(this.#namespaceFolder());
  }

  /** Waits until nobody has anything left to do with the last change. */
  async settled(): Promise<ChangeEntry | undefined> {
    for (;;) {
      const { latest } = await this.record();
      if (latest === undefined || !needsTimer(latest)) return latest;
      await delay(20);
    }
  }

  /** Whether the last change is neither made nor taken back. */
  async isOpen(): Promise<boolean> {
    const { latest } = await this.record();
    return latest !== undefined && isOpen(latest);
  }

  async hasTimer(change: string): Promise<boolean> {
    return hasTimer(join(this.#namespaceFolder(), 'timer'), change);
  }

  /** The lock that who changes the node holds. */
  get lockFile(): string {
    return join(this.#namespaceFolder(), 'lock');
  }

  #namespaceFolder(): string {
    try {
      const [name = ''] = readdirSync(this.stateFolder);
      return join(this.stateFolder, name);
    } catch {
      return this.stateFolder;
    }
  }

  /** See {@link kernelPieces}. */
  rules(): ReadonlySet<string> {
    return kernelPieces(this.namespace);
  }

  /** Kills the processes that wait for changes to be confirmed. */
  killTimer(): void {
    this.#killAgents((argv) => argv.includes('--watch'));
  }

  #killAgents(which: (argv: readonly string[]) => boolean): void {
    const pids = execFileSync('ip', ['netns', 'pids', this.namespace.name], { encoding: 'utf8' });
    for (const pid of pids.split('\n')) {
      const argv = commandLine(pid);
      if (argv.includes(this.#agent) && which(argv)) process.kill(Number(pid), 'SIGKILL');
    }
  }

  [Symbol.dispose](): void {
    this.#killAgents(() => true);
    execFileSync('umount', ['--lazy', this.disk]);
    rmSync(this.#folder, { recursive: true });
    this.namespace[Symbol.dispose]();
  }
}

function commandLine(pid: string): readonly string[] {
  try {
    return pid === '' ? [] : readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
  } catch {
    return [];
  }
}

/** Waits for a process's end. */
export async function ended(child: ChildProcess): Promise<AgentEnd> {
  const said = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk: Buffer) => {
    said.stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    said.stderr += chunk.toString();
  });
  const [code, signal] = await once(child, 'close');
  return { end: code ?? signal, ...said };
}
