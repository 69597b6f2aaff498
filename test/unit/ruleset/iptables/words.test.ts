import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWord, splitWords } from '../../../../agent/ruleset/iptables/words.ts';

const cases: readonly { readonly name: string; readonly line: string; readonly words: readonly string[] }[] = [
  { name: 'spaces and tabs separate words', line: ' -A\tX  -j   Y ', words: ['-A', 'X', '-j', 'Y'] },
  { name: 'quotes keep spaces', line: '--comment "a b\tc" -j', words: ['--comment', 'a b\tc', '-j'] },
  { name: 'a backslash escapes inside quotes', line: '"a \\"b\\" \\\\ \\\' \\n"', words: ['a "b" \\ \' n'] },
  { name: 'a backslash outside quotes is a character', line: 'a\\"b c" d', words: ['a\\b c', 'd'] },
  { name: 'a quote may open within a word, and closing it ends the word', line: 'ab"c d"ef', words: ['abc d', 'ef'] },
  { name: 'an empty pair of quotes is an empty word', line: 'a "" b', words: ['a', '', 'b'] },
  { name: 'an unterminated quote runs to the end', line: 'a "b c', words: ['a', 'b c'] },
  { name: 'an unterminated quote around nothing is no word', line: 'a "', words: ['a'] },
  { name: 'an apostrophe does not quote', line: "'a b'", words: ["'a", "b'"] },
  { name: 'a carriage return within the line is a character', line: 'a\rb', words: ['a\rb'] },
];

for (const { name, line, words } of cases) {
  test(name, () => {
    const found = splitWords(line, 0, line.length).words;
    assert.deepEqual(
      found.map(({ value }) => value),
      words,
    );
    for (const { span, value } of found) {
      const word = readWord(line, span.start, line.length);
      if (word) assert.deepEqual(word, { value, end: span.end });
    }
  });
}

test('only the given part of the text is split, and spans are offsets of the text', () => {
  const { words, unterminatedQuote } = splitWords('xx a "b c" yy', 3, 10);
  assert.deepEqual(words, [
    { value: 'a', span: { start: 3, end: 4 }, quoted: false },
    { value: 'b c', span: { start: 5, end: 10 }, quoted: true },
  ]);
  assert.equal(unterminatedQuote, undefined);
});

test('the place of a quote that is not closed is told', () => {
  assert.equal(splitWords('a b"c d', 0, 7).unterminatedQuote, 3);
});
