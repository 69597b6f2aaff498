import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { differenceInMeaning, editChain, editLines, splitEdit } from '../../../../agent/plan/iptables/chainEdit.ts';
import { type Gap, listDifference } from '../../../../agent/plan/iptables/listDifference.ts';
import { SeededRandom } from '../../../peers/seededRandom.ts';

function applied(before: readonly string[], after: readonly string[], gaps: readonly Gap[]): string[] {
  const result = [...before];
  for (const { at, removed, from, added } of gaps.toReversed()) {
    result.splice(at, removed, ...after.slice(from, from + added));
  }
  return result;
}

/** Runs the lines that change a chain. */
function run(before: readonly string[], lines: readonly string[]): string[] {
  const rules = [...before];
  for (const line of lines) {
    const [, letter, number, rule = ''] = /^(?:-([AIRD]) C (?:(\d+) ?)?|:C )(.*)$/.exec(line) ?? [];
    const at = Number(number) - 1;
    if (letter === undefined) rules.length = 0;
    else if (letter === 'A') rules.push(rule);
    else if (letter === 'I') rules.splice(at, 0, rule);
    else if (letter === 'R') rules[at] = rule;
    else rules.splice(at, 1);
  }
  return rules;
}

function randomList(random: SeededRandom, letters: number): string[] {
  return Array.from({ length: random.below(12) }, () => `-j ${String.fromCharCode(65 + random.below(letters))}`);
}

describe('the difference of two lists', () => {
  it('makes one of the other, for thousands of pairs with elements that come again', () => {
    const random = new SeededRandom(11);
    for (let round = 0; round < 5000; round++) {
      const letters = 2 + random.below(20);
      const [before, after] = [randomList(random, letters), randomList(random, letters)];
      const gaps = listDifference(before, after);
      assert.deepEqual(applied(before, after, gaps), after);
      const edit = editChain('C', before, after);
      assert.deepEqual(edit === undefined ? before : run(before, editLines(edit)), after);
      if (edit === undefined) continue;
      const { addition, removal } = splitEdit(edit);
      const both = addition === undefined ? before : run(before, editLines(addition));
      for (const rule of before) assert.ok(both.includes(rule), 'a rule went while others came');
      for (const rule of after) assert.ok(both.includes(rule), 'a rule did not come');
      assert.deepEqual(removal === undefined ? both : run(both, editLines(removal)), after);
    }
  });

  const cases: readonly (readonly [before: string, after: string, gaps: number, edits: number])[] = [
    ['a b c d', 'a b c d', 0, 0],
    ['a b c d', 'a x b c d', 1, 1],
    ['a b c d', 'a c d', 1, 1],
    ['a b c d', 'a x c y', 2, 2],
    ['a b c d e f', 'b c d e f a', 2, 2],
    ['a b c d e f', 'x b c y d e z', 3, 3],
  ];
  for (const [before, after, gaps, edits] of cases) {
    it(`is small: ${before} -> ${after}`, () => {
      const found = listDifference(before.split(' '), after.split(' '));
      assert.equal(found.length, gaps);
      assert.equal(
        found.reduce((sum, { removed, added }) => sum + Math.max(removed, added), 0),
        edits,
      );
    });
  }

  it('of rules does not count how they are printed', () => {
    const before = ['-p tcp -m tcp --dport 80 -j A', '-s 10.0.0.1/32 -j B', '-j C'];
    const after = ['-p 6 -m tcp  --dport 80 -j A', '-s 10.0.0.2/32 -j B', '-j C'];
    assert.deepEqual(differenceInMeaning(before, after), [{ at: 1, removed: 1, from: 1, added: 1 }]);
    assert.equal(editChain('C', before, ['-p 6 -m tcp  --dport 80 -j A', '-s 10.0.0.1 -j B', '-j C']), undefined);
  });

  it('writes a chain anew where that takes fewer lines', () => {
    const before = ['-j A', '-j B', '-j C', '-j D', '-j E'];
    const edit = editChain('C', before, ['-j X', '-j Y']);
    assert.deepEqual(edit && editLines(edit), [':C - [0:0]', '-A C -j X', '-A C -j Y']);
  });
});
