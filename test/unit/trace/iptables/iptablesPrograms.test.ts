import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iptablesPrograms } from '../../../../agent/trace/iptables/iptablesPrograms.ts';
import { rulesetsOf, surroundings, tracedAddress, tracedPacket } from './ruleSupport.ts';

function dump(table: string, ...chains: readonly string[]): string {
  return `*${table}\n${chains.map((chain) => `:${chain} ACCEPT [0:0]\n`).join('')}COMMIT\n`;
}

const all = [
  dump('raw', 'PREROUTING', 'OUTPUT'),
  dump('mangle', 'PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'),
  dump('nat', 'PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'),
  '*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT ACCEPT [0:0]\n:OWN - [0:0]\nCOMMIT\n',
  dump('security', 'INPUT', 'FORWARD', 'OUTPUT'),
].join('');

test('base chains of all tables with their hooks, priorities, types and policies', () => {
  const { baseChains, missing } = iptablesPrograms(rulesetsOf(all));
  assert.deepEqual(
    baseChains.map(({ table, hook, priority, type, policy }) => `${table} ${hook} ${priority} ${type} ${policy}`),
    [
      'raw prerouting -300 filter accept',
      'raw output -300 filter accept',
      'mangle prerouting -150 filter accept',
      'mangle input -150 filter accept',
      'mangle forward -150 filter accept',
      'mangle output -150 route accept',
      'mangle postrouting -150 filter accept',
      'nat prerouting -100 nat accept',
      'nat input 100 nat accept',
      'nat output -100 nat accept',
      'nat postrouting 100 nat accept',
      'filter input 0 filter accept',
      'filter forward 0 filter drop',
      'filter output 0 filter accept',
      'security input 50 filter accept',
      'security forward 50 filter accept',
      'security output 50 filter accept',
    ],
  );
  assert.deepEqual(missing, []);
});

test('the table security comes later in the backend nf_tables', () => {
  const { baseChains } = iptablesPrograms(rulesetsOf(dump('security', 'INPUT'), 'ipv4', { backend: 'nf_tables' }));
  assert.deepEqual(
    baseChains.map(({ priority }) => priority),
    [150],
  );
});

test('both families and both backends stand side by side', () => {
  const rulesets = [
    ...rulesetsOf(dump('nat', 'PREROUTING')),
    ...rulesetsOf(dump('nat', 'PREROUTING'), 'ipv4', { id: 'iptables-legacy-save', backend: 'legacy' }),
    ...rulesetsOf(dump('nat', 'PREROUTING'), 'ipv6'),
  ];
  const { baseChains } = iptablesPrograms(rulesets);
  assert.deepEqual(
    baseChains.map(({ families }) => families[0]),
    ['ipv4', 'ipv4', 'ipv6'],
  );
});

test('a table whose end is missing is told of', () => {
  const { missing } = iptablesPrograms(rulesetsOf('*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j ACC'));
  assert.deepEqual(
    missing.map(({ code, args }) => [code, args]),
    [['rules-cut-off', { part: 'iptables-save', table: 'nat' }]],
  );
});

test('what is taken of sockets is told where rules ask for them', () => {
  const text = '*mangle\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -m socket --transparent -j ACCEPT\nCOMMIT\n';
  assert.deepEqual(
    iptablesPrograms(rulesetsOf(text)).missing.map(({ code, args }) => [code, args]),
    [['sockets-assumed', { part: 'iptables-save' }]],
  );
});

