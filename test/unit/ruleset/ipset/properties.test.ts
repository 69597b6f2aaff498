import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Span } from '../../../../agent/ruleset/common/position.ts';
import { parseIpsetSave } from '../../../../agent/ruleset/ipset/parse.ts';
import { printIpsetSave } from '../../../../agent/ruleset/ipset/print.ts';
import { damaged, propertyRuns } from '../../../support/mutations.ts';
import { everyType } from './samples.ts';

const golden = new URL('../../../golden/data/', import.meta.url);
const originals = [everyType, readFileSync(new URL('random-4-ipv6/ipvs/ipset-save.txt', golden), 'utf8')];
const fragments = [
  'add ',
  'create ',
  ' hash:ip',
  ' comment "',
  ' timeout',
  '-exist ',
  ',tcp:',
  'physdev:',
  'flush x\n',
];

function isWithin(text: string, { start, end }: Span): boolean {
  return start >= 0 && start <= end && end <= text.length;
}

test('a damaged dump never throws, prints back the same, and places everything within the text', () => {
  fc.assert(
    fc.property(damaged(originals, fragments), (text) => {
      const dump = parseIpsetSave(text);
      assert.equal(printIpsetSave(dump), text);
      for (const set of dump.sets) {
        const entries = [...set.entries()];
        assert.equal(entries.length, set.entryCount);
        for (const entry of entries) {
          assert.ok(isWithin(text, entry.span) && isWithin(text, entry.elementSpan));
          for (const option of entry.options) assert.ok(isWithin(text, option.span));
        }
        if (set.definition) assert.ok(isWithin(text, set.definition.span) && isWithin(text, set.definition.nameSpan));
      }
      for (const problem of dump.problems) assert.ok(isWithin(text, problem.span), problem.code);
    }),
    propertyRuns,
  );
});

test('any text at all never throws and prints back the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      assert.equal(printIpsetSave(parseIpsetSave(text)), text);
    }),
    propertyRuns,
  );
});
