import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseNftJson } from '../../../../agent/ruleset/nftables/parseJson.ts';
import { parseNftText } from '../../../../agent/ruleset/nftables/parseText.ts';
import { printNft } from '../../../../agent/ruleset/nftables/print.ts';
import { unknownNftParts } from '../../../../agent/ruleset/nftables/unknownParts.ts';
import { comparableView } from './comparableView.ts';

const folder = new URL('../../../golden/data/', import.meta.url).pathname;
const cases = globSync('*/nftables', { cwd: folder }).toSorted();

test('there are recorded nft rule sets', () => {
  assert.ok(cases.length >= 5);
});

for (const name of cases) {
  test(`${name}: both forms are understood in full, printed back, and have the same view`, () => {
    const jsonText = readFileSync(`${folder}${name}/nft.json`, 'utf8');
    const listText = readFileSync(`${folder}${name}/nft.txt`, 'utf8');
    const json = parseNftJson(jsonText);
    const text = parseNftText(listText);
    assert.equal(printNft(json), jsonText);
    assert.equal(printNft(text), listText);
    for (const document of [json, text]) {
      assert.deepEqual(document.problems, []);
      assert.deepEqual([...unknownNftParts(document)], []);
    }
    assert.deepEqual(comparableView(text.ruleset), comparableView(json.ruleset));
  });
}
