import { join } from 'node:path';
import { isUnlocked } from './fileLock.ts';
import { monitorSocket } from './machine.ts';
import { type NodeFolder, nodeFolder, stopMachine } from './nodeFolder.ts';
import { type NodeKeys, readNodeKeys } from './nodeKeys.ts';
import { QemuMonitor } from './qemuMonitor.ts';
import { type CommandResult, tryCommand } from './runCommand.ts';
import { shellQuote } from './shellQuote.ts';
import { quoteForSshConfig, type SshAccess, sshAlias, writeSshAccess } from './sshAccess.ts';
import { awaitSshServer } from './sshServer.ts';
import { TestNodeError } from './testNodeError.ts';

/** The snapshot of the machine right after its first boot, which every later start and every reset goes back to. */
export const cleanSnapshot = 'clean';

/** How long a machine that goes on from a snapshot may take to accept SSH connections; it takes about a second. */
const resumeTimeoutMs = 60_000;

/** The exit code with which ssh tells of a failure of its own. */
const sshFailure = 255;

/** What a command on the node may be given. */
export interface RemoteCommandOptions {
  /** Who runs it: `root` by default. */
  readonly user?: string;
  readonly stdin?: string | Uint8Array;
}

/**
 * A running test node: a throwaway virtual machine with sshd, ip_vs, iptables in both backends, ipset, ipvsadm and
 * nft, without Node.js. Its host name is `testnode`, its address 10.0.2.15. `startTestNode` makes one.
 */
export class TestNode implements AsyncDisposable {
  readonly ssh: SshAccess;
  readonly keys: NodeKeys;
  readonly #folder: NodeFolder;

  constructor(folder: NodeFolder, ssh: SshAccess, keys: NodeKeys) {
    this.#folder = folder;
    this.ssh = ssh;
    this.keys = keys;
  }

  /** The running node of a name, also one that another process started; undefined when none runs. */
  static async find(name: string): Promise<TestNode | undefined> {
    const folder = nodeFolder(name);
    if (await isUnlocked(folder.runningLock)) {
      return undefined;
    }
    const monitor = await QemuMonitor.connect(monitorSocket(folder.path));
    try {
      const keys = await readNodeKeys(folder.path);
      return new TestNode(folder, await writeSshAccess(folder.path, keys, await monitor.forwardedPort(22)), keys);
    } finally {
      monitor.close();
    }
  }

  get name(): string {
    return this.#folder.name;
  }

  /** Where its state is kept: keys, disk, `console.log`, `qemu.log`. */
  get folder(): string {
    return this.#folder.path;
  }

  /**
   * Makes the node clean again: memory, disk and kernel are those after its first boot, and its clock is right.
   * Connections to it are lost.
   */
  async reset(): Promise<void> {
    await this.#closeSharedConnection();
    const monitor = await QemuMonitor.connect(monitorSocket(this.folder));
    try {
      await monitor.snapshot('loadvm', cleanSnapshot);
    } finally {
      monitor.close();
    }
    await this.resume();
  }

  /** Waits for a machine that goes on from a snapshot and sets its clock, which shows the time of the snapshot. */
  async resume(): Promise<void> {
    await awaitSshServer(this.ssh.host, this.ssh.port, resumeTimeoutMs);
    await this.run(['date', '--set', `@${(Date.now() / 1000).toFixed(3)}`]);
  }

  /** Ends the machine; resolves when it is gone. */
  async stop(): Promise<void> {
    await stopMachine(this.#folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Runs a command on the node, whatever its exit code. ssh's own failures have the exit code 255. */
  tryRun(argv: readonly string[], options: RemoteCommandOptions = {}): Promise<CommandResult> {
    const user = options.user ?? 'root';
    return tryCommand({
      argv: [
        ...(['ssh', '-F', this.ssh.configFile, '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=60'] as const),
        // Emulated, the node takes most of a second for a new connection, so root's commands share one.
        ...(user === 'root' ? this.#sharedConnection() : []),
        ...['-o', 'ServerAliveInterval=15', '-l', user, sshAlias, shellQuote(argv)],
      ],
      ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
    });
  }

  /** The first command leaves its connection open for the next ones; it ends with the machine or when nobody uses it. */
  #sharedConnection(): string[] {
    const path = join(this.folder, 'ssh.sock');
    return ['-o', 'ControlMaster=auto', '-o', 'ControlPersist=60', '-o', `ControlPath=${quoteForSshConfig(path)}`];
  }

  async #closeSharedConnection(): Promise<void> {
    const connection = this.#sharedConnection();
    // It fails when there is none.
    await tryCommand({ argv: ['ssh', '-F', this.ssh.configFile, ...connection, '-O', 'exit', sshAlias] });
  }

  /**
   * Runs a command on the node that has to succeed and gives back its standard output.
   *
   * @throws TestNodeError `remote-failed` with the command's own words, `node-silent` with ssh's
   */
  async run(argv: readonly string[], options: RemoteCommandOptions = {}): Promise<Buffer> {
    const { exitCode, stdout, stderr } = await this.tryRun(argv, options);
    if (exitCode !== 0) {
      const message = `${argv[0] ?? ''} on the test node failed with exit code ${String(exitCode)}: ${stderr.trim()}`;
      throw new TestNodeError(exitCode === sshFailure ? 'node-silent' : 'remote-failed', message);
    }
    return stdout;
  }
}
