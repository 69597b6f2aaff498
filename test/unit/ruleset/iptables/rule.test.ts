import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRule } from '../../../../agent/ruleset/iptables/parseRule.ts';
import type { IptablesRule, RuleOption } from '../../../../agent/ruleset/iptables/rule.ts';

function parse(line: string): IptablesRule {
  return parseRule(line, 0, { start: 0, end: line.length });
}

/** An option in one text, for example `! --dport 80`, with `?` in front when it is not known. */
function show({ name, negated, values, known }: RuleOption): string {
  return [known ? '' : '?', negated ? '! ' : '', [name, ...values.map(({ value }) => value)].join(' ')].join('');
}

/** A rule in few words: what belongs to what. */
function outline({ parameters, matches, target, command, strayWords }: IptablesRule) {
  return {
    ...(command && {
      command: [command.kind, command.chain?.value, command.argument?.value].filter((x) => x !== undefined),
    }),
    ...(parameters.length > 0 && { parameters: parameters.map(show) }),
    ...(matches.length > 0 && {
      matches: matches.map(({ name, options, known, implied }) => {
        return [`${known ? '' : '?'}${implied ? '(' : ''}${name}${implied ? ')' : ''}`, ...options.map(show)];
      }),
    }),
    ...(target && { target: [target.kind, `${target.known ? '' : '?'}${target.name}`, ...target.options.map(show)] }),
    ...(strayWords.length > 0 && { strayWords: strayWords.map(({ value }) => value) }),
  };
}

interface RuleCase {
  readonly name: string;
  readonly line: string;
  readonly outline: ReturnType<typeof outline>;
  readonly problems?: readonly string[];
}

const cases: readonly RuleCase[] = [
  {
    name: 'a rule without a target',
    line: '-A X -s 192.0.2.0/24',
    outline: { command: ['append', 'X'], parameters: ['-s 192.0.2.0/24'] },
  },
  {
    name: 'options belong to the match or target that has them',
    line: '-A X ! -s 1.2.3.4/32 -p tcp -m tcp --dport 80 -m comment --comment "a b" -j DNAT --to-destination 5.6.7.8:80 --random',
    outline: {
      command: ['append', 'X'],
      parameters: ['! -s 1.2.3.4/32', '-p tcp'],
      matches: [
        ['tcp', '--dport 80'],
        ['comment', '--comment a b'],
      ],
      target: ['jump', 'DNAT', '--to-destination 5.6.7.8:80', '--random'],
    },
  },
  {
    name: 'an option may stand behind another match, and goes to the last match that has it',
    line: '-A X -p tcp -m tcp -m conntrack --dport 80 --ctstate NEW -m mark --mark 1 -m connmark --mark 2 -j A',
    outline: {
      command: ['append', 'X'],
      parameters: ['-p tcp'],
      matches: [
        ['tcp', '--dport 80'],
        ['conntrack', '--ctstate NEW'],
        ['mark', '--mark 1'],
        ['connmark', '--mark 2'],
      ],
      target: ['jump', '?A'],
    },
  },
  {
    name: 'the same match twice',
    line: '-A X -m comment --comment a -m comment --comment b -g Y',
    outline: {
      command: ['append', 'X'],
      matches: [
        ['comment', '--comment a'],
        ['comment', '--comment b'],
      ],
      target: ['goto', '?Y'],
    },
  },
  {
    name: 'a protocol implies its match, by name or number',
    line: '-A X -p 6 --dport 80 -j ACCEPT',
    outline: {
      command: ['append', 'X'],
      parameters: ['-p 6'],
      matches: [['(tcp)', '--dport 80']],
      target: ['jump', 'ACCEPT'],
    },
  },
  {
    name: 'negation in the older order',
    line: '-A X -s ! 1.2.3.4 -p tcp -m tcp --dport ! 80 -m set --match-set ! s dst,dst -j DROP',
    outline: {
      command: ['append', 'X'],
      parameters: ['! -s 1.2.3.4', '-p tcp'],
      matches: [
        ['tcp', '! --dport 80'],
        ['set', '! --match-set s dst,dst'],
      ],
      target: ['jump', 'DROP'],
    },
  },
  {
    name: 'long, abbreviated and glued forms',
    line: '--append X --source 1.2.3.4 --destination=5.6.7.8 -ptcp --in-int eth0 --match tcp --destination-port=80 --jump ACCEPT',
    outline: {
      command: ['append', 'X'],
      parameters: ['-s 1.2.3.4', '-d 5.6.7.8', '-p tcp', '-i eth0'],
      matches: [['tcp', '--dport 80']],
      target: ['jump', 'ACCEPT'],
    },
  },
  {
    name: 'options with two values, and with one that may be left out',
    line: '-A X -p tcp -m tcp --tcp-flags SYN,ACK SYN -m rateest --rateest1 a --rateest-lt --rateest-bps --rateest2 b -j SET --add-set s src,dst --exist',
    outline: {
      command: ['append', 'X'],
      parameters: ['-p tcp'],
      matches: [
        ['tcp', '--tcp-flags SYN,ACK SYN'],
        ['rateest', '--rateest1 a', '--rateest-lt', '--rateest-bps', '--rateest2 b'],
      ],
      target: ['jump', 'SET', '--add-set s src,dst', '--exist'],
    },
  },
  {
    name: 'a value that looks like an option or a target',
    line: '-A X -m comment --comment -j -j LOG --log-prefix "-g "',
    outline: {
      command: ['append', 'X'],
      matches: [['comment', '--comment -j']],
      target: ['jump', 'LOG', '--log-prefix -g '],
    },
  },
  {
    name: 'an option that may stand several times',
    line: '-A X -m policy --dir in --pol ipsec --strict --reqid 1 --next --reqid 2 -j ACCEPT',
    outline: {
      command: ['append', 'X'],
      matches: [['policy', '--dir in', '--pol ipsec', '--strict', '--reqid 1', '--next', '--reqid 2']],
      target: ['jump', 'ACCEPT'],
    },
  },
  {
    name: 'two blanks before a value, as nfacct prints it',
    line: '-A X -m nfacct --nfacct-name  ct_state_invalid_dropped_pkts -j DROP',
    outline: {
      command: ['append', 'X'],
      matches: [['nfacct', '--nfacct-name ct_state_invalid_dropped_pkts']],
      target: ['jump', 'DROP'],
    },
  },
  {
    name: 'unknown matches and options are kept with their values',
    line: '-A X -m geoip ! --source-country DE,FR --deep 1 2 -j XTARGET --flavour "very sweet" --more',
    outline: {
      command: ['append', 'X'],
      matches: [['?geoip', '?! --source-country DE,FR', '?--deep 1 2']],
      target: ['jump', '?XTARGET', '?--flavour very sweet', '?--more'],
    },
    problems: ['unknown-match', 'unknown-option', 'unknown-option', 'unknown-option', 'unknown-option'],
  },
  {
    name: 'an unknown option of a known match',
    line: '-A X -m tcp --dport 80 --novel 5 -j ACCEPT',
    outline: { command: ['append', 'X'], matches: [['tcp', '--dport 80', '?--novel 5']], target: ['jump', 'ACCEPT'] },
    problems: ['unknown-option'],
  },
  {
    name: 'a revision that iptables-save cannot print',
    line: '-A X -m tcp --dport 80 [unsupported revision] -j NFLOG [unsupported revision]',
    outline: {
      command: ['append', 'X'],
      matches: [['tcp', '--dport 80']],
      target: ['jump', 'NFLOG'],
      strayWords: ['[unsupported', 'revision]', '[unsupported', 'revision]'],
    },
    problems: ['unsupported-revision', 'unsupported-revision'],
  },
  {
    name: 'insert at a place',
    line: '-I X 3 -j ACCEPT',
    outline: { command: ['insert', 'X', '3'], target: ['jump', 'ACCEPT'] },
  },
  {
    name: 'insert at the head',
    line: '-I X -j ACCEPT',
    outline: { command: ['insert', 'X'], target: ['jump', 'ACCEPT'] },
  },
  { name: 'delete by number', line: '-D X 3', outline: { command: ['delete', 'X', '3'] } },
  { name: 'replace', line: '-R X 1 -j DROP', outline: { command: ['replace', 'X', '1'], target: ['jump', 'DROP'] } },
  { name: 'policy', line: '-P INPUT DROP', outline: { command: ['policy', 'INPUT', 'DROP'] } },
  { name: 'new chain', line: '-N X', outline: { command: ['new-chain', 'X'] } },
  { name: 'rename', line: '-E X Y', outline: { command: ['rename-chain', 'X', 'Y'] } },
  { name: 'flush a chain', line: '-F X', outline: { command: ['flush', 'X'] } },
  { name: 'flush all', line: '--flush', outline: { command: ['flush'] } },
  { name: 'delete a chain', line: '-X X', outline: { command: ['delete-chain', 'X'] } },
  {
    name: 'mistakes in one line',
    line: '-A X ! ACCEPT -m tcp ! --sport -j DNAT --random yes -j DROP',
    outline: {
      command: ['append', 'X'],
      matches: [['tcp', '! --sport -j', '?--random yes']],
      target: ['jump', 'DROP'],
      strayWords: ['ACCEPT', 'DNAT'],
    },
    problems: ['unexpected-negation', 'unexpected-word', 'unexpected-word', 'unknown-option'],
  },
];

