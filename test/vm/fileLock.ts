import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tryCommand } from './runCommand.ts';
import { TestNodeError } from './testNodeError.ts';

/** A lock that this process holds. */
export interface FileLock {
  /** Gives the lock up; resolves when others can take it. */
  release(): Promise<void>;
}

/**
 * Takes the exclusive lock on a file, which is made when it is missing. The kernel's flock(2) keeps it, so it is free
 * again as soon as its holder is gone, however that ended: the holder is a child that reads a pipe from this process.
 *
 * @param wait whether to wait for another holder; otherwise undefined is returned at once
 */
export async function lockFile(path: string, wait: boolean): Promise<FileLock | undefined> {
  const mode = wait ? [] : ['--nonblock'];
  const child = spawn('flock', ['--exclusive', ...mode, path, 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // Out of the terminal's foreground group: Ctrl-C is for this process, whose end closes the pipe.
    detached: true,
  });
  const closed = once(child, 'close');
  closed.catch(() => undefined);
  const locked = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    closed.then(
      () => false,
      (cause: unknown) => {
        throw new TestNodeError('command-missing', 'flock is not installed on this machine.', { cause });
      },
    ),
  ]);
  if (!locked) {
    return undefined;
  }
  return {
    release: async () => {
      child.stdin.end();
      await closed;
    },
  };
}

/** What flock is told to exit with when another holds the lock; its other codes mean that there is no such file. */
const heldExitCode = 75;

/** Whether nobody holds the lock on a file, which may be missing. */
export async function isUnlocked(path: string): Promise<boolean> {
  const { exitCode } = await tryCommand({
    argv: ['flock', '--exclusive', '--nonblock', '--conflict-exit-code', String(heldExitCode), path, 'true'],
  });
  return exitCode !== heldExitCode;
}

/** Resolves when nobody holds the lock on a file any more. */
export async function whenUnlocked(path: string): Promise<void> {
  await tryCommand({ argv: ['flock', '--exclusive', path, 'true'] });
}
