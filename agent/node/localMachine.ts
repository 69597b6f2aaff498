import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readlink } from 'node:fs/promises';
import { get } from 'node:http';
import { hostname, release } from 'node:os';
import { decodeDump } from '../ruleset/common/encoding.ts';
import { localCommandRunner } from './localCommandRunner.ts';
import type { FileResult, Machine } from './machine.ts';

const loopbackTimeoutMs = 1_000;
const maxAnswerBytes = 4 * 1024 * 1024;

/** Room for the kernel's table of connections on a very busy node (150 bytes each). */
const maxFileBytes = 64 * 1024 * 1024;

/**
 * Some paths are named by processes of others: what waits for a writer (a pipe) or never ends (a device) is not read.
 */
async function read(path: string): Promise<FileResult> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) return { kind: 'failed', code: 'not-a-file' };
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of file.createReadStream({ autoClose: false })) {
      const bytes = Buffer.from(chunk);
      length += bytes.length;
      if (length > maxFileBytes) return { kind: 'failed', code: 'EFBIG' };
      chunks.push(bytes);
    }
    return { kind: 'read', text: decodeDump(Buffer.concat(chunks)).text };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ESRCH') return { kind: 'missing' };
    if (code === 'EACCES' || code === 'EPERM') return { kind: 'denied' };
    return { kind: 'failed', code };
  } finally {
    await file?.close();
  }
}

function getFromLoopback(port: number, path: string, signal?: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, path, agent: false, ...(signal && { signal }) }, (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > maxAnswerBytes) request.destroy();
      });
      response.on('end', () => resolve(response.statusCode === 200 ? Buffer.concat(chunks).toString() : undefined));
      response.on('error', () => resolve(undefined));
    });
    // Over the whole exchange: something else than kube-proxy may listen there and never end its answer.
    const timer = setTimeout(() => request.destroy(), loopbackTimeoutMs);
    request.on('error', () => resolve(undefined));
    request.on('close', () => {
      clearTimeout(timer);
      resolve(undefined);
    });
  });
}

/** The machine that this process runs on. */
export const localMachine: Machine = {
  run: localCommandRunner.run,
  hostName: hostname,
  kernelRelease: release,
  readFile: read,
  listFolder: (path) => readdir(path).catch(() => []),
  readLink: (path) => readlink(path).catch(() => undefined),
  getFromLoopback,
};
