import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNftJson } from '../../../../agent/ruleset/nftables/parseJson.ts';

const listed = JSON.stringify({
  nftables: [
    { metainfo: { version: '1.0.6', release_name: 'Lester Gooch #5', json_schema_version: 1 } },
    { table: { family: 'inet', name: 't', handle: 1, flags: 'dormant', comment: 'a "quoted" \\ comment' } },
    {
      set: {
        family: 'inet',
        name: 'pairs',
        table: 't',
        type: ['ipv4_addr', 'inet_service'],
        handle: 7,
        flags: ['interval', 'timeout'],
        timeout: 5400,
        'gc-interval': 300,
        size: 10,
        elem: [
          {
            elem: {
              val: { concat: [{ prefix: { addr: '10.0.0.0', len: 8 } }, { range: [80, 90] }] },
              timeout: 300,
              expires: 299,
              comment: 'a, } b',
              counter: { packets: 1, bytes: 2 },
            },
          },
          { concat: ['1.2.3.4', 443] },
        ],
      },
    },
    {
      set: {
        family: 'inet',
        name: 'of',
        table: 't',
        type: { typeof: { concat: [{ meta: { key: 'mark' } }, { payload: { protocol: 'ip', field: 'saddr' } }] } },
      },
    },
    {
      map: {
        family: 'inet',
        name: 'm',
        table: 't',
        type: 'ipv4_addr',
        map: 'ipv4_addr . inet_service',
        elem: [['1.1.1.1', { concat: ['2.2.2.2', 80] }]],
      },
    },
    {
      'ct helper': { family: 'inet', name: 'h', table: 't', handle: 8, type: 'ftp', protocol: 'tcp', l3proto: 'inet' },
    },
    {
      flowtable: { family: 'inet', name: 'ft', table: 't', handle: 9, hook: 'ingress', prio: 0, dev: ['eth0', 'eth1'] },
    },
    {
      chain: {
        family: 'inet',
        table: 't',
        name: 'in',
        handle: 2,
        type: 'filter',
        hook: 'input',
        prio: -10,
        policy: 'drop',
        dev: 'eth0',
      },
    },
    { chain: { family: 'inet', table: 't', name: 'plain', handle: 3, comment: 'c' } },
    { rule: { family: 'inet', table: 't', chain: 'in', handle: 12, comment: 'says', expr: [{ accept: null }] } },
    { rule: { family: 'inet', table: 't', chain: 'plain', handle: 13, expr: [{ drop: null }] } },
  ],
});

test('tables, chains, rules, sets and objects are understood', () => {
  const document = parseNftJson(listed);
  assert.deepEqual(document.problems, []);
  const [table] = document.ruleset.tables;
  assert.ok(table);
  assert.deepEqual([table.family, table.name, table.handle, table.comment], ['inet', 't', 1, 'a "quoted" \\ comment']);
  assert.deepEqual(table.flags, ['dormant']);
  assert.deepEqual(
    table.chains.map(({ name, handle, comment, hook, rules }) => ({
      name,
      handle,
      comment,
      hook,
      rules: rules.length,
    })),
    [
      {
        name: 'in',
        handle: 2,
        comment: undefined,
        hook: { type: 'filter', hook: 'input', priority: -10, policy: 'drop', devices: ['eth0'] },
        rules: 1,
      },
      { name: 'plain', handle: 3, comment: 'c', hook: undefined, rules: 1 },
    ],
  );
  const [rule] = table.chains[0]?.rules ?? [];
  assert.deepEqual([rule?.handle, rule?.comment], [12, 'says']);
  assert.deepEqual(
    [...table.objects, ...table.flowtables].map(({ kind, name, handle }) => [kind, name, handle]),
    [
      ['ct helper', 'h', 8],
      ['flowtable', 'ft', 9],
    ],
  );
});

