import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNftText } from '../../../agent/ruleset/nftables/parseText.ts';
import { printNft } from '../../../agent/ruleset/nftables/print.ts';
import { NetworkNamespace } from '../../support/networkNamespace.ts';
import { comparableView } from '../../unit/ruleset/nftables/comparableView.ts';
import { ruleBeds } from '../../unit/ruleset/nftables/rules.ts';
import { loadRules } from './loadRules.ts';

for (const [index, bed] of ruleBeds.entries()) {
  test(`rules in ${bed.family}, ${bed.hook}: what was parsed and printed loads to the same view`, (context) => {
    using first = new NetworkNamespace('nft-a');
    using second = new NetworkNamespace('nft-b');
    const table = `${bed.family} t${index}`;
    const declaration = `table ${table} {\n${bed.declarations}\nchain c { ${bed.hook} }\n}\n`;
    const declared = first.run('nft', ['-f', '-'], declaration);
    if (declared.status !== 0 && bed.needs !== undefined) {
      context.diagnostic(`this kernel has no ${bed.needs}`);
      return;
    }
    assert.equal(declared.status, 0, declared.stderr);
    loadRules(first, table, bed.rules);
    const listed = parseNftText(first.output('nft', ['list', 'ruleset']));
    second.output('nft', ['-f', '-'], printNft(listed));
    const again = parseNftText(second.output('nft', ['list', 'ruleset']));
    assert.deepEqual(comparableView(again.ruleset), comparableView(listed.ruleset));
  });
}
