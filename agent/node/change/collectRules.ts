import type { Snapshot, SnapshotPart } from '../../model/snapshot.ts';
import { CollectCancelled, type CollectOptions } from '../collectSnapshot.ts';
import type { Command } from '../command.ts';
import { commandPart, missingPart, readCommand } from '../commandPart.ts';
import { concurrencyLimit } from '../concurrencyLimit.ts';
import { iptablesReaders } from '../iptablesParts.ts';
import { ipvsReaders } from '../ipvsParts.ts';
import { type KernelFeatures, readKernelFeatures } from '../kernelFeatures.ts';
import type { Machine } from '../machine.ts';
import { networkReaders } from '../networkParts.ts';
import { listTablesCommand, tablesOf } from '../nftTables.ts';
import { partIfAbsent } from '../partIfAbsent.ts';
import type { PartReader } from '../partReader.ts';
import { sysctlReader } from '../sysctlPart.ts';

/** As many as the node's tools can use: they wait for the kernel, and it for none of them. */
const concurrency = 4;

/** Parts that say what is programmed; counters, routes and the like do not. */
const ruleParts = new Set(['iptables-save', 'ipset-save', 'ipvsadm-save', 'nft-text', 'addresses', 'sysctls']);

/** kube-proxy's table of each family, one after the other; what the other tables hold is nobody's to change. */
function nftablesReader(machine: Machine, features: KernelFeatures): PartReader {
  const identity = { id: 'nft.txt', kind: 'nft-text' } as const;
  const run = async (command: Command, signal: AbortSignal | undefined): Promise<SnapshotPart> =>
    commandPart(identity, command, await machine.run(command, signal));
  return {
    identity,
    read: async (signal): Promise<SnapshotPart> => {
      const absent = partIfAbsent(identity, features.nfTables, 'nf_tables');
      if (absent) return absent;
      const tables = await run(listTablesCommand, signal);
      if (tables.status !== 'complete') return tables;
      let whole: SnapshotPart | undefined;
      for (const name of ['ip kube-proxy', 'ip6 kube-proxy']) {
        if (!tablesOf(tables.text).includes(name)) continue;
        const table = await run(readCommand('nft', 'list', 'table', ...name.split(' ')), signal);
        if (table.status !== 'complete') return table;
        whole = whole === undefined ? table : { ...whole, text: `${whole.text}${table.text}` };
      }
      if (whole !== undefined) return whole;
      return missingPart(identity, { code: 'not-in-use', message: 'There is no table kube-proxy.', args: {} });
    },
  };
}

/**
 * Reads what programs Services on a node, and nothing else: before each change and after it. Changes nothing.
 *
 * @throws CollectCancelled when `signal` is aborted
 */
export async function collectRules(machine: Machine, { signal, onProgress }: CollectOptions = {}): Promise<Snapshot> {
  const takenAt = new Date().toISOString();
  const features = await readKernelFeatures(machine);
  const readers = [
    ...(await iptablesReaders(machine, features, signal)),
    ...ipvsReaders(machine, features),
    ...networkReaders(machine),
    nftablesReader(machine, features),
    sysctlReader(machine, 'withoutDevices'),
  ].filter(({ identity }) => ruleParts.has(identity.kind));
  const limited = concurrencyLimit(concurrency);
  let done = 0;
  const parts = await Promise.all(
    readers.map(({ identity, read }) =>
      limited(async () => {
        if (signal?.aborted) throw new CollectCancelled();
        onProgress?.({ part: identity.id, done, total: readers.length });
        const part = await read(signal);
        done++;
        return part;
      }),
    ),
  );
  if (signal?.aborted) throw new CollectCancelled();
  return { takenAt, nodeName: machine.hostName(), origin: 'live', parts };
}
