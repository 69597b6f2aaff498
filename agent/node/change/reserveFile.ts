import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ChangeError } from './changeError.ts';

/**
 * Makes a file at least so long, so that what is written into it later needs no room any more. What stands in it stays.
 *
 * @throws ChangeError `no-room`
 */
export async function reserveFile(path: string, length: number): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    const { size } = await file.stat();
    if (size < length) await file.write(Buffer.alloc(length - size, ' '), 0, length - size, size);
    await file.sync();
  } catch (error) {
    const systemCode = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ChangeError('no-room', `There is no room for ${path} (${systemCode}).`, { path, systemCode });
  } finally {
    await file?.close();
  }
}
