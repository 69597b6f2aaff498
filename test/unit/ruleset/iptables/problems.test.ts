import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIptablesSave } from '../../../../agent/ruleset/iptables/parse.ts';
import { ruleProblems } from '../../../../agent/ruleset/iptables/ruleProblems.ts';

interface ProblemCase {
  readonly name: string;
  readonly text: string;
  /** Each problem as `code at "the text of its span"`, with its values. */
  readonly problems: readonly (readonly [string, Readonly<Record<string, string | number>>])[];
}

const inFilter = (body: string) => `*filter\n:INPUT ACCEPT [0:0]\n:A - [0:0]\n${body}COMMIT\n`;

const cases: readonly ProblemCase[] = [
  { name: 'nothing', text: '', problems: [] },
  { name: 'an empty line', text: '\n', problems: [] },
  { name: 'a table without chains', text: '*raw\nCOMMIT\n', problems: [] },
  {
    name: 'lines that are nothing known are one problem for each run',
    text: 'hello\nworld\n\n*raw\nCOMMIT\nSegmentation fault\n',
    problems: [
      ['unknown-line at "hello\nworld"', { lines: 2 }],
      ['unknown-line at "Segmentation fault"', { lines: 1 }],
    ],
  },
  {
    name: 'a line with blanks in front is a rule, but no comment',
    text: inFilter('  -A A -j DROP\n  # no\n'),
    problems: [['unknown-line at "  # no"', { lines: 1 }]],
  },
  {
    name: 'rules and chains outside of tables',
    text: ':A - [0:0]\n-A A -j DROP\n',
    problems: [['outside-table at ":A - [0:0]\n-A A -j DROP"', { lines: 2 }]],
  },
  {
    name: 'a table that the next one cuts off, and one that the end cuts off',
    text: '*nat\n:A - [0:0]\n*filter\n:B - [0:0]\n-A B -j AC',
    problems: [
      ['missing-commit at "*nat"', { table: 'nat' }],
      ['missing-commit at "*filter"', { table: 'filter' }],
      ['missing-target-chain at "-A B -j AC"', { chain: 'AC', table: 'filter', references: 1 }],
    ],
  },
  { name: 'COMMIT outside of a table', text: 'COMMIT\n', problems: [['commit-without-table at "COMMIT"', {}]] },
  {
    name: 'a table without a name',
    text: '*\n:A - [0:0]\n-A A -j DROP\nCOMMIT\n',
    problems: [['table-without-name at "*"', {}]],
  },
  {
    name: 'chain lines that lack something or have too much',
    text: '*filter\n:\n:A\n:B - [0\n:C - [0:0] x\n:D -\nCOMMIT\n',
    problems: [
      ['malformed-chain at ":"', {}],
      ['malformed-chain at ":A"', {}],
      ['malformed-chain at ":B - [0"', {}],
      ['malformed-chain at ":C - [0:0] x"', {}],
    ],
  },
  {
    name: 'a chain declared twice in one section',
    text: inFilter(':A - [0:0]\n'),
    problems: [['duplicate-chain at "A"', { chain: 'A', table: 'filter' }]],
  },
  {
    name: 'two dumps in one file',
    text: '*raw\n:A - [0:0]\n:B - [0:0]\nCOMMIT\n'.repeat(2),
    problems: [['repeated-table at "*raw"', { table: 'raw' }]],
  },
  {
    name: 'a policy on a chain that is not built in',
    text: inFilter(':B DROP [0:0]\n'),
    problems: [['policy-on-user-chain at "B"', { chain: 'B', table: 'filter' }]],
  },
  {
    name: 'rules of an undeclared chain, told once; a built-in chain need not be declared',
    text: inFilter('-A B -j DROP\n-A B -j DROP\n-A FORWARD -j A\n'),
    problems: [['undeclared-chain at "-A B -j DROP"', { chain: 'B', table: 'filter' }]],
  },
  {
    name: 'jumps to a chain that does not exist, told once; targets of iptables are no chains',
    text: inFilter('-A A -j GONE\n-A INPUT -g GONE\n-A A -j LOG\n-A A -j RETURN\n-A A -j QUEUE\n'),
    problems: [['missing-target-chain at "-A A -j GONE"', { chain: 'GONE', table: 'filter', references: 2 }]],
  },
  {
    name: 'a chain of another table is not in this one',
    text: `${inFilter('')}*nat\n:B - [0:0]\n-A B -j A\nCOMMIT\n`,
    problems: [['missing-target-chain at "-A B -j A"', { chain: 'A', table: 'nat', references: 1 }]],
  },
  {
    name: 'an unterminated quote',
    text: inFilter('-A A -m comment --comment "a b -j DROP\n'),
    problems: [['unterminated-quote at ""a b -j DROP"', {}]],
  },
  {
    name: 'an option without its values',
    text: inFilter('-A A -p tcp -m tcp --tcp-flags SYN\n-A A -j DNAT --to-destination\n-P INPUT\n'),
    problems: [
      ['missing-value at "--tcp-flags"', { option: '--tcp-flags', expected: 2, found: 1 }],
      ['missing-value at "--to-destination"', { option: '--to-destination', expected: 1, found: 0 }],
      ['missing-value at "-P"', { option: '-P', expected: 2, found: 1 }],
    ],
  },
  {
    name: 'a value for an option that takes none',
    text: inFilter('-A A -j MASQUERADE --random=yes\n'),
    problems: [['unexpected-value at "yes"', { option: '--random' }]],
  },
  {
    name: 'negations that cannot be',
    text: inFilter('-A A ! -j DROP\n-A A ! -m tcp --dport 1\n-A A -m comment ! --comment x\n-A A -j DROP !\n'),
    problems: [
      ['not-negatable at "-j"', { option: '-j' }],
      ['not-negatable at "-m"', { option: '-m' }],
      ['not-negatable at "--comment"', { option: '--comment' }],
      ['unexpected-negation at "!"', {}],
    ],
  },
  {
    name: 'lines with no command, two commands or two targets',
    text: inFilter('-j DROP\n-A A -D A -j DROP\n-A A -j DROP -j ACCEPT\n'),
    problems: [
      ['missing-command at "-j DROP"', {}],
      ['several-commands at "-D"', {}],
      ['several-targets at "-j ACCEPT"', {}],
    ],
  },
  {
    name: 'malformed counters',
    text: inFilter('[1:x] -A A -j DROP\n[5 -A A -j DROP\n-A A -c 1 b -j DROP\n'),
    problems: [
      ['malformed-counters at "[1:x]"', {}],
      ['malformed-counters at "["', {}],
      ['unexpected-word at "5"', { word: '5' }],
      ['malformed-counters at "-c 1 b"', {}],
    ],
  },
  {
    name: 'what iptables-nft says of tables that it cannot show',
    text:
      "# Table `filter' is incompatible, use 'nft' tool.\n" +
      "# Table `nat' contains incompatible base-chains, use 'nft' tool to list them.\n" +
      '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n' +
      '# Warning: ip6tables-legacy tables present, use ip6tables-legacy-save to see them\n',
    problems: [
      ["incompatible-table at \"# Table `filter' is incompatible, use 'nft' tool.\"", { table: 'filter' }],
      [
        "incompatible-table at \"# Table `nat' contains incompatible base-chains, use 'nft' tool to list them.\"",
        { table: 'nat' },
      ],
      [
        'legacy-tables-present at "# Warning: iptables-legacy tables present, use iptables-legacy-save to see them"',
        {},
      ],
      [
        'legacy-tables-present at "# Warning: ip6tables-legacy tables present, use ip6tables-legacy-save to see them"',
        {},
      ],
    ],
  },
  {
    name: 'control characters, told once',
    text: inFilter('-A A -j DR\0OP\n\x01\x02\n'),
    problems: [
      ['missing-target-chain at "-A A -j DR\0OP"', { chain: 'DR\0OP', table: 'filter', references: 1 }],
      ['binary-content at "\0"', { count: 3 }],
      ['unknown-line at "\x01\x02"', { lines: 1 }],
    ],
  },
  {
    name: 'a byte order mark',
    text: '\ufeff*filter\nCOMMIT\n',
    problems: [['byte-order-mark at "\ufeff"', {}]],
  },
  {
    name: 'a byte order mark in front of a rule',
    text: '\ufeff-A A -j DROP\n',
    problems: [
      ['byte-order-mark at "\ufeff"', {}],
      ['outside-table at "-A A -j DROP"', { lines: 1 }],
    ],
  },
];

for (const { name, text, problems } of cases) {
  test(name, () => {
    const found = ruleProblems(parseIptablesSave(text));
    assert.deepEqual(
      found.map(({ code, args, span }) => [`${code} at "${text.slice(span.start, span.end)}"`, args]),
      problems,
    );
    for (const { message } of found) assert.doesNotMatch(message, /\{\w+\}|undefined/);
  });
}

test('a line longer than iptables-restore reads, which is parsed nevertheless', () => {
  const comment = 'x'.repeat(40_000);
  const dump = parseIptablesSave(inFilter(`-A A -m comment --comment ${comment} -j DROP\n`));
  assert.deepEqual(
    dump.problems.map(({ code, args }) => [code, args]),
    [['line-too-long', { length: 40_034 }]],
  );
  assert.equal(dump.comment(0), comment);
  assert.equal(dump.targetName(0), 'DROP');
});

test('a large file that is no dump at all has few problems', () => {
  const dump = parseIptablesSave('\x7fELF\0\x01 garbage\n'.repeat(50_000));
  assert.deepEqual(
    dump.problems.map(({ code, args }) => [code, args]),
    [
      ['unknown-line', { lines: 50_000 }],
      ['binary-content', { count: 100_000 }],
    ],
  );
});
