import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder } from '../vm/folders.ts';
import type { Progress } from '../vm/image.ts';
import { runCommand } from '../vm/runCommand.ts';

const sourceFolder = join(import.meta.dirname, 'kube-proxy');

/**
 * The program that drives kube-proxy's own code without an API server (see `kube-proxy/main.go`), built when it is not
 * there. Needs Go and its module proxy; takes about three minutes on two cores.
 *
 * @returns the path of a statically linked program for Linux on x86-64
 * @throws TestNodeError `command-missing` without Go, `command-failed`.
 */
export async function buildKubeProxyOracle(progress: Progress): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(sourceFolder)).sort()) {
    hash.update(JSON.stringify([name, await readFile(join(sourceFolder, name), 'utf8')]));
  }
  const folder = join(cacheFolder(), 'peers');
  const program = join(folder, `kube-proxy-${hash.digest('hex').slice(0, 16)}`);
  const there = await stat(program).catch(() => undefined);
  if (there === undefined) {
    progress("Building kube-proxy's proxiers (once; about three minutes) ...");
    await mkdir(folder, { recursive: true });
    const unfinished = `${program}.${process.pid}`;
    await runCommand({
      argv: ['nice', 'go', 'build', '-trimpath', '-ldflags', '-s -w', '-o', unfinished, '.'],
      cwd: sourceFolder,
      env: { CGO_ENABLED: '0', GOOS: 'linux', GOARCH: 'amd64', GOFLAGS: '-mod=readonly -buildvcs=false' },
    });
    await rename(unfinished, program);
  }
  return program;
}
