import type { PartKind } from '../model/snapshot.ts';
import { commandPart, readCommand } from './commandPart.ts';
import type { KernelFeatures, Presence } from './kernelFeatures.ts';
import type { Machine } from './machine.ts';
import { partIfAbsent } from './partIfAbsent.ts';
import type { PartReader } from './partReader.ts';

/** The readers of ipvs and of the IP sets that its rules match. */
export function ipvsReaders(machine: Machine, features: KernelFeatures): readonly PartReader[] {
  const reader = (
    kind: PartKind,
    presence: Presence,
    feature: string,
    program: string,
    ...args: string[]
  ): PartReader => {
    const identity = { id: kind, kind };
    const command = readCommand(program, ...args);
    return {
      identity,
      read: async (signal) =>
        partIfAbsent(identity, presence, feature) ?? commandPart(identity, command, await machine.run(command, signal)),
    };
  };
  return [
    reader('ipset-save', features.ipSet, 'ip_set', 'ipset', 'save'),
    reader('ipvsadm-save', features.ipvs, 'ip_vs', 'ipvsadm', '-Sn'),
    reader('ipvsadm-stats', features.ipvs, 'ip_vs', 'ipvsadm', '-Ln', '--stats', '--exact'),
    reader('ipvsadm-timeouts', features.ipvs, 'ip_vs', 'ipvsadm', '-L', '--timeout'),
  ];
}