const affinity = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SEP-A - [0:0]
:KUBE-SEP-B - [0:0]
:KUBE-SVC - [0:0]
-A KUBE-SVC -m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-A --mask 255.255.255.255 --rsource -j KUBE-SEP-A
-A KUBE-SVC -m comment --comment "--to-destination 10.0.0.4:80 -j DNAT" -j KUBE-SEP-A
-A KUBE-SEP-A -s 10.0.0.2/32 -j KUBE-MARK-MASQ
-A KUBE-SEP-A -p tcp -m recent --set --name KUBE-SEP-A --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.0.0.2:8080
-A KUBE-SEP-B -p tcp -m tcp -j DNAT --to-destination 10.0.0.3:8080
COMMIT
`;

const affinity6 = `*nat
:PREROUTING ACCEPT [0:0]
-A KUBE-SEP-C -p tcp -m recent --set --rsource -m tcp -j DNAT --to-destination [fd00:0::2]:8080
COMMIT
`;

test('the lists that remember the clients of an endpoint', () => {
  const programs = iptablesPrograms([...rulesetsOf(affinity), ...rulesetsOf(affinity6, 'ipv6')]);
  const lists = (address: string, port: number) => programs.affinityLists({ address: tracedAddress(address), port });
  assert.deepEqual(lists('10.0.0.2', 8080), ['KUBE-SEP-A']);
  assert.deepEqual(lists('10.0.0.2', 80), []);
  assert.deepEqual(lists('10.0.0.3', 8080), []);
  assert.deepEqual(lists('10.0.0.4', 80), []);
  assert.deepEqual(lists('fd00::2', 8080), ['DEFAULT']);
});

test('the rules that can translate to an endpoint', () => {
  const ranges = `*nat
:OUTPUT ACCEPT [0:0]
-A OUTPUT -j DNAT --to-destination 10.0.0.1-10.0.0.3:8000-8100
-A OUTPUT -j DNAT --to-destination 10.0.0.2
-A OUTPUT -j DNAT --to-destination :8080
-D OUTPUT -j DNAT --to-destination 10.0.0.2
COMMIT
*filter
:OUTPUT ACCEPT [0:0]
-A OUTPUT -j DNAT --to-destination 10.0.0.2:8080
COMMIT
`;
  const programs = iptablesPrograms([...rulesetsOf(affinity), ...rulesetsOf(ranges), ...rulesetsOf(affinity6, 'ipv6')]);
  const rules = (address: string, port: number) =>
    programs
      .rulesTo({ address: tracedAddress(address), port })
      .map(({ chain, position }) => chain.ruleText(position).replace(/.* (?=-j)/, `${chain.name} `));
  assert.deepEqual(rules('10.0.0.2', 8080), [
    'KUBE-SEP-A -j DNAT --to-destination 10.0.0.2:8080',
    'OUTPUT -j DNAT --to-destination 10.0.0.2:8080',
    'OUTPUT -j DNAT --to-destination 10.0.0.2',
    'OUTPUT -j DNAT --to-destination 10.0.0.1-10.0.0.3:8000-8100',
  ]);
  assert.deepEqual(rules('10.0.0.3', 8100), ['OUTPUT -j DNAT --to-destination 10.0.0.1-10.0.0.3:8000-8100']);
  assert.deepEqual(rules('10.0.0.3', 8101), []);
  assert.deepEqual(rules('fd00::2', 8080), ['KUBE-SEP-C -j DNAT --to-destination [fd00:0::2]:8080']);
});

const broken = [
  ['an empty dump', ''],
  ['only a table', '*nat\n'],
  [
    'a chain that leads to itself',
    '*nat\n:PREROUTING ACCEPT [0:0]\n:A - [0:0]\n-A PREROUTING -j A\n-A A -j A\nCOMMIT\n',
  ],
  ['a chain that is missing', '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -j GONE\nCOMMIT\n'],
  [
    'options without values',
    '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p -s -d ! -i -m -m set --match-set -j\nCOMMIT\n',
  ],
  ['words that mean nothing', '*nat\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING what "is this -j DNAT\nCOMMIT\n'],
  ['a table that nobody knows', '*novel\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n'],
] as const;

for (const [name, text] of broken) {
  test(`${name} throws nothing`, () => {
    const { baseChains, affinityLists } = iptablesPrograms(rulesetsOf(text));
    const packet = tracedPacket();
    for (const { program } of baseChains) {
      for (let at = program.candidate(0, packet); at < program.ruleCount; at = program.candidate(at + 1, packet)) {
        program.ask(at, packet, surroundings());
        program.miss(at, packet, surroundings());
      }
    }
    assert.deepEqual(affinityLists({ address: tracedAddress('10.0.0.2'), port: 80 }), []);
  });
}
