import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { comparableRules } from './comparableRules.ts';
import { readRuleFiles } from './ruleFiles.ts';

const caseFolder = join(import.meta.dirname, '../golden/data/classic');

/** The case with one text replaced in one file; the text has to be there. */
async function changed(mode: string, file: string, from: string | RegExp, to: string): Promise<Map<string, string>> {
  const files = new Map(await readRuleFiles(join(caseFolder, mode)));
  const text = files.get(file) ?? '';
  const replaced = text.replace(from, to);
  assert.notEqual(replaced, text);
  return files.set(file, replaced);
}

async function comparable(mode: string): Promise<Record<string, unknown>> {
  return comparableRules(await readRuleFiles(join(caseFolder, mode)));
}

describe('comparableRules', () => {
  for (const [what, mode, file, from, to] of [
    ['the time of recording', 'iptables', 'iptables-save.txt', /^# Generated.*$/m, '# Generated'],
    ['counters of chains', 'iptables', 'iptables-save.txt', ':INPUT ACCEPT [0:0]', ':INPUT ACCEPT [7:70]'],
    ['the random seed of a set', 'ipvs', 'ipset-save.txt', / initval 0x\w+/, ' initval 0x00000001'],
    ['the index of the device', 'ipvs', 'kube-ipvs0.txt', /^\d+:/, '99:'],
    ['handles', 'nftables', 'nft.json', /"handle": \d+/, '"handle": 4711'],
  ] as const) {
    it(`leaves out ${what}`, async () => {
      assert.deepEqual(comparableRules(await changed(mode, file, from, to)), await comparable(mode));
    });
  }

  for (const [what, mode, file, from, to] of [
    ['a rule', 'iptables', 'iptables-save.txt', '0.50000000000', '0.25000000000'],
    ['the order of rules', 'iptables', 'iptables-save.txt', /(-A INPUT.*\n)(-A INPUT.*\n)/, '$2$1'],
    ['a chain', 'iptables', 'iptables-save.txt', /^:KUBE-SEP-.*\n/m, ''],
    ['a member of a set', 'ipvs', 'ipset-save.txt', '10.96.0.10,tcp:80', '10.96.0.10,tcp:81'],
    ['a real server', 'ipvs', 'ipvsadm-save.txt', '-m -w 1', '-m -w 0'],
    ['an address', 'ipvs', 'kube-ipvs0.txt', '10.96.0.10/32', '10.96.0.11/32'],
    ['an element of a map', 'nftables', 'nft.json', '"10.0.0.3"', '"10.0.0.9"'],
  ] as const) {
    it(`sees a change of ${what}`, async () => {
      assert.notDeepEqual(comparableRules(await changed(mode, file, from, to)), await comparable(mode));
    });
  }
});
