import { readlinkSync } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ChangeError } from './changeError.ts';
import type { ChangeRecord } from './changeRecord.ts';
import { readRecord, reserveRecord, writeRecord } from './recordFile.ts';
import { reserveTimerFile } from './timerFile.ts';

/** Where the state is kept: in memory, like the rules, so that a restart of the node ends both. */
export const defaultStateFolder = '/run/kube-service-rules';

const ownerOnly = 0o700;
const mayRead = 0o777;

/** What a full disk, a full quota or a disk that went away answers. */
const noRoomCodes = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO']);

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

/**
 * What the agent remembers about changes of this node: rules live in a network namespace, so each has a folder of its
 * own, named by the namespace's number.
 */
export class StateFolder {
  /** What `--state-folder` says; the folders of all namespaces stand in it. */
  readonly base: string;
  readonly path: string;

  private constructor(base: string, path: string) {
    this.base = base;
    this.path = path;
  }

  /** The state of the network namespace of this process. Nothing is made. */
  static of(base: string): StateFolder {
    const namespace = /\d+/.exec(readlinkSync('/proc/self/ns/net'))?.[0] ?? 'unknown';
    return new StateFolder(base, join(base, namespace));
  }

  get lockFile(): string {
    return join(this.path, 'lock');
  }

  get timerFile(): string {
    return join(this.path, 'timer');
  }

  /**
   * Makes the folder, for its owner alone, and room for the record and the timer.
   *
   * @throws ChangeError `no-room`, `state-folder-not-ours`
   */
  async prepare(): Promise<void> {
    for (const path of [this.base, this.path]) {
      try {
        await mkdir(path, { mode: ownerOnly, recursive: true });
      } catch (error) {
        if (systemCode(error) !== 'EEXIST') throw this.#noRoom(error);
      }
      const found = await lstat(path);
      // Files that another may write would let him choose what is put back.
      if (!found.isDirectory() || found.uid !== process.getuid?.() || (found.mode & mayRead) !== ownerOnly) {
        throw new ChangeError('state-folder-not-ours', `${path} is not a folder that only its owner may use.`, {
          path,
        });
      }
    }
    await reserveRecord(this.path);
    await reserveTimerFile(this.timerFile);
  }

  readRecord(): Promise<ChangeRecord> {
    return readRecord(this.path);
  }

  /** Only the holder of the lock may write. Needs no room. */
  writeRecord(record: ChangeRecord): Promise<void> {
    return writeRecord(this.path, record);
  }

  /**
   * Writes a file so that it is there whole or not at all, whatever happens.
   *
   * @throws ChangeError `no-room`
   */
  async writeFile(name: string, text: string): Promise<void> {
    const path = join(this.path, name);
    const unfinished = `${path}.new`;
    let file: FileHandle | undefined;
    try {
      file = await open(unfinished, 'w', 0o600);
      await file.writeFile(text);
      await file.sync();
      await file.close();
      await rename(unfinished, path);
      await this.#sync();
    } catch (error) {
      await file?.close().catch(() => undefined);
      await rm(unfinished, { force: true });
      throw this.#noRoom(error);
    }
  }

  /** The text of a file; undefined when there is none. */
  async readFile(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.path, name), 'utf8');
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Removes what neither finishing nor undoing a change needs. Only the holder of the lock may. */
  async removeUnused({ latest, confirmed }: ChangeRecord): Promise<void> {
    const needed = [latest?.state === 'rolled-back' && latest.isDraining !== true ? undefined : latest, confirmed];
    const used = new Set(
      needed.flatMap((change) =>
        change ? [change.before, change.objects, change.objectsBefore, change.draining] : [],
      ),
    );
    for (const name of await readdir(this.path)) {
      if (/^(before|objects|draining)-/.test(name) && !used.has(name)) await rm(join(this.path, name), { force: true });
    }
  }

  /** What is in a folder lasts only when the folder was written too. */
  async #sync(): Promise<void> {
    const folder = await open(this.path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  #noRoom(error: unknown): unknown {
    const code = systemCode(error);
    if (!noRoomCodes.has(code)) return error;
    return new ChangeError('no-room', `${this.path} takes no more (${code}).`, { folder: this.path, systemCode: code });
  }
}
