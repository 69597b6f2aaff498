import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatRule } from '../../../../agent/ruleset/iptables/formatRule.ts';
import { parseIptablesSave } from '../../../../agent/ruleset/iptables/parse.ts';
import { printIptablesSave } from '../../../../agent/ruleset/iptables/print.ts';
import { ruleProblems } from '../../../../agent/ruleset/iptables/ruleProblems.ts';
import { comparableRule } from './comparableRule.ts';
import { assertIndexAgrees } from './indexAgreement.ts';

const folder = new URL('../../../golden/data/', import.meta.url).pathname;
const files = globSync('**/ip*tables-save.txt', { cwd: folder }).toSorted();

test('there are recorded dumps of both families', () => {
  assert.ok(files.some((file) => file.endsWith('/iptables-save.txt')));
  assert.ok(files.some((file) => file.endsWith('/ip6tables-save.txt')));
});

for (const file of files) {
  test(`${file} is understood in full and printed back`, () => {
    const text = readFileSync(folder + file, 'utf8');
    const dump = parseIptablesSave(text);
    assert.equal(printIptablesSave(dump), text);
    assert.deepEqual(ruleProblems(dump), []);
    assert.equal(dump.ruleCount, text.match(/^-A /gm)?.length);
    assert.equal(dump.chainCount, text.match(/^:/gm)?.length);
    assert.ok(dump.sections.every(({ committed }) => committed));
  });

  test(`${file}: the index agrees with the rules in full`, () => {
    const dump = parseIptablesSave(readFileSync(folder + file, 'utf8'));
    for (let index = 0; index < dump.ruleCount; index++) {
      assertIndexAgrees(dump, index);
      assert.ok(dump.chainRules(dump.ruleChain(index)).includes(index));
    }
  });

  test(`${file}: every rule written anew is the same rule`, () => {
    const dump = parseIptablesSave(readFileSync(folder + file, 'utf8'));
    for (let index = 0; index < dump.ruleCount; index++) {
      const rule = dump.rule(index);
      const again = parseIptablesSave(`*nat\n${formatRule(rule)}\nCOMMIT\n`).rule(0);
      assert.deepEqual(comparableRule(again), comparableRule(rule));
    }
  });
}
