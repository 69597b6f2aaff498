import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { TransportError } from '../../common/transportError.ts';

/** A file that can be put on a node. */
export interface Artefact {
  readonly name: 'runtime' | 'agent';
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  open(): Readable;
}

/** Processors for which Node.js has binaries, as `process.arch` names them. */
export type RuntimeArchitecture = 'x64' | 'arm64';

/** What delivery puts on a node: the agent, and a Node.js for nodes without one. */
export interface AgentArtefacts {
  readonly agent: Artefact;
  readonly runtimes: Readonly<Partial<Record<RuntimeArchitecture, Artefact>>>;
}

/**
 * Looks at the files that the extension carries and computes their checksums (about 0.2 s for a runtime), so it is
 * best started while the connection is being made, and kept.
 *
 * @throws TransportError `artefactMissing`
 */
export async function loadArtefacts(files: {
  readonly agent: string;
  readonly runtimes: Readonly<Partial<Record<RuntimeArchitecture, string>>>;
}): Promise<AgentArtefacts> {
  const { x64, arm64 } = files.runtimes;
  const [agent, x64Runtime, arm64Runtime] = await Promise.all([
    fileArtefact('agent', files.agent),
    x64 === undefined ? undefined : fileArtefact('runtime', x64),
    arm64 === undefined ? undefined : fileArtefact('runtime', arm64),
  ]);
  return {
    agent,
    runtimes: {
      ...(x64Runtime === undefined ? {} : { x64: x64Runtime }),
      ...(arm64Runtime === undefined ? {} : { arm64: arm64Runtime }),
    },
  };
}

async function fileArtefact(name: Artefact['name'], file: string): Promise<Artefact> {
  try {
    const { size } = await stat(file);
    const hash = createHash('sha256');
    await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
    return { name, bytes: size, sha256: hash.digest('hex'), open: () => createReadStream(file) };
  } catch (error) {
    throw new TransportError('artefactMissing', { step: 'configure', args: { file }, cause: error });
  }
}
