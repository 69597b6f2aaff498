import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ChangeError } from './changeError.ts';

/** Exit status of flock(1) when another holds the lock. */
const heldByAnother = 1;

/** Length of what stands in the file; always the same, so that writing it again needs no room on a full disk. */
const contentLength = 16;

/** Asks flock(1) to lock an open file; the lock belongs to the open file, not to flock. */
function flock(fd: number, waitMs: number, signal: AbortSignal | undefined): Promise<'locked' | 'held'> {
  const waiting = waitMs === 0 ? ['-n'] : ['-w', String(waitMs / 1000)];
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['-x', ...waiting, '3'], {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'ignore', fd],
      ...(signal && { signal, killSignal: 'SIGKILL' }),
    });
    child.on('error', () => {
      reject(
        signal?.aborted
          ? new ChangeError('cancelled', 'Waiting for the lock was cancelled.')
          : new ChangeError('tool-missing', 'flock is not installed (package util-linux).', { tool: 'flock' }),
      );
    });
    child.on('exit', (code) => {
      if (code === 0) resolve('locked');
      else if (code === heldByAnother) resolve('held');
      else reject(new ChangeError('lock-failed', `flock ended with ${code}.`, { exitCode: code ?? -1 }));
    });
  });
}

/**
 * Lets one process at a time change a node. The kernel frees the lock when its holder and all tools that the holder
 * gave it to have ended, however they end: so that nobody looks at rules that the tool of a dead process still writes.
 */
export class ChangeLock {
  readonly #file: FileHandle;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** The open file, for tools to inherit. */
  get fd(): number {
    return this.#file.fd;
  }

  /**
   * Takes the lock that is the file at `path`, if need be after waiting for it.
   *
   * @throws ChangeError `change-under-way` with the holder's `pid` (0 when it is not known)
   */
  static async acquire(path: string, waitMs = 0, signal?: AbortSignal): Promise<ChangeLock> {
    // Never removed: two processes could then hold two files of one name.
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      if ((await flock(file.fd, waitMs, signal)) === 'held') throw await underWay(file);
      // It only words refusals, so that it may fail.
      await file.write(`${String(process.pid).padEnd(contentLength - 1)}\n`, 0).catch(() => undefined);
      return new ChangeLock(file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async release(): Promise<void> {
    await this.#file.close();
  }
}

async function underWay(file: FileHandle): Promise<ChangeError> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(contentLength), 0, contentLength, 0);
  const pid = Number(buffer.toString('latin1', 0, bytesRead).trim()) || 0;
  return new ChangeError('change-under-way', `Process ${pid} is changing this node.`, { pid });
}
