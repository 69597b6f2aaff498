import { TransportError } from '../../common/transportError.ts';
import type { AgentArtefacts, Artefact, RuntimeArchitecture } from './artefacts.ts';
import type { NodeFacts } from './nodeFacts.ts';

/** What the binaries of Node.js 24 need on Linux (nodejs/node BUILDING.md, "Platform list"). */
const neededGlibc = '2.28';

const architectures: Readonly<Record<string, RuntimeArchitecture>> = {
  x86_64: 'x64',
  aarch64: 'arm64',
  arm64: 'arm64',
};

/**
 * Decides which files a node needs, or why it cannot be served.
 *
 * @throws TransportError `systemUnsupported`, `toolMissing`, `folderUnsafe`, `architectureUnsupported`,
 * `glibcTooOld`, `glibcMissing`, `libstdcxxMissing`
 */
export function planDelivery(facts: NodeFacts, artefacts: AgentArtefacts): Artefact[] {
  const step = 'probe';
  if (facts.system !== 'Linux') {
    throw new TransportError('systemUnsupported', { step, args: { system: facts.system } });
  }
  for (const tool of ['sha256sum', 'mktemp'] as const) {
    if (!facts.tools[tool]) throw new TransportError('toolMissing', { step, args: { tool } });
  }
  if (facts.folderState === 'unsafe') {
    throw new TransportError('folderUnsafe', { step, args: { folder: facts.folder } });
  }
  const needsRuntime = facts.usableNode === undefined && !facts.haveRuntime;
  return [...(needsRuntime ? [runtimeFor(facts, artefacts)] : []), ...(facts.haveAgent ? [] : [artefacts.agent])];
}

function runtimeFor(facts: NodeFacts, artefacts: AgentArtefacts): Artefact {
  const step = 'probe';
  const detail = facts.nodeVersion === undefined ? '' : `node ${facts.nodeVersion}`;
  const architecture = architectures[facts.machine];
  const runtime = architecture === undefined || facts.bits === 32 ? undefined : artefacts.runtimes[architecture];
  if (runtime === undefined) {
    const machine = facts.bits === 32 ? `${facts.machine}, 32 bit` : facts.machine;
    throw new TransportError('architectureUnsupported', { step, args: { machine }, detail });
  }
  if (facts.libc.kind === 'musl') {
    throw new TransportError('glibcMissing', { step, args: { found: 'musl' }, detail });
  }
  if (facts.libc.kind === 'glibc' && olderThan(facts.libc.version, neededGlibc)) {
    const args = { found: facts.libc.version, needed: neededGlibc };
    throw new TransportError('glibcTooOld', { step, args, detail });
  }
  if (!facts.libstdcxx) throw new TransportError('libstdcxxMissing', { step, args: {}, detail });
  return runtime;
}

/** Compares versions of two numbers: 2.9 is older than 2.28. */
function olderThan(version: string, other: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = other.split('.').map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
