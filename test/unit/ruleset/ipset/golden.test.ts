import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatIpsetDefinition, formatIpsetEntry } from '../../../../agent/ruleset/ipset/format.ts';
import { parseIpsetSave } from '../../../../agent/ruleset/ipset/parse.ts';
import { printIpsetSave } from '../../../../agent/ruleset/ipset/print.ts';

const folder = new URL('../../../golden/data/', import.meta.url).pathname;
const files = globSync('**/ipset-save.txt', { cwd: folder }).toSorted();

test('there are recorded IP sets', () => {
  assert.ok(files.length >= 5);
});

for (const file of files) {
  test(`${file} is understood in full, printed back, and formatted to the same lines`, () => {
    const text = readFileSync(folder + file, 'utf8');
    const dump = parseIpsetSave(text);
    assert.equal(printIpsetSave(dump), text);
    assert.deepEqual(dump.problems, []);
    const lines = dump.sets.flatMap((set) => [
      ...(set.definition ? [formatIpsetDefinition(set.name, set.definition)] : []),
      ...Array.from(set.entries(), (entry) => formatIpsetEntry(set.name, entry)),
    ]);
    assert.equal(`${lines.join('\n')}\n`, text);
  });
}
