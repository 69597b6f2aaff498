import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { maxDumpBytes } from './command.ts';

/** Why a path could not be read or written. */
export type FileErrorCode =
  | 'not-found'
  | 'permission-denied'
  | 'not-a-file'
  | 'too-large'
  | 'unreadable'
  | 'not-writable';

/** Thrown when a path that somebody gave cannot be read or written. The message is a complete English sentence. */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly code: FileErrorCode;
  readonly args: Readonly<Record<string, string | number>>;

  constructor(code: FileErrorCode, message: string, args: Readonly<Record<string, string | number>>) {
    super(message);
    this.code = code;
    this.args = args;
  }
}

/**
 * Reads a regular file completely.
 *
 * @throws FileError
 */
export async function readDumpFile(path: string): Promise<Uint8Array> {
  const { isFile, size } = await look(path);
  if (!isFile) {
    throw new FileError('not-a-file', `${path} is neither a regular file nor a folder.`, { path });
  }
  if (size > maxDumpBytes) {
    throw new FileError('too-large', `${path} has ${size} bytes; at most ${maxDumpBytes} can be read.`, {
      path,
      bytes: size,
      limit: maxDumpBytes,
    });
  }
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(path, error);
  }
}

/**
 * The paths of the files that a path stands for: itself, or the regular ones in the folder, without hidden ones and
 * without folders in it. A symbolic link counts as what it leads to; one that leads nowhere is listed, to be told about
 * when it is read.
 *
 * @throws FileError
 */
export async function listDumpFiles(path: string): Promise<string[]> {
  if (!(await look(path)).isFolder) return [path];
  try {
    const files: string[] = [];
    for (const entry of await readdir(path, { withFileTypes: true })) {
      const file = join(path, entry.name);
      if (entry.name.startsWith('.')) continue;
      if (entry.isFile() || (entry.isSymbolicLink() && !(await leadsToOther(file)))) files.push(file);
    }
    return files.sort();
  } catch (error) {
    throw fileError(path, error);
  }
}

/**
 * Writes a file in a folder, which is made when it is not there, and tells its path.
 *
 * @throws FileError
 */
export async function writeOutputFile(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, text);
    return path;
  } catch (error) {
    const systemCode = systemCodeOf(error);
    throw new FileError('not-writable', `${path} could not be written (${systemCode}).`, { path, systemCode });
  }
}

/** Whether a symbolic link leads to something that is no regular file: a folder, a device, a pipe. */
async function leadsToOther(link: string): Promise<boolean> {
  try {
    return !(await look(link)).isFile;
  } catch {
    return false;
  }
}

async function look(path: string): Promise<{ isFile: boolean; isFolder: boolean; size: number }> {
  try {
    const found = await stat(path);
    return { isFile: found.isFile(), isFolder: found.isDirectory(), size: found.size };
  } catch (error) {
    throw fileError(path, error);
  }
}

function fileError(path: string, error: unknown): FileError {
  const systemCode = systemCodeOf(error);
  if (systemCode === 'ENOENT' || systemCode === 'ENOTDIR') {
    return new FileError('not-found', `${path} does not exist.`, { path });
  }
  if (systemCode === 'EACCES' || systemCode === 'EPERM') {
    return new FileError('permission-denied', `${path} may not be read by this user.`, { path });
  }
  return new FileError('unreadable', `${path} could not be read (${systemCode}).`, { path, systemCode });
}

function systemCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