for (const { name, line, outline: expected, problems = [] } of cases) {
  test(name, () => {
    const rule = parse(line);
    assert.deepEqual(outline(rule), expected);
    assert.deepEqual(
      rule.problems.map(({ code }) => code),
      problems,
    );
  });
}

test('counters in front and as an option, exact beyond 2^53', () => {
  const prefix = parse('[18446744073709551615:9007199254740993] -A X -j ACCEPT').counters;
  assert.deepEqual(prefix, {
    packets: 18446744073709551615n,
    bytes: 9007199254740993n,
    form: 'prefix',
    span: { start: 0, end: 39 },
  });
  assert.deepEqual(parse('-A X -c 1 2 -j ACCEPT').counters, {
    packets: 1n,
    bytes: 2n,
    form: 'option',
    span: { start: 5, end: 11 },
  });
  assert.equal(parse('-A X --set-counters 3,4').counters?.bytes, 4n);
});

test('spans cover what they name', () => {
  const line = '  [1:2] -A X ! -s 10.0.0.0/8 -m comment --comment "a b" -j LOG --log-prefix x';
  const rule = parseRule(line, 0, { start: 2, end: line.length });
  const at = (span: { start: number; end: number } | undefined) => span && line.slice(span.start, span.end);
  assert.equal(at(rule.counters?.span), '[1:2]');
  assert.equal(at(rule.command?.span), '-A');
  assert.equal(at(rule.command?.chain?.span), 'X');
  assert.equal(at(rule.parameters[0]?.span), '! -s 10.0.0.0/8');
  assert.equal(at(rule.parameters[0]?.nameSpan), '-s');
  assert.equal(at(rule.matches[0]?.span), '-m comment --comment "a b"');
  assert.equal(at(rule.matches[0]?.nameSpan), 'comment');
  assert.equal(at(rule.matches[0]?.options[0]?.values[0]?.span), '"a b"');
  assert.equal(at(rule.target?.span), '-j LOG --log-prefix x');
  assert.equal(at(rule.target?.nameSpan), 'LOG');
});
