import { createHmac, randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { hasErrorCode } from '../../common/errorCode.ts';
import { TransportError } from '../../common/transportError.ts';
import { type KnownHosts, keyTypeOf, parseKnownHosts } from './parseKnownHosts.ts';

/**
 * Reads several known_hosts files as one; files that do not exist are left out.
 *
 * @throws TransportError `knownHostsUnusable` when a file exists but cannot be read: guessing that it is empty would
 * turn a changed key into an unknown one
 */
export async function readKnownHosts(files: readonly string[]): Promise<KnownHosts> {
  const read = await Promise.all(files.map(readOne));
  return { entries: read.flatMap((one) => one.entries), broken: read.flatMap((one) => one.broken) };
}

async function readOne(file: string): Promise<KnownHosts> {
  try {
    return parseKnownHosts(await readFile(file, 'utf8'), file);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return { entries: [], broken: [] };
    throw new TransportError('knownHostsUnusable', { step: 'hostKey', args: { file }, cause: error });
  }
}

/**
 * Adds a host's key at the end of a known_hosts file, in one write, after making sure that the last line is a whole
 * one. The file is made with mode 0600, its folder with 0700.
 *
 * @throws TransportError `knownHostsUnusable`
 */
export async function rememberHostKey(file: string, hostId: string, key: Buffer, hashed: boolean): Promise<void> {
  const name = hashed ? hashedName(hostId) : hostId;
  const entry = `${name} ${keyTypeOf(key) ?? ''} ${key.toString('base64')}\n`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, 'a+', 0o600);
    try {
      await handle.write(`${(await endsMidLine(handle)) ? '\n' : ''}${entry}`);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new TransportError('knownHostsUnusable', { step: 'hostKey', args: { file }, cause: error });
  }
}

async function endsMidLine(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat();
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] !== 0x0a;
}

function hashedName(hostId: string): string {
  const salt = randomBytes(20);
  const hash = createHmac('sha1', salt).update(hostId).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}
