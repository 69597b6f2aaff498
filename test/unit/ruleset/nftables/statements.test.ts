import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NftExpression } from '../../../../agent/ruleset/nftables/expression.ts';
import { parseNftJson } from '../../../../agent/ruleset/nftables/parseJson.ts';
import { parseNftText } from '../../../../agent/ruleset/nftables/parseText.ts';
import type { NftStatement, NftStatementBody } from '../../../../agent/ruleset/nftables/statement.ts';
import { unknownNftParts } from '../../../../agent/ruleset/nftables/unknownParts.ts';

const value = (constant: string | number | boolean): NftExpression => ({ kind: 'value', value: constant });
const payload = (protocol: string, field: string): NftExpression => ({ kind: 'payload', protocol, field });
const meta = (key: string): NftExpression => ({ kind: 'meta', key });
const match = (
  left: NftExpression,
  right: NftExpression,
  operator: '==' | 'in' | '!=' | '!' = '==',
): NftStatementBody => ({
  kind: 'match',
  operator,
  left,
  right,
});
const span = { start: 0, end: 0 };
const setOf = (...keys: readonly NftExpression[]): NftExpression => ({
  kind: 'set',
  elements: keys.map((key) => ({ key, span })),
});
const mapOf = (...pairs: readonly (readonly [key: NftExpression, data: NftExpression])[]): NftExpression => ({
  kind: 'set',
  elements: pairs.map(([key, data]) => ({ key, data, span })),
});
const verdict = (kind: 'accept' | 'drop' | 'continue' | 'return'): NftStatementBody => ({
  kind: 'verdict',
  verdict: { kind },
});
const numgen = (modulus: number): NftExpression => ({ kind: 'numgen', mode: 'random', modulus, offset: 0 });
const jumpTo = (kind: 'jump' | 'goto', target: string): NftExpression => ({
  kind: 'verdict',
  verdict: { kind, target },
});

interface Case {
  readonly text: string;
  /** The same rule as `nft -j` prints its `expr`; left out where no nft prints it so. */
  readonly json?: unknown;
  readonly statements: readonly NftStatementBody[];
}

const payloadJson = (protocol: string, field: string): unknown => ({ payload: { protocol, field } });
const l4protoIsTcp = { match: { op: '==', left: { meta: { key: 'l4proto' } }, right: 'tcp' } };