test('sets have their types, properties and elements', () => {
  const [pairs, of, map] = parseNftJson(listed).ruleset.tables[0]?.sets ?? [];
  assert.ok(pairs && of && map);
  const { elements, span, ...properties } = pairs;
  assert.deepEqual(properties, {
    name: 'pairs',
    kind: 'set',
    handle: 7,
    keyTypes: ['ipv4_addr', 'inet_service'],
    dataTypes: [],
    flags: ['interval', 'timeout'],
    timeout: 5400,
    garbageCollectionInterval: 300,
    size: 10,
    elementCount: 2,
  });
  assert.match(listed.slice(span.start, span.end), /^\{"set":\{.*\}\}$/);
  const [first, second] = elements();
  assert.deepEqual(first && { ...first, key: undefined, span: undefined }, {
    key: undefined,
    span: undefined,
    timeout: 300,
    expires: 299,
    comment: 'a, } b',
    packets: 1,
    bytes: 2,
  });
  assert.equal(listed.slice(second?.span.start, second?.span.end), '{"concat":["1.2.3.4",443]}');
  assert.deepEqual(of.keyTypes, ['mark', 'ipv4_addr']);
  assert.deepEqual(map.dataTypes, ['ipv4_addr', 'inet_service']);
  assert.equal(map.elements()[0]?.data?.kind, 'concatenation');
});

const chain = '{"chain": {"family": "ip", "table": "t", "name": "c"}}';
const problems: readonly (readonly [name: string, text: string, code: string])[] = [
  ['nothing', '', 'nft-empty'],
  ['blanks', ' \n ', 'nft-empty'],
  ['an open object', '{"nftables": [', 'nft-json-truncated'],
  ['no JSON', 'table ip t {', 'nft-json-syntax'],
  ['a missing comma', `{"nftables": [${chain} ${chain}]}`, 'nft-json-syntax'],
  ['a wrong bracket', `{"nftables": [${chain}}`, 'nft-json-syntax'],
  ['a missing comma within', '{"nftables": [{"rule": {"expr": [{"a": [1 2]}]}}]}', 'nft-json-syntax'],
  ['a missing key within', '{"nftables": [{"rule": {"expr": [{"a": 1, 2}]}}]}', 'nft-json-syntax'],
  ['a bare word', '{"nftables": [frob]}', 'nft-json-syntax'],
  ['something after the end', `{"nftables": [${chain}]} x`, 'nft-json-trailing'],
  ['another object', '{"tables": []}', 'nft-json-no-ruleset'],
  ['a chain without a table', '{"nftables": [{"chain": {"family": "ip", "name": "c"}}]}', 'nft-json-incomplete-object'],
  ['an unknown family', '{"nftables": [{"table": {"family": "x25", "name": "c"}}]}', 'nft-json-incomplete-object'],
  [
    'a rule of an unlisted chain',
    '{"nftables": [{"rule": {"family": "ip", "table": "t", "chain": "c", "expr": []}}]}',
    'nft-unlisted-chain',
  ],
];

for (const [name, text, code] of problems) {
  test(`${name} is the problem ${code}`, () => {
    assert.deepEqual(
      parseNftJson(text).problems.map((problem) => problem.code),
      [code],
    );
  });
}

test('of torn JSON everything before the tear is understood, up to the elements and statements', () => {
  const beforeSecondElement = listed.slice(0, listed.indexOf('443'));
  const [table] = parseNftJson(beforeSecondElement).ruleset.tables;
  assert.equal(table?.sets[0]?.elementCount, 1);
  assert.equal(table?.sets[0]?.elements().length, 1);
  const rule = '{"rule": {"family": "ip", "table": "t", "chain": "c", "expr": [{"counter": null}, {"jum';
  const torn = parseNftJson(`{"nftables": [${chain}, ${rule}`);
  assert.deepEqual(
    torn.ruleset.tables[0]?.chains[0]?.rules[0]?.statements().map(({ kind }) => kind),
    ['counter'],
  );
  assert.deepEqual(
    torn.problems.map(({ code }) => code),
    ['nft-json-truncated'],
  );
});

test('neither a million brackets nor a deep expression exhaust the stack', () => {
  const depth = 100_000;
  assert.deepEqual(
    parseNftJson('['.repeat(1_000_000)).problems.map(({ code }) => code),
    ['nft-json-syntax'],
  );
  const deep = `${'{"|": [1, '.repeat(depth)}1${']}'.repeat(depth)}`;
  const rule = `{"rule": {"family": "ip", "table": "t", "chain": "c", "expr": [{"mangle": {"key": 1, "value": ${deep}}}]}}`;
  const document = parseNftJson(`{"nftables": [${chain}, ${rule}]}`);
  assert.deepEqual(document.problems, []);
  assert.equal(document.ruleset.tables[0]?.chains[0]?.rules[0]?.statements().length, 1);
});
