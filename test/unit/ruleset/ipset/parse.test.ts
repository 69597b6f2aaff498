import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsetSet } from '../../../../agent/ruleset/ipset/document.ts';
import { formatIpsetDefinition, formatIpsetEntry } from '../../../../agent/ruleset/ipset/format.ts';
import { parseIpsetSave } from '../../../../agent/ruleset/ipset/parse.ts';
import { everyType } from './samples.ts';

const problemsOf = (text: string): readonly string[] =>
  parseIpsetSave(text).problems.map(({ code, span }) => `${code}: ${text.slice(span.start, span.end)}`);

function onlySet(text: string): IpsetSet {
  const { sets } = parseIpsetSave(text);
  assert.equal(sets.length, 1);
  const [set] = sets;
  assert.ok(set);
  return set;
}

test('sets of every type are understood without problems', () => {
  const dump = parseIpsetSave(everyType);
  assert.deepEqual(dump.problems, []);
  assert.equal(dump.sets.length, 21);
  for (const set of dump.sets) {
    for (const entry of set.entries()) assert.notDeepEqual(entry.parts, [], `${set.name} ${entry.element}`);
  }
});

test('formatting what was understood gives the lines back', () => {
  const lines = parseIpsetSave(everyType).sets.flatMap((set) => [
    ...(set.definition ? [formatIpsetDefinition(set.name, set.definition)] : []),
    ...Array.from(set.entries(), (entry) => formatIpsetEntry(set.name, entry)),
  ]);
  // ipset saves odd names without the quotes that it needs to read them, so these lines alone change.
  const expected = everyType
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^(create|add) odd name/, '$1 "odd name"').replace('create od"d', 'create "od"d"'));
  assert.deepEqual(lines, expected);
});

test('a definition has its options with their places', () => {
  const text = 'create KUBE-CLUSTER-IP hash:ip,port family inet6 maxelem 65536 counters\n';
  const { definition } = onlySet(text);
  assert.deepEqual(definition, {
    span: { start: 0, end: text.length - 1 },
    nameSpan: { start: 7, end: 22 },
    type: 'hash:ip,port',
    dimensions: ['ip', 'port'],
    family: 'inet6',
    options: [
      { name: 'family', value: 'inet6', span: { start: 36, end: 48 }, known: true },
      { name: 'maxelem', value: '65536', span: { start: 49, end: 62 }, known: true },
      { name: 'counters', span: { start: 63, end: 71 }, known: true },
    ],
  });
});

test('an entry has its timeout, counters, comment and place', () => {
  const text =
    'create s hash:ip\nadd s 10.0.0.1 timeout 60 packets 18446744073709551615 bytes 7 comment "a b" nomatch\r\n';
  const [entry] = onlySet(text).entries();
  assert.ok(entry);
  assert.equal(text.slice(entry.elementSpan.start, entry.elementSpan.end), '10.0.0.1');
  assert.equal(text.slice(entry.span.start, entry.span.end), text.slice(17, -2));
  const { timeout, packets, bytes, comment, nomatch } = entry;
  assert.deepEqual(
    { timeout, packets, bytes, comment, nomatch },
    {
      timeout: 60,
      packets: 18446744073709551615n,
      bytes: 7n,
      comment: 'a b',
      nomatch: true,
    },
  );
});

test('an entry beyond the last is none', () => {
  const set = onlySet('create s hash:ip\nadd s 10.0.0.1\n');
  assert.equal(set.entry(0)?.element, '10.0.0.1');
  for (const index of [-1, 1, 0.5, Number.NaN]) assert.equal(set.entry(index), undefined);
});

test('names with blanks and quotes are found although ipset saves them without quotes', () => {
  const saved = parseIpsetSave(
    'create odd name hash:ip\nadd odd name 1.1.1.1\ncreate od"d hash:ip\nadd od"d 1.1.1.2 comment "x y"\n',
  );
  assert.deepEqual(
    saved.sets.map((set) => [set.name, set.entryCount]),
    [
      ['odd name', 1],
      ['od"d', 1],
    ],
  );
  assert.deepEqual(
    parseIpsetSave('create "odd name" hash:ip\nadd "odd name" 1.1.1.1\n').sets.map((set) => [set.name, set.entryCount]),
    [['odd name', 1]],
  );
});

test('restore input: short commands, -exist in any place, comments, blank lines, COMMIT', () => {
  const text = [
    '# a comment',
    '-N s iphash:wrong',
    'new t hash:ip',
    '  -exist add\tt  1.1.1.1',
    '-A t 1.1.1.2 -exist',
    'add -! t 1.1.1.3',
    '--add t 1.1.1.4',
    'flush t',
    'swap t u',
    'del t 1.1.1.1',
    'x t',
    '',
    'COMMIT',
  ].join('\n');
  const dump = parseIpsetSave(text);
  const set = dump.sets.find(({ name }) => name === 't');
  assert.deepEqual(
    Array.from(set?.entries() ?? [], ({ element }) => element),
    ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'],
  );
  assert.deepEqual(
    dump.commands.map(({ name, words }) => [name, ...words]),
    [['flush', 't'], ['swap', 't', 'u'], ['del', 't', '1.1.1.1'], ['destroy', 't'], ['COMMIT']],
  );
  assert.deepEqual(problemsOf(text), ['ipset-unknown-type: iphash:wrong']);
});

test('a set may be created anew after it was destroyed, but not twice', () => {
  assert.deepEqual(problemsOf('create s hash:ip\ndestroy s\ncreate s hash:net\n'), []);
  assert.deepEqual(problemsOf('create s hash:ip\ncreate s hash:net\n'), ['ipset-duplicate-set: s']);
});

const problems: readonly (readonly [text: string, problem: string])[] = [
  ['create s hash:ip\nadd s nonsense\n', 'ipset-entry-mismatch: nonsense'],
  ['create s hash:ip\nadd s 1.1.1.1 timeout\n', 'ipset-option-without-value: timeout'],
  ['create s hash:ip\nadd s 1.1.1.1 colour red\n', 'ipset-unknown-option: colour'],
  ['create s hash:ip\nadd s 1.1.1.1 comment "open\n', 'ipset-unclosed-quote: "open'],
  ['create s hash:ip shiny\n', 'ipset-unknown-option: shiny'],
  ['create s hash:future\n', 'ipset-unknown-type: hash:future'],
  ['create s\n', 'ipset-missing-argument: create'],
  ['add s\n', 'ipset-missing-argument: add'],
  ['frobnicate s\n', 'ipset-unknown-command: frobnicate'],
  ['add s 1.1.1.1\n', 'ipset-set-not-created: 1.1.1.1'],
];

for (const [text, problem] of problems) {
  test(`${JSON.stringify(text)} has the problem ${problem}`, () => {
    assert.ok(problemsOf(text).includes(problem), String(problemsOf(text)));
  });
}

test('entries of a set with an unknown type are kept as they are', () => {
  const [entry] = onlySet('create s hash:future\nadd s some,thing new 1\n').entries();
  assert.equal(entry?.element, 'some,thing');
  assert.deepEqual(entry?.parts, []);
});

test('100,000 entries are read, and any of them can be asked for', () => {
  const lines = Array.from(
    { length: 100_000 },
    (_, index) => `add big 10.${index >> 16}.${(index >> 8) & 255}.${index & 255},tcp:80 timeout 300 comment "a b"`,
  );
  const set = onlySet(`create big hash:ip,port timeout 0 comment\n${lines.join('\n')}\n`);
  assert.equal(set.entryCount, 100_000);
  assert.equal(set.entry(99_999)?.element, '10.1.134.159,tcp:80');
});
