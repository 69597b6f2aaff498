import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chooseAccelerator } from './accelerator.ts';
import { type Progress, prepareImage } from './image.ts';
import { type MachineOptions, machineFingerprint, startMachine } from './machine.ts';
import { claimFolder, type NodeFolder, stopMachine } from './nodeFolder.ts';
import { createNodeKeys, readNodeKeys } from './nodeKeys.ts';
import { runCommand } from './runCommand.ts';
import { writeSshAccess } from './sshAccess.ts';
import { awaitSshServer } from './sshServer.ts';
import { cleanSnapshot, TestNode } from './testNode.ts';
import { TestNodeError } from './testNodeError.ts';

/** Generous: an emulated machine on two idle cores takes 20 s. */
const bootTimeoutMs = 300_000;

export interface TestNodeOptions {
  /**
   * Whose state to use: `[a-z0-9-]+`. Without a name the first state that nobody uses is taken, so that any number of
   * test processes can run at once and still find machines that have booted before.
   */
  readonly name?: string;
  /** Whether the node stays when this process ends. By default it is killed then, however the process ends. */
  readonly outlive?: boolean;
  readonly progress?: Progress;
}

/** What a machine is started with, except the way in which it is started. */
type MachineParts = Omit<MachineOptions, 'snapshot' | 'outlive'>;

/**
 * Starts a test node. It is clean, whatever was done to it before: it goes on from its snapshot if it has booted once,
 * otherwise it boots.
 *
 * @throws TestNodeError `already-running`, `boot-failed`, `build-failed`, `command-missing`, `monitor-failed`.
 */
export async function startTestNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const progress = options.progress ?? (() => undefined);
  const outlive = options.outlive ?? false;
  const image = await prepareImage(progress);
  const accelerator = await chooseAccelerator();
  const { folder, lock } = await claimFolder(options.name);
  try {
    const parts: MachineParts = {
      folder: folder.path,
      image,
      accelerator,
      disk: join(folder.path, 'disk.qcow2'),
      seedDisk: join(folder.path, 'seed.tar'),
      lockFile: folder.runningLock,
    };
    const fingerprint = await machineFingerprint(parts);
    if ((await readSnapshotFingerprint(folder)) === fingerprint) {
      progress('Starting the test node from its snapshot ...');
      const node = await tryResume(folder, { ...parts, snapshot: cleanSnapshot, outlive });
      if (node !== undefined) {
        return node;
      }
    }
    const manner = accelerator === 'kvm' ? 'with KVM' : 'emulated, since KVM does not work here';
    progress(`Booting the test node (${manner}; once, up to a minute) ...`);
    return await boot(folder, { ...parts, snapshot: undefined, outlive }, fingerprint);
  } finally {
    await lock.release();
  }
}

/** Undefined when the snapshot turns out to be damaged; the machine boots anew then. */
async function tryResume(folder: NodeFolder, machine: MachineOptions): Promise<TestNode | undefined> {
  try {
    const keys = await readNodeKeys(folder.path);
    const node = await startAndConnect(folder, machine, async (port) => {
      const started = new TestNode(folder, await writeSshAccess(folder.path, keys, port), keys);
      await started.resume();
      return started;
    });
    return node;
  } catch (reason) {
    if (reason instanceof TestNodeError && reason.code === 'command-missing') {
      throw reason;
    }
    return undefined;
  }
}

async function boot(folder: NodeFolder, machine: MachineOptions, fingerprint: string): Promise<TestNode> {
  await rm(fingerprintFile(folder), { force: true });
  const keys = await createNodeKeys(folder.path);
  await runCommand({
    argv: ['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', machine.image.disk, machine.disk],
  });
  return startAndConnect(folder, machine, async (port, takeSnapshot) => {
    const ssh = await writeSshAccess(folder.path, keys, port);
    await awaitSshServer(ssh.host, ssh.port, bootTimeoutMs);
    const node = new TestNode(folder, ssh, keys);
    // `running`, or `degraded` when a unit failed, which no unit of the image may.
    await node.run(['systemctl', 'is-system-running', '--wait']);
    await takeSnapshot();
    // Written last and at once: a snapshot that an interruption cut short is never loaded.
    await writeFile(`${fingerprintFile(folder)}.new`, fingerprint);
    await rename(`${fingerprintFile(folder)}.new`, fingerprintFile(folder));
    return node;
  });
}

/** Starts the machine and ends it again if it cannot be made ready. */
async function startAndConnect(
  folder: NodeFolder,
  machine: MachineOptions,
  makeReady: (port: number, takeSnapshot: () => Promise<void>) => Promise<TestNode>,
): Promise<TestNode> {
  const monitor = await startMachine(machine);
  try {
    const node = await makeReady(await monitor.forwardedPort(22), () => monitor.snapshot('savevm', cleanSnapshot));
    monitor.close();
    return node;
  } catch (reason) {
    monitor.close();
    await stopMachine(folder);
    throw reason;
  }
}

function fingerprintFile(folder: NodeFolder): string {
  return join(folder.path, 'snapshot-fingerprint');
}

function readSnapshotFingerprint(folder: NodeFolder): Promise<string | undefined> {
  return readFile(fingerprintFile(folder), 'utf8').catch(() => undefined);
}
