import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NftDocument } from '../../../agent/ruleset/nftables/document.ts';
import { parseNftJson } from '../../../agent/ruleset/nftables/parseJson.ts';
import { parseNftText } from '../../../agent/ruleset/nftables/parseText.ts';
import { unknownNftParts } from '../../../agent/ruleset/nftables/unknownParts.ts';
import { NetworkNamespace } from '../../support/networkNamespace.ts';
import { comparableView } from '../../unit/ruleset/nftables/comparableView.ts';
import { type RuleBed, ruleBeds } from '../../unit/ruleset/nftables/rules.ts';
import { loadRules } from './loadRules.ts';

for (const [index, bed] of ruleBeds.entries()) {
  test(`rules in ${bed.family}, ${bed.hook}: the JSON and the text form have the same view`, (context) => {
    using namespace = new NetworkNamespace('nft');
    const table = `${bed.family} t${index}`;
    const declared = namespace.run('nft', ['-f', '-'], declaration(table, bed));
    if (declared.status !== 0 && bed.needs !== undefined) {
      context.diagnostic(`this kernel has no ${bed.needs}; not tried: ${bed.rules.join('; ')}`);
      return;
    }
    assert.equal(declared.status, 0, declared.stderr);
    const refused = loadRules(namespace, table, bed.rules);
    for (const rule of refused) context.diagnostic(`this kernel or nft refuses: ${rule}`);
    assert.ok(refused.length < bed.rules.length, 'at least one rule must load');

    const json = parseNftJson(namespace.output('nft', ['-j', 'list', 'ruleset']));
    const text = parseNftText(namespace.output('nft', ['list', 'ruleset']));
    const withHandles = parseNftText(namespace.output('nft', ['-a', 'list', 'ruleset']));

    for (const document of [json, text, withHandles]) assert.deepEqual(document.problems, []);
    assert.equal(ruleCount(json), bed.rules.length - refused.length);
    assert.deepEqual(comparableView(text.ruleset), comparableView(json.ruleset));
    assert.deepEqual(comparableView(withHandles.ruleset), comparableView(json.ruleset));
    assert.deepEqual(handles(withHandles), handles(json));
    for (const { message } of unknownNftParts(json)) context.diagnostic(message);
    assert.equal([...unknownNftParts(text)].length, [...unknownNftParts(json)].length);
  });
}

function declaration(table: string, bed: RuleBed): string {
  return `table ${table} {\n${bed.declarations}\nchain c { ${bed.hook} }\n}\n`;
}

function ruleCount(document: NftDocument): number {
  return document.ruleset.tables.flatMap((table) => table.chains).flatMap((chain) => chain.rules).length;
}

function handles(document: NftDocument): unknown {
  return document.ruleset.tables.map((table) => ({
    table: table.handle,
    chains: table.chains.map((chain) => ({ chain: chain.handle, rules: chain.rules.map((rule) => rule.handle) })),
    sets: table.sets.map((set) => set.handle),
  }));
}
