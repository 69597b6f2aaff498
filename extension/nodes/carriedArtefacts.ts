import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import * as z from 'zod/mini';
import { hasErrorCode } from '../common/errorCode.ts';
import { TransportError } from '../common/transportError.ts';
import {
  type AgentArtefacts,
  type Artefact,
  loadArtefacts,
  type RuntimeArchitecture,
} from '../transport/delivery/artefacts.ts';

const runtime = z.object({
  /** File name beside the manifest: the executable, compressed with gzip. */
  file: z.string(),
  /** Of the uncompressed executable. */
  sha256: z.string(),
  bytes: z.number(),
});
const manifestSchema = z.object({ runtimes: z.object({ x64: z.optional(runtime), arm64: z.optional(runtime) }) });

/**
 * What the extension carries for nodes: the agent, and the runtimes that `runtime/manifest.json` lists. A build
 * without runtimes serves nodes that have Node.js themselves.
 *
 * @param dist the folder of the bundles
 * @throws TransportError `artefactMissing`
 */
export async function loadCarriedArtefacts(dist: string): Promise<AgentArtefacts> {
  const folder = join(dist, 'runtime');
  const [{ agent }, runtimes] = await Promise.all([
    loadArtefacts({ agent: join(dist, 'agent.js'), runtimes: {} }),
    readRuntimes(folder),
  ]);
  return { agent, runtimes };
}

async function readRuntimes(folder: string): Promise<Partial<Record<RuntimeArchitecture, Artefact>>> {
  const file = join(folder, 'manifest.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return {};
    throw new TransportError('artefactMissing', { step: 'configure', args: { file }, cause: error });
  }
  const { x64, arm64 } = parseManifest(text, file);
  return {
    ...(x64 === undefined ? {} : { x64: runtimeArtefact(folder, x64) }),
    ...(arm64 === undefined ? {} : { arm64: runtimeArtefact(folder, arm64) }),
  };
}

function parseManifest(text: string, file: string): z.infer<typeof manifestSchema>['runtimes'] {
  try {
    return manifestSchema.parse(JSON.parse(text)).runtimes;
  } catch (error) {
    throw new TransportError('artefactMissing', { step: 'configure', args: { file }, cause: error });
  }
}

function runtimeArtefact(folder: string, { file, sha256, bytes }: z.infer<typeof runtime>): Artefact {
  return { name: 'runtime', bytes, sha256, open: () => openCompressed(join(folder, file)) };
}

/** The uncompressed bytes of a file; errors of reading it are errors of the stream. */
function openCompressed(file: string): Readable {
  const unpacked = createGunzip();
  pipeline(createReadStream(file), unpacked, () => {});
  return unpacked;
}
