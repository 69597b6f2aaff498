import type { IpFamily } from '../model/address.ts';
import type { IptablesBackend, SnapshotPart } from '../model/snapshot.ts';
import { commandPart, readCommand } from './commandPart.ts';
import type { KernelFeatures } from './kernelFeatures.ts';
import type { Machine } from './machine.ts';
import { partIfAbsent } from './partIfAbsent.ts';
import type { PartReader } from './partReader.ts';

const programs: Readonly<Record<IpFamily, string>> = { ipv4: 'iptables', ipv6: 'ip6tables' };

/** The word that iptables has for a backend in the names of its programs. */
const variants: Readonly<Record<IptablesBackend, string>> = { legacy: 'legacy', nf_tables: 'nft' };

/**
 * The backend that the plain `iptables-save` talks to, as its `--version` names it: `iptables-save v1.8.9 (nf_tables)`.
 * iptables before 1.8 has only the legacy one and names none. Undefined when there is no such program.
 */
async function defaultBackend(
  machine: Machine,
  program: string,
  signal: AbortSignal | undefined,
): Promise<IptablesBackend | undefined> {
  const save = await machine.run(readCommand(`${program}-save`, '--version'), signal);
  if (save.end.kind !== 'exited') return undefined;
  // Old ones know `--version` only in the main program; both are links to the same file.
  const { stdout } = save.end.code === 0 ? save : await machine.run(readCommand(program, '--version'), signal);
  return /\(nf_tables\)/.test(stdout) ? 'nf_tables' : 'legacy';
}

/**
 * Reads one family's rules in one backend. `iptables-save` takes no lock (libiptc asks again when the table changed
 * meanwhile), so there is nothing to wait for. Without `-t` the legacy one reads only the tables that
 * /proc/net/ip_tables_names lists; naming a table would create it.
 */
function saveReader(
  machine: Machine,
  features: KernelFeatures,
  family: IpFamily,
  backend: IptablesBackend,
  isDefault: boolean,
): PartReader {
  const plain = `${programs[family]}-save`;
  const program = isDefault ? plain : `${programs[family]}-${variants[backend]}-save`;
  const identity = { id: program, kind: 'iptables-save', family, backend } as const;
  const presence = backend === 'legacy' ? features.legacyTables[family] : features.nfTables;
  const feature = backend === 'legacy' ? `${family === 'ipv4' ? 'ip' : 'ip6'}_tables (legacy iptables)` : 'nf_tables';
  return {
    identity,
    read: async (signal): Promise<SnapshotPart> => {
      const absent = partIfAbsent(identity, presence, feature);
      if (absent) return absent;
      const command = readCommand(program, '-c');
      return commandPart(identity, command, await machine.run(command, signal));
    },
  };
}

/** What `iptables --version` says, which names the version and the default backend. */
function versionReader(machine: Machine): PartReader {
  const identity = { id: 'iptables-version', kind: 'iptables-version' } as const;
  return {
    identity,
    read: async (signal): Promise<SnapshotPart> => {
      const command = readCommand('iptables', '--version');
      return commandPart(identity, command, await machine.run(command, signal));
    },
  };
}

/**
 * The readers of iptables' rules: both families in both backends. The part of the backend that the plain
 * `iptables-save` talks to has the plain name; the other one has its backend's name (`iptables-legacy-save`), so that
 * nothing is read twice.
 */
export async function iptablesReaders(
  machine: Machine,
  features: KernelFeatures,
  signal: AbortSignal | undefined,
): Promise<readonly PartReader[]> {
  const readers = await Promise.all(
    (['ipv4', 'ipv6'] as const).map(async (family) => {
      const plain = await defaultBackend(machine, programs[family], signal);
      return (['nf_tables', 'legacy'] as const).map((backend) =>
        saveReader(machine, features, family, backend, backend === plain),
      );
    }),
  );
  return [versionReader(machine), ...readers.flat()];
}
