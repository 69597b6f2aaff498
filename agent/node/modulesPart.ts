import type { SnapshotPart } from '../model/snapshot.ts';
import { missingPart } from './commandPart.ts';
import type { Machine } from './machine.ts';
import type { PartReader } from './partReader.ts';

const path = '/proc/modules';

/** Reads the list of loaded modules. */
export function modulesReader(machine: Machine): PartReader {
  const identity = { id: 'modules', kind: 'modules' } as const;
  return {
    identity,
    read: async (): Promise<SnapshotPart> => {
      const started = performance.now();
      const file = await machine.readFile(path);
      const durationMs = performance.now() - started;
      switch (file.kind) {
        case 'read':
          return { ...identity, source: [path], status: 'complete', durationMs, text: file.text };
        case 'missing':
          return missingPart(identity, {
            code: 'not-supported',
            message: 'The kernel cannot load modules; everything is built in.',
            args: {},
          });
        case 'denied':
        case 'failed': {
          const reason = {
            code: file.kind === 'denied' ? 'permission-denied' : 'not-readable',
            message: `${path} could not be read.`,
            args: { path },
          };
          return { ...identity, source: [path], status: 'failed', reason, durationMs, text: '' };
        }
      }
    },
  };
}
