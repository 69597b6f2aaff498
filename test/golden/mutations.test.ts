import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { describeModel } from '../../agent/cli/describeModel.ts';
import { drawTree } from '../../agent/cli/drawTree.ts';
import { jsonPieces } from '../../agent/cli/jsonPieces.ts';
import { interpretSnapshot } from '../../agent/interpret/interpretSnapshot.ts';
import type { Snapshot } from '../../agent/model/snapshot.ts';
import { readObjects } from '../../agent/objects/readObjects.ts';
import { loadCase, objectsText, recordedModes } from './cases.ts';

interface Mutation {
  readonly part: number;
  readonly at: number;
  readonly length: number;
  readonly insert: string;
}

/** Pieces that mean something in the languages, and some that mean nothing. */
const fragments = [
  '',
  '\n',
  '\r\n',
  '\0',
  '"',
  '!',
  '{',
  '}',
  ' -j KUBE-SVC-',
  ' --probability 7',
  '[1:2]',
  ' -w 0',
  'COMMIT\n',
  ',tcp:99999',
  ' : goto ',
  '@',
  'KUBE-SEP-X',
  ' --dport x',
  '*nat\n',
  '-1',
  '\u{1f600}',
  '/',
  '::',
  'e99',
];

const mutation: fc.Arbitrary<Mutation> = fc.record({
  part: fc.nat(),
  at: fc.nat(),
  length: fc.oneof(fc.constant(0), fc.nat(8), fc.nat(4_000)),
  insert: fc.constantFrom(...fragments),
});

function mutate(snapshot: Snapshot, mutations: readonly Mutation[]): Snapshot {
  const parts = [...snapshot.parts];
  for (const { part, at, length, insert } of mutations) {
    const index = part % parts.length;
    const mutated = parts[index];
    if (mutated === undefined) continue;
    const start = at % (mutated.text.length + 1);
    parts[index] = { ...mutated, text: mutated.text.slice(0, start) + insert + mutated.text.slice(start + length) };
  }
  return { ...snapshot, parts };
}

describe('mutated rules', () => {
  for (const mode of recordedModes) {
    it(`are read in ${mode} mode without an exception, and every location stands in its part`, async () => {
      const snapshot = await loadCase('random-1', mode);
      const { objects } = readObjects(objectsText('random-1'), 'objects.jsonl');
      fc.assert(
        fc.property(fc.array(mutation, { minLength: 1, maxLength: 6 }), fc.boolean(), (mutations, withObjects) => {
          const mutated = mutate(snapshot, mutations);
          const model = interpretSnapshot(mutated, { mode, objects: withObjects ? objects : undefined });
          const output = describeModel(model, mutated);
          JSON.parse([...jsonPieces(Object.entries(output))].join(''));
          assert.ok(drawTree(model, mutated).length > 0);
          const lineCounts = new Map(mutated.parts.map(({ id, text }) => [id, text.split('\n').length]));
          for (const { location } of model.problems) {
            if (location !== undefined) assert.ok(location.line < (lineCounts.get(location.part) ?? 0));
          }
          for (const { endpoints } of model.services) {
            for (const { share, localShare } of endpoints) {
              assert.ok(share >= 0 && share <= 1 + 1e-9 && (localShare ?? 0) <= 1 + 1e-9);
            }
          }
        }),
        { numRuns: 300 },
      );
    });
  }
});
