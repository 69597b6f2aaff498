import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileNftables } from '../../../agent/compile/nftables/compileNftables.ts';
import { resolveServices } from '../../../agent/compile/resolveServices.ts';
import type { IpFamily } from '../../../agent/model/address.ts';
import type { NftablesTable } from '../../../agent/model/serviceRules.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';
import { generatedSet, objectLines } from '../../peers/generatedObjects.ts';
import { EditedObjects } from '../../support/editedObjects.ts';
import { assertStands, NftablesKernel } from './nftablesKernel.ts';

const families: readonly IpFamily[] = ['ipv4', 'ipv6'];

const edits = 200;

/** Edits after which the kernel is read again. */
const readEvery = 10;

function lineCount(text: string): number {
  return text.split('\n').length - 1;
}

describe('nftables rules that follow Services as they change', () => {
  for (const family of families) {
    it(`are those of the Services after each of ${edits} changes: ${family}`, (context) => {
      using kernel = new NftablesKernel();
      const { objects, options } = generatedSet(42);
      const edited = new EditedObjects(readObjects(objectLines(objects), 'objects.jsonl').objects, 42);
      const compiled = (): NftablesTable =>
        compileNftables(resolveServices(edited.objects, options, family), options, family);
      let current = compiled();
      const whole = kernel.change(undefined, current, family).reduce((sum, { stdin }) => sum + lineCount(stdin), 0);
      const foreign = kernel.foreignTables();
      const endpointLines: number[] = [];
      for (let number = 1; number <= edits; number++) {
        const edit = edited.edit();
        const desired = compiled();
        const steps = kernel.change(current, desired, family);
        current = desired;
        const lines = steps.reduce((sum, { stdin }) => sum + lineCount(stdin), 0);
        if (edit.kind === 'endpoint' && lines > 0) endpointLines.push(lines);
        assert.ok(
          steps.filter(({ phase }) => phase !== 'break').length <= 1,
          `${edit.text} takes several transactions`,
        );
        if (number % readEvery === 0) assertStands(kernel, current, family);
      }
      const median = endpointLines.toSorted((a, b) => a - b)[endpointLines.length >> 1] ?? 0;
      context.diagnostic(
        `${whole} lines for everything; ${median} lines in half of ${endpointLines.length} endpoints' changes`,
      );
      assert.ok(median > 0 && median <= 12, `${median} lines`);
      assert.equal(kernel.foreignTables(), foreign);
    });
  }
});
