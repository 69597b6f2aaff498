import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locateInRules } from '../../../../agent/ruleset/iptables/locate.ts';
import { parseIptablesSave } from '../../../../agent/ruleset/iptables/parse.ts';

const text =
  '*nat\n:A - [0:0]\n-A A ! -s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j DNAT --to-destination 1.2.3.4:80\nCOMMIT\n';

/** What stands at the first character of a piece of the text, in few words. */
function at(piece: string) {
  const found = locateInRules(parseIptablesSave(text), text.indexOf(piece));
  return found && [found.match?.name ?? found.target?.name, found.option?.name, found.value?.value];
}

const cases: readonly (readonly [string, readonly (string | undefined)[] | undefined])[] = [
  ['*nat', undefined],
  [':A', undefined],
  ['COMMIT', undefined],
  ['A A', [undefined, undefined, undefined]],
  ['! -s', [undefined, '-s', undefined]],
  ['10.0.0.0', [undefined, '-s', '10.0.0.0/8']],
  ['m tcp', ['tcp', undefined, undefined]],
  ['port', ['tcp', '--dport', undefined]],
  ['80 ', ['tcp', '--dport', '80']],
  ['DNAT', ['DNAT', undefined, undefined]],
  ['1.2.3.4', ['DNAT', '--to-destination', '1.2.3.4:80']],
];

for (const [piece, expected] of cases) {
  test(`at "${piece}"`, () => assert.deepEqual(at(piece), expected));
}

test('the end of a value still belongs to it', () => {
  const found = locateInRules(parseIptablesSave(text), text.indexOf('\nCOMMIT'));
  assert.equal(found?.value?.value, '1.2.3.4:80');
});
