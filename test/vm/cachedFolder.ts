import { mkdir, mkdtemp, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFile } from './fileLock.ts';
import { runCommand } from './runCommand.ts';
import { TestNodeError } from './testNodeError.ts';

/** A folder that is worth keeping, and how it is made. */
export interface CachedFolder {
  /** Where it stands among others. */
  readonly parent: string;
  /** Says what is in it: another content has another name. */
  readonly name: string;
  /** Fills a new, empty folder. */
  build(folder: string): Promise<void>;
  /** Told when another process is building it already. */
  onWait(): void;
}

/**
 * Gives the path of a folder that is built when it is not there. One builder works at a time, others wait for it and
 * use what it made. The folder appears under its name only when it is complete; what failed or was interrupted is
 * removed, at the latest by the next builder.
 */
export async function cachedFolder(cached: CachedFolder): Promise<string> {
  const target = join(cached.parent, cached.name);
  if (await exists(target)) {
    return target;
  }
  await mkdir(cached.parent, { recursive: true });
  const lockPath = `${target}.lock`;
  let lock = await lockFile(lockPath, false);
  if (lock === undefined) {
    cached.onWait();
    lock = await lockFile(lockPath, true);
  }
  if (lock === undefined) {
    throw new TestNodeError('build-failed', `The lock ${lockPath} could not be taken.`);
  }
  try {
    if (!(await exists(target))) {
      await removeUnfinished(cached);
      const folder = await mkdtemp(join(cached.parent, unfinishedPrefix(cached)));
      await cached.build(folder);
      await rename(folder, target);
    }
    return target;
  } catch (reason) {
    await removeUnfinished(cached);
    throw reason;
  } finally {
    await lock.release();
  }
}

function unfinishedPrefix({ name }: CachedFolder): string {
  return `.building-${name}-`;
}

/** Only the holder of the lock may call this. */
async function removeUnfinished(cached: CachedFolder): Promise<void> {
  const names = await readdir(cached.parent);
  for (const name of names.filter((entry) => entry.startsWith(unfinishedPrefix(cached)))) {
    // Never into a mount that a builder could not take back: this machine's devices might be behind it.
    await runCommand({ argv: ['rm', '--recursive', '--force', '--one-file-system', join(cached.parent, name)] });
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
