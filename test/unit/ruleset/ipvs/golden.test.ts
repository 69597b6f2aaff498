import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { formatIpvsRealServer, formatIpvsVirtualServer } from '../../../../agent/ruleset/ipvs/format.ts';
import { parseIpvsadmStats } from '../../../../agent/ruleset/ipvs/parseList.ts';
import { parseIpvsadmSave } from '../../../../agent/ruleset/ipvs/parseSave.ts';
import { printIpvsadm } from '../../../../agent/ruleset/ipvs/print.ts';

const folder = new URL('../../../golden/data/', import.meta.url).pathname;
const cases = globSync('*/ipvs', { cwd: folder }).toSorted();

test('there are recorded virtual servers', () => {
  assert.ok(cases.length >= 5);
});

for (const name of cases) {
  test(`${name}: rules are understood in full, printed back, and formatted to the same lines`, () => {
    const text = readFileSync(`${folder}${name}/ipvsadm-save.txt`, 'utf8');
    const save = parseIpvsadmSave(text);
    assert.equal(printIpvsadm(save), text);
    assert.deepEqual(save.problems, []);
    assert.deepEqual(save.commands, []);
    const lines = save.virtualServers.flatMap((server) => [
      formatIpvsVirtualServer(server),
      ...server.realServers.map((real) => formatIpvsRealServer(server.service, real)),
    ]);
    assert.equal(`${lines.join('\n')}\n`, text);
  });

  test(`${name}: statistics name the same virtual and real servers as the rules`, () => {
    const text = readFileSync(`${folder}${name}/ipvsadm-stats.txt`, 'utf8');
    const list = parseIpvsadmStats(text);
    assert.equal(printIpvsadm(list), text);
    assert.deepEqual(list.problems, []);
    const save = parseIpvsadmSave(readFileSync(`${folder}${name}/ipvsadm-save.txt`, 'utf8'));
    assert.deepEqual(
      list.virtualServers.map(({ service, realServers }) => [service, realServers.map(({ address }) => address)]),
      save.virtualServers.map(({ service, realServers }) => [service, realServers.map(({ address }) => address)]),
    );
    assert.ok(list.virtualServers.every(({ counters }) => counters?.exact));
  });
}