/** What kube-proxy writes, and forms that no kernel at hand takes: written down from nft's documentation. */
const cases: readonly Case[] = [
  {
    text: 'ip daddr . meta l4proto . th dport vmap @service-ips',
    json: [
      {
        vmap: {
          key: { concat: [payloadJson('ip', 'daddr'), { meta: { key: 'l4proto' } }, payloadJson('th', 'dport')] },
          data: '@service-ips',
        },
      },
    ],
    statements: [
      {
        kind: 'verdictMap',
        key: { kind: 'concatenation', items: [payload('ip', 'daddr'), meta('l4proto'), payload('th', 'dport')] },
        data: { kind: 'namedSet', name: 'service-ips' },
      },
    ],
  },
  {
    text: 'numgen random mod 2 vmap { 0 : goto endpoint-A-ns/app/tcp/p__10.0.0.1/80, 1 : goto b }',
    json: [
      {
        vmap: {
          key: { numgen: { mode: 'random', mod: 2, offset: 0 } },
          data: {
            set: [
              [0, { goto: { target: 'endpoint-A-ns/app/tcp/p__10.0.0.1/80' } }],
              [1, { goto: { target: 'b' } }],
            ],
          },
        },
      },
    ],
    statements: [
      {
        kind: 'verdictMap',
        key: numgen(2),
        data: mapOf(
          [value(0), jumpTo('goto', 'endpoint-A-ns/app/tcp/p__10.0.0.1/80')],
          [value(1), jumpTo('goto', 'b')],
        ),
      },
    ],
  },
  {
    text: 'meta l4proto tcp dnat to 10.244.0.2:8080',
    json: [l4protoIsTcp, { dnat: { addr: '10.244.0.2', port: 8080 } }],
    statements: [
      match(meta('l4proto'), value('tcp')),
      { kind: 'nat', type: 'dnat', address: value('10.244.0.2'), port: value(8080), flags: [] },
    ],
  },
  {
    text: 'meta l4proto tcp dnat to 10.0.0.0/24:80 persistent',
    json: [l4protoIsTcp, { dnat: { addr: { prefix: { addr: '10.0.0.0', len: 24 } }, port: 80, flags: 'persistent' } }],
    statements: [
      match(meta('l4proto'), value('tcp')),
      {
        kind: 'nat',
        type: 'dnat',
        address: { kind: 'prefix', address: '10.0.0.0', length: 24 },
        port: value(80),
        flags: ['persistent'],
      },
    ],
  },
  {
    text: 'meta l4proto tcp dnat to [fd00::1]:80',
    json: [l4protoIsTcp, { dnat: { addr: 'fd00::1', port: 80 } }],
    statements: [
      match(meta('l4proto'), value('tcp')),
      { kind: 'nat', type: 'dnat', address: value('fd00::1'), port: value(80), flags: [] },
    ],
  },
  {
    text: 'meta mark set meta mark | 0x00004000 comment "masquerade"',
    json: [{ mangle: { key: { meta: { key: 'mark' } }, value: { '|': [{ meta: { key: 'mark' } }, 16384] } } }],
    statements: [
      {
        kind: 'mangle',
        key: meta('mark'),
        value: { kind: 'binary', operator: '|', left: meta('mark'), right: value(16384) },
      },
    ],
  },
  {
    // Of nft before 1.0.
    text: 'tcp flags & (fin | syn) == fin | syn accept',
    json: [
      {
        match: {
          op: '==',
          left: { '&': [payloadJson('tcp', 'flags'), { '|': ['fin', 'syn'] }] },
          right: { '|': ['fin', 'syn'] },
        },
      },
      { accept: null },
    ],
    statements: [
      {
        kind: 'match',
        operator: '==',
        left: {
          kind: 'binary',
          operator: '&',
          left: payload('tcp', 'flags'),
          right: { kind: 'list', items: [value('fin'), value('syn')] },
        },
        right: { kind: 'list', items: [value('fin'), value('syn')] },
      },
      verdict('accept'),
    ],
  },
  {
    text: 'tcp flags syn accept',
    json: [{ match: { op: 'in', left: payloadJson('tcp', 'flags'), right: 'syn' } }, { accept: null }],
    statements: [match(payload('tcp', 'flags'), value('syn'), 'in'), verdict('accept')],
  },
  {
    text: 'flow add @ft',
    json: [{ flow: { op: 'add', flowtable: '@ft' } }],
    statements: [{ kind: 'flowOffload', flowtable: 'ft' }],
  },
  {
    text: 'queue flags bypass,fanout to 1-3',
    json: [{ queue: { num: { range: [1, 3] }, flags: ['bypass', 'fanout'] } }],
    statements: [
      { kind: 'queue', number: { kind: 'range', from: value(1), to: value(3) }, flags: ['bypass', 'fanout'] },
    ],
  },
  {
    text: 'queue num 1-3 bypass,fanout',
    statements: [
      { kind: 'queue', number: { kind: 'range', from: value(1), to: value(3) }, flags: ['bypass', 'fanout'] },
    ],
  },
  {
    text: 'dup to 10.0.0.1 device "eth0"',
    json: [{ dup: { addr: '10.0.0.1', dev: 'eth0' } }],
    statements: [{ kind: 'duplicate', address: value('10.0.0.1'), device: value('eth0') }],
  },
  {
    text: 'tcp dport { 22, 80-90 } ip saddr 10.0.0.0/8 accept',
    json: [
      { match: { op: '==', left: payloadJson('tcp', 'dport'), right: { set: [22, { range: [80, 90] }] } } },
      { match: { op: '==', left: payloadJson('ip', 'saddr'), right: { prefix: { addr: '10.0.0.0', len: 8 } } } },
      { accept: null },
    ],
    statements: [
      match(payload('tcp', 'dport'), setOf(value(22), { kind: 'range', from: value(80), to: value(90) })),
      match(payload('ip', 'saddr'), { kind: 'prefix', address: '10.0.0.0', length: 8 }),
      verdict('accept'),
    ],
  },
  {
    text: 'meta mark 0x00050000/16 accept',
    json: [
      { match: { op: '==', left: { meta: { key: 'mark' } }, right: { prefix: { addr: 327680, len: 16 } } } },
      { accept: null },
    ],
    statements: [
      match({ kind: 'meta', key: 'mark' }, { kind: 'prefix', address: '327680', length: 16 }),
      verdict('accept'),
    ],
  },
  {
    text: 'tcp option maxseg size set rt mtu',
    json: [{ mangle: { key: { 'tcp option': { name: 'maxseg', field: 'size' } }, value: { rt: { key: 'mtu' } } } }],
    statements: [
      {
        kind: 'mangle',
        key: { kind: 'header', header: 'tcp option', name: 'maxseg', field: 'size' },
        value: { kind: 'rt', key: 'mtu' },
      },
    ],
  },
  {
    // Newer versions of nft print more than two operands of one operator as one list.
    text: 'meta mark set meta mark | 0x1 | 0x2',
    json: [{ mangle: { key: { meta: { key: 'mark' } }, value: { '|': [{ meta: { key: 'mark' } }, 1, 2] } } }],
    statements: [
      {
        kind: 'mangle',
        key: meta('mark'),
        value: {
          kind: 'binary',
          operator: '|',
          left: { kind: 'binary', operator: '|', left: meta('mark'), right: value(1) },
          right: value(2),
        },
      },
    ],
  },
  {
    text: 'add @limits { ip saddr limit rate over 10/second burst 5 packets } drop',
    statements: [
      {
        kind: 'setUpdate',
        operation: 'add',
        set: 'limits',
        element: { key: payload('ip', 'saddr'), span },
        statements: [{ kind: 'limit', rate: 10, unit: 'packets', per: 'second', burst: 5, over: true, span }],
      },
      verdict('drop'),
    ],
  },
  {
    // iptables-nft rules that the text form translates through the iptables extensions.
    text: 'meta l4proto tcp ip daddr 10.96.0.10  tcp dport 80 counter packets 5 bytes 300 meta mark set mark or 0x4000',
    statements: [
      match(meta('l4proto'), value('tcp')),
      match(payload('ip', 'daddr'), value('10.96.0.10')),
      match(payload('tcp', 'dport'), value(80)),
      { kind: 'counter', packets: 5, bytes: 300 },
      {
        kind: 'mangle',
        key: meta('mark'),
        value: { kind: 'binary', operator: '|', left: meta('mark'), right: value(0x4000) },
      },
    ],
  },
  {
    text: 'xt match "comment" counter packets 0 bytes 0 xt target MARK',
    json: [
      { xt: { type: 'match', name: 'comment' } },
      { counter: { packets: 0, bytes: 0 } },
      { xt: { type: 'target', name: 'MARK' } },
    ],
    statements: [
      { kind: 'xtables', type: 'match', name: 'comment' },
      { kind: 'counter', packets: 0, bytes: 0 },
      { kind: 'xtables', type: 'target', name: 'MARK' },
    ],
  },
  {
    text: 'ip protocol tcp   counter packets 0 bytes 0 # Warning: XT target DNAT not found\nxt target "DNAT"',
    statements: [
      match(payload('ip', 'protocol'), value('tcp')),
      { kind: 'counter', packets: 0, bytes: 0 },
      { kind: 'xtables', type: 'target', name: 'DNAT' },
    ],
  },
  {
    text: 'frobnicate the packet 5 accept',
    statements: [{ kind: 'unknown', source: 'frobnicate the packet 5' }, verdict('accept')],
  },
];

