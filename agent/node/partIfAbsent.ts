import type { SnapshotPart } from '../model/snapshot.ts';
import { missingPart, type PartIdentity } from './commandPart.ts';
import type { Presence } from './kernelFeatures.ts';

/**
 * The part for something that the kernel does not hold, or does not show to this user; undefined when it is there and
 * can be read. `feature` is the kernel's name for it.
 */
export function partIfAbsent(identity: PartIdentity, presence: Presence, feature: string): SnapshotPart | undefined {
  switch (presence) {
    case 'loaded':
      return undefined;
    case 'absent':
      return missingPart(identity, {
        code: 'not-in-use',
        message: `The kernel holds nothing of ${feature}; asking for it could load a module, so it was not asked.`,
        args: { feature },
      });
    case 'denied':
      return {
        ...missingPart(identity, {
          code: 'permission-denied',
          message: `Only root may see whether the kernel holds ${feature}.`,
          args: { feature },
        }),
        status: 'failed',
      };
  }
}
