import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { generatedSet } from '../peers/generatedObjects.ts';
import { ParityNode } from '../support/parityNode.ts';
import { readParityRecords, recordKey } from '../support/parityRecords.ts';
import { startTestNode } from './startTestNode.ts';
import type { TestNode } from './testNode.ts';

/** The first is applied on nothing, the second on what the first left. With another scheduler each. */
const pairs = [
  [2, 3],
  [17, 18],
  [32, 33],
  [47, 49],
  [77, 78],
] as const;

describe('the kernel holds what kube-proxy left in it, in ipvs mode', () => {
  let node: TestNode;
  before(async () => {
    node = await startTestNode();
  });
  after(() => node.stop());

  for (const pair of pairs) {
    it(`after sets ${pair.join(' and ')}`, async () => {
      const records = new Map((await readParityRecords()).map((record) => [recordKey(record), record]));
      await using parity = await ParityNode.inTestNode(node, 'ipvs');
      for (const seed of pair) {
        const left = await parity.apply(generatedSet(seed));
        assert.deepEqual(left, [], `set ${seed}: a plan for what is there changes it again`);
        assert.deepEqual(await parity.differencesFrom(records, seed, true), []);
      }
    });
  }
});
