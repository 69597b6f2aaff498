import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { IptablesRules } from '../../../agent/model/serviceRules.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';
import { generatedSet, objectLines } from '../../peers/generatedObjects.ts';
import { EditedObjects } from '../../support/editedObjects.ts';
import { assertStands, backends, compiledRules, families, IptablesKernel, noRules } from './iptablesKernel.ts';

const edits = 200;

/** Edits after which the kernel is read again. */
const readEvery = 10;

function lineCount(text: string): number {
  return text.split('\n').length - 1;
}

describe('iptables rules that follow Services as they change', () => {
  for (const backend of backends) {
    for (const family of families) {
      it(`are those of the Services after each of ${edits} changes: ${backend}, ${family}`, (context) => {
        using kernel = new IptablesKernel(backend, family);
        const { objects, options } = generatedSet(42);
        const edited = new EditedObjects(readObjects(objectLines(objects), 'objects.jsonl').objects, 42);
        const compiled = (): IptablesRules => compiledRules(edited.objects, options, family);
        let current = compiled();
        const whole = kernel.change(noRules, current).reduce((sum, { stdin }) => sum + lineCount(stdin), 0);
        const foreign = kernel.foreignLines();
        const endpointLines: number[] = [];
        for (let number = 1; number <= edits; number++) {
          const edit = edited.edit();
          const desired = compiled();
          const steps = kernel.change(current, desired);
          current = desired;
          const lines = steps.reduce((sum, { stdin }) => sum + lineCount(stdin), 0);
          if (edit.kind === 'endpoint' && lines > 0) endpointLines.push(lines);
          assert.ok(steps.length <= 1, `${edit.text} takes several runs`);
          if (number % readEvery === 0) assertStands(kernel, current);
        }
        const median = endpointLines.toSorted((a, b) => a - b)[endpointLines.length >> 1] ?? 0;
        context.diagnostic(
          `${whole} lines for everything; ${median} lines in half of ${endpointLines.length} endpoints' changes`,
        );
        assert.ok(median > 0 && median <= 15, `${median} lines`);
        assert.equal(kernel.foreignLines(), foreign);
      });
    }
  }
});