for (const { text, json, statements } of cases) {
  test(`${text.replace('\n', ' ')} as text`, () => {
    assert.deepEqual(
      withoutPlaces(onlyRule(`table ip t {\n\tchain c {\n\t\t${text}\n\t}\n}\n`, 'text')),
      withoutPlaces(statements),
    );
  });
  if (json !== undefined) {
    test(`${text} as JSON`, () => {
      const rule = { rule: { family: 'ip', table: 't', chain: 'c', handle: 2, expr: json } };
      const source = JSON.stringify({ nftables: [{ chain: { family: 'ip', table: 't', name: 'c' } }, rule] });
      assert.deepEqual(withoutPlaces(onlyRule(source, 'json')), withoutPlaces(statements));
    });
  }
}

for (const [family, type] of [
  ['ip', 'icmp'],
  ['ip6', 'icmpv6'],
  ['inet', 'icmpx'],
  ['bridge', 'icmpx'],
] as const) {
  test(`a plain reject in ${family} sends ${type} port-unreachable`, () => {
    const [reject] = onlyRule(`table ${family} t {\n\tchain c {\n\t\treject\n\t}\n}\n`, 'text');
    assert.deepEqual(reject && withoutPlaces([reject]), [{ kind: 'reject', type, code: 'port-unreachable' }]);
  });
}

