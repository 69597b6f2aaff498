import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { RulesetProblem } from '../../../agent/ruleset/common/problem.ts';
import { parseIpsetSave } from '../../../agent/ruleset/ipset/parse.ts';
import { parseIpvsadmStats } from '../../../agent/ruleset/ipvs/parseList.ts';
import { parseIpvsadmSave } from '../../../agent/ruleset/ipvs/parseSave.ts';
import { parseNftJson } from '../../../agent/ruleset/nftables/parseJson.ts';
import { parseNftText } from '../../../agent/ruleset/nftables/parseText.ts';

interface Understood {
  readonly problems: readonly RulesetProblem[];
  /** How many sets, virtual servers, or rules. */
  readonly size: number;
}

const ruleCount = ({ ruleset, problems }: ReturnType<typeof parseNftJson>): Understood => ({
  problems,
  size: ruleset.tables.flatMap(({ chains }) => chains).flatMap(({ rules }) => rules).length,
});

const languages: readonly (readonly [file: string, parse: (text: string) => Understood])[] = [
  [
    'ipvs/ipset-save.txt',
    (text) => {
      const { sets, problems } = parseIpsetSave(text);
      return { problems, size: sets.reduce((sum, { entryCount }) => sum + 1 + entryCount, 0) };
    },
  ],
  [
    'ipvs/ipvsadm-save.txt',
    (text) => {
      const { virtualServers, problems } = parseIpvsadmSave(text);
      return { problems, size: virtualServers.length };
    },
  ],
  [
    'ipvs/ipvsadm-stats.txt',
    (text) => {
      const { virtualServers, problems } = parseIpvsadmStats(text);
      return { problems, size: virtualServers.length };
    },
  ],
  ['nftables/nft.json', (text) => ruleCount(parseNftJson(text))],
  ['nftables/nft.txt', (text) => ruleCount(parseNftText(text))],
];

for (const [file, parse] of languages) {
  const original = readFileSync(new URL(`../../golden/data/random-1/${file}`, import.meta.url), 'utf8');
  const { size } = parse(original);

  test(`${file} that an editor of another system has saved is understood as the original`, () => {
    assert.ok(size > 0);
    for (const text of [
      `\ufeff${original}`,
      original.replaceAll('\n', '\r\n'),
      `\ufeff${original.replaceAll('\n', '\r\n')}`,
      original.trimEnd(),
    ]) {
      assert.deepEqual(parse(text), { problems: [], size });
    }
  });
}
