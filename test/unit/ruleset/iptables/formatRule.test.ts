import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRule } from '../../../../agent/ruleset/iptables/formatRule.ts';
import { parseRule } from '../../../../agent/ruleset/iptables/parseRule.ts';

function again(line: string): string {
  return formatRule(parseRule(line, 0, { start: 0, end: line.length }));
}

const unchanged = [
  '-A X',
  '[1:2] -A X ! -s 10.0.0.0/8 -p tcp -m tcp ! --dport 80 -j DNAT --to-destination 1.2.3.4:80 --random',
  '-A X -m comment --comment "it\\\'s \\"here\\" \\\\ there" -j ACCEPT',
  '-A X -m comment --comment "" -j ACCEPT',
  '-A X -m comment --comment single -g Y',
  '-A X -c 5 6 -j ACCEPT',
  '-I X 3 -m set ! --match-set S dst,dst -j SET --add-set S src --exist',
  '-P INPUT DROP',
  '-F',
  '-A X -m novel ! --option a b --flag -j NOVEL --more "c d"',
];

for (const line of unchanged) {
  test(`stays as it is: ${line}`, () => assert.equal(again(line), line));
}

const changed: readonly (readonly [string, string])[] = [
  ['--append X  --source ! 1.2.3.4   -jACCEPT', '-A X ! -s 1.2.3.4 -j ACCEPT'],
  ['-A X -p tcp --dport 80 -j ACCEPT', '-A X -p tcp -m tcp --dport 80 -j ACCEPT'],
  ['-j ACCEPT -A X -m comment --comment a"b c"', '-A X -m comment --comment "ab c" -j ACCEPT'],
  ['-A X -m comment --comment -j -j ACCEPT', '-A X -m comment --comment=-j -j ACCEPT'],
  ['-A X -m comment --comment ! -j ACCEPT', '-A X -m comment --comment "!" -j ACCEPT'],
  ['-L"-x"', '-L"-x"'],
];

for (const [line, expected] of changed) {
  test(`is written in the usual form: ${line}`, () => {
    assert.equal(again(line), expected);
    assert.equal(again(expected), expected);
  });
}
