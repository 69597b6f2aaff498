import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkMigration, NoServiceMode } from '../../../agent/compare/migration/checkMigration.ts';
import { TraceChooser } from '../../../agent/compare/traceChoices.ts';
import type { Snapshot } from '../../../agent/model/snapshot.ts';
import { recordedModes } from '../../golden/cases.ts';
import { recordedNode } from '../../golden/recordedTraces.ts';
import { modesOf } from '../../support/comparedNode.ts';
import { damaged, propertyRuns } from '../../support/mutations.ts';

const fragments = [
  ' -j KUBE-SVC-',
  'COMMIT\n',
  '*nat\n',
  ' : goto ',
  'KUBE-IPVS-IPS',
  '"local"',
  ' -w 0',
  '10.96.0.10/0',
  ' -s ',
  '::',
];

/** A recorded node of which one part is damaged. */
function damagedNode(mode: string): fc.Arbitrary<Snapshot> {
  const snapshot = recordedNode('random-1', mode);
  return fc.nat(snapshot.parts.length - 1).chain((number) =>
    damaged([snapshot.parts[number]?.text ?? ''], fragments).map((text) => ({
      ...snapshot,
      parts: snapshot.parts.map((part, index) => (index === number ? { ...part, text } : part)),
    })),
  );
}

describe('comparing a node with damaged rules', () => {
  for (const mode of recordedModes) {
    it(`ends with what can be said: ${mode}`, async () => {
      const others = recordedModes.filter((other) => other !== mode);
      const check = async (snapshot: Snapshot): Promise<void> => {
        const modes = modesOf(snapshot);
        new TraceChooser(modes).choose('', 10);
        for (const to of others) {
          const { packets } = await checkMigration(modes, to).catch((error: unknown) => {
            // What is damaged may be what tells the mode.
            assert.ok(error instanceof NoServiceMode, String(error));
            return { packets: 0 };
          });
          assert.ok(packets >= 0);
        }
      };
      const numRuns = Math.max(1, Math.round(propertyRuns.numRuns / 20));
      await fc.assert(fc.asyncProperty(damagedNode(mode), check), { ...propertyRuns, numRuns });
    });
  }
});
