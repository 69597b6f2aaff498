import type { Snapshot } from '../model/snapshot.ts';
import { concurrencyLimit } from './concurrencyLimit.ts';
import { iptablesReaders } from './iptablesParts.ts';
import { ipvsReaders } from './ipvsParts.ts';
import { readKernelFeatures } from './kernelFeatures.ts';
import { kubeProxyReader } from './kubeProxyPart.ts';
import type { Machine } from './machine.ts';
import { modulesReader } from './modulesPart.ts';
import { networkReaders } from './networkParts.ts';
import { nftablesParts, readNftables } from './nftPart.ts';
import { sysctlReader } from './sysctlPart.ts';

/** How many tools run at once: enough that a slow one does not hold up the others, few enough for a busy node. */
const concurrency = 3;

/** How far collecting is: the part whose reading begins, and how many of all are done. */
export interface CollectProgress {
  readonly part: string;
  readonly done: number;
  readonly total: number;
}

export interface CollectOptions {
  /** Ends reading: running tools are killed. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CollectProgress) => void;
}

/** Thrown when reading was cancelled. */
export class CollectCancelled extends Error {
  override readonly name = 'CollectCancelled';
  readonly code = 'cancelled';

  constructor() {
    super('Reading the node was cancelled.');
  }
}

/**
 * Reads everything about Service traffic that stands in the kernel of `machine`, without changing anything there: no
 * module is loaded, no table created, no lock taken. What cannot be read is a part that says why.
 *
 * @throws CollectCancelled when `signal` is aborted
 */
export async function collectSnapshot(machine: Machine, options: CollectOptions = {}): Promise<Snapshot> {
  const { signal, onProgress } = options;
  const takenAt = new Date().toISOString();
  const features = await readKernelFeatures(machine);
  const iptables = await iptablesReaders(machine, features, signal);
  const others = [
    ...ipvsReaders(machine, features),
    ...networkReaders(machine),
    sysctlReader(machine, 'withDevices'),
    modulesReader(machine),
    kubeProxyReader(machine),
  ];

  const limited = concurrencyLimit(concurrency);
  const total = iptables.length + others.length + nftablesParts.length;
  let done = 0;
  const start = <Parts>(part: string, count: number, read: () => Promise<Parts>): Promise<Parts> =>
    limited(async () => {
      throwIfCancelled(signal);
      onProgress?.({ part, done, total });
      const parts = await read();
      done += count;
      return parts;
    });

  const ofIptables = Promise.all(iptables.map(({ identity, read }) => start(identity.id, 1, () => read(signal))));
  const ofOthers = Promise.all(others.map(({ identity, read }) => start(identity.id, 1, () => read(signal))));
  const ofNftables = ofIptables.then((parts) => {
    const shown = parts.filter((part) => part.backend === 'nf_tables');
    return start(nftablesParts[0], nftablesParts.length, () => readNftables(machine, features, shown, signal));
  });
  const [iptablesParts, otherParts, nftables] = await Promise.all([ofIptables, ofOthers, ofNftables]);
  throwIfCancelled(signal);
  return {
    takenAt,
    nodeName: machine.hostName(),
    origin: 'live',
    parts: [...iptablesParts, ...nftables, ...otherParts],
  };
}

function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CollectCancelled();
}