test('each statement of a text rule stands where its words are', () => {
  const text = 'table ip t {\n\tchain c {\n\t\ttcp dport 80 counter packets 1 bytes 2 accept comment "x"\n\t}\n}\n';
  assert.deepEqual(
    onlyRule(text, 'text').map((statement) => text.slice(statement.span.start, statement.span.end)),
    ['tcp dport 80', 'counter packets 1 bytes 2', 'accept'],
  );
});

test('each statement of a JSON rule stands where its object is', () => {
  const text =
    '{"nftables": [{"rule": {"family": "ip", "table": "t", "chain": "c", "expr": [{"counter": null}, {"accept": null}]}}]}';
  assert.deepEqual(
    onlyRule(text, 'json').map((statement) => text.slice(statement.span.start, statement.span.end)),
    ['{"counter": null}', '{"accept": null}'],
  );
});

test('what JSON says in an unknown way is kept as it stands', () => {
  const text =
    '{"nftables": [{"rule": {"family": "ip", "table": "t", "chain": "c", "expr": [{"frob": {"x": [1]}}, {"match": {"op": "==", "left": {"osf": {"key": "name"}}, "right": "Linux"}}]}}]}';
  const [unknown, known] = onlyRule(text, 'json');
  assert.deepEqual(unknown && { kind: unknown.kind, source: 'source' in unknown && unknown.source }, {
    kind: 'unknown',
    source: '{"frob": {"x": [1]}}',
  });
  assert.deepEqual(known?.kind === 'match' ? known.left : undefined, {
    kind: 'unknown',
    source: '{"osf":{"key":"name"}}',
  });
});

test('a jump to a chain without a name is kept as a whole', () => {
  const jump = 'jump {\n\t\t\tip daddr 1.2.3.4 accept\n\t\t\tcounter packets 0 bytes 0\n\t\t}';
  const rule = onlyRule(`table ip t {\n\tchain c {\n\t\tip saddr 10.0.0.1 ${jump}\n\t}\n}\n`, 'text');
  assert.deepEqual(
    rule.map(({ kind }) => kind),
    ['match', 'unknown'],
  );
  assert.equal(rule[1] && 'source' in rule[1] && rule[1].source, jump);
});

test('parts that are not understood can be listed with their places', () => {
  const text =
    'table ip t {\n\tset s {\n\t\telements = { good, bad bad }\n\t}\n\tchain c {\n\t\tfrob 5 accept\n\t}\n}\n';
  assert.deepEqual(
    Array.from(unknownNftParts(parseNftText(text)), ({ code, span }) => [code, text.slice(span.start, span.end)]),
    [
      ['nft-part-not-understood', 'frob 5'],
      ['nft-part-not-understood', 'bad bad'],
    ],
  );
});

test('a statement that nft prints as text within JSON is read as text', () => {
  const text =
    '{"nftables": [{"rule": {"family": "ip", "table": "t", "chain": "c", "expr": ["update @m { ip saddr timeout 10s : 0x5 }"]}}]}';
  assert.equal(onlyRule(text, 'json')[0]?.kind, 'setUpdate');
});

function onlyRule(text: string, form: 'text' | 'json'): readonly NftStatement[] {
  const { ruleset } = form === 'text' ? parseNftText(text) : parseNftJson(text);
  const rules = ruleset.tables.flatMap((table) => table.chains).flatMap((chain) => chain.rules);
  assert.equal(rules.length, 1);
  return rules[0]?.statements() ?? [];
}

function withoutPlaces(statements: readonly NftStatementBody[]): unknown {
  return JSON.parse(JSON.stringify(statements, (key, inner: unknown) => (key === 'span' ? undefined : inner)));
}
