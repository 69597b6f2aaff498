import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FileLock, isUnlocked, lockFile, whenUnlocked } from './fileLock.ts';
import { nodesFolder } from './folders.ts';
import { monitorSocket, pidFile } from './machine.ts';
import { QemuMonitor } from './qemuMonitor.ts';
import { TestNodeError } from './testNodeError.ts';

/** How long QEMU may take to obey before it is killed. */
const quitTimeoutMs = 5_000;

/** Where one test node keeps its state between runs. */
export interface NodeFolder {
  readonly name: string;
  readonly path: string;
  /** Held by QEMU as long as the node runs. */
  readonly runningLock: string;
}

/** A folder together with the right to start a machine in it. */
export interface ClaimedFolder {
  readonly folder: NodeFolder;
  readonly lock: FileLock;
}

export function nodeFolder(name: string): NodeFolder {
  if (!/^[a-z0-9-]{1,32}$/.test(name)) {
    throw new TestNodeError('not-running', `"${name}" is no name of a test node: use a-z, 0-9 and -.`);
  }
  const path = join(nodesFolder(), name);
  return { name, path, runningLock: join(path, 'running.lock') };
}

/**
 * Claims the folder of a name for starting a machine in it; without a name the first of `pool-1`, `pool-2`, ... that
 * nobody uses.
 *
 * @throws TestNodeError `already-running`
 */
export async function claimFolder(name: string | undefined): Promise<ClaimedFolder> {
  if (name !== undefined) {
    const claimed = await tryClaim(nodeFolder(name));
    if (claimed === undefined) {
      throw new TestNodeError('already-running', `The test node "${name}" is running or being started already.`);
    }
    return claimed;
  }
  for (let number = 1; ; number += 1) {
    const claimed = await tryClaim(nodeFolder(`pool-${number}`));
    if (claimed !== undefined) {
      return claimed;
    }
  }
}

async function tryClaim(folder: NodeFolder): Promise<ClaimedFolder | undefined> {
  // Closed to others: it holds private keys, and the monitor commands the machine.
  await mkdir(folder.path, { recursive: true, mode: 0o700 });
  const lock = await lockFile(join(folder.path, 'start.lock'), false);
  if (lock === undefined) {
    return undefined;
  }
  if (await isUnlocked(folder.runningLock)) {
    return { folder, lock };
  }
  await lock.release();
  return undefined;
}

/** Ends the machine in a folder, if one runs there; resolves when it is gone. */
export async function stopMachine(folder: NodeFolder): Promise<void> {
  if (await isUnlocked(folder.runningLock)) {
    return;
  }
  try {
    const monitor = await QemuMonitor.connect(monitorSocket(folder.path), quitTimeoutMs);
    await monitor.execute('quit').finally(() => monitor.close());
  } catch {
    // It may have quit before it could answer. If it hangs, the lock proves that the process id is still its own.
    if (!(await isUnlocked(folder.runningLock))) {
      process.kill(Number(await readFile(pidFile(folder.path), 'utf8')), 'SIGKILL');
    }
  }
  await whenUnlocked(folder.runningLock);
}
