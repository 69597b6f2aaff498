import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NftDocument, NftTable } from '../../../../agent/ruleset/nftables/document.ts';
import { parseNftText } from '../../../../agent/ruleset/nftables/parseText.ts';

const listed = `# Warning: table ip nat is managed by iptables-nft, do not touch!
table inet firewalld { # progname firewalld
	flags owner,persist
	comment "of the table"

	ct helper helper-tftp-udp {
		type "tftp" protocol udp
		l3proto inet
	}

	flowtable ft { # handle 9
		hook ingress priority filter
		devices = { eth0, eth1 }
	}

	set pairs { # handle 7
		typeof ip saddr . tcp dport
		size 65535
		flags interval,timeout
		timeout 1h30m
		gc-interval 5m
		auto-merge
		comment "of { the } set"
		elements = { 10.0.0.0/8 . 80-90 timeout 5m expires 4m59s988ms comment "a, } b" counter packets 1 bytes 2,
			     1.2.3.4 . 443,
			     1.2.3.5 . 443 limit rate 10/second }
	}

	map verdicts {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.96.0.10 . tcp . 80 comment "ns/app:p" : goto service-A, 10.96.0.11 . udp . 53 : drop }
	}

	map spaces {
		type ipv4_addr : interval ipv4_addr . inet_service
	}

	chain nat_POSTROUTING { # handle 3
		comment "of the chain"
		type nat hook postrouting priority srcnat + 10; policy accept;
		ct state established accept # handle 12
		tcp dport 22 log prefix "} # ; " drop comment "says ; } # all"; counter
		tcp dport {
			80,
			443
		} accept
	}

	chain ingress {
		type filter hook ingress devices = { eth0, eth1 } priority -500; policy drop;
	}

	chain empty {
	}
}
table ip6 other {
}
table bare {
}
`;

function table(document: NftDocument, name: string): NftTable {
  const found = document.ruleset.tables.find((candidate) => candidate.name === name);
  assert.ok(found);
  return found;
}

test('tables have their family, name, comment, flags and objects', () => {
  const document = parseNftText(listed);
  assert.deepEqual(document.problems, []);
  assert.deepEqual(
    document.ruleset.tables.map(({ family, name }) => [family, name]),
    [
      ['inet', 'firewalld'],
      ['ip6', 'other'],
      ['ip', 'bare'],
    ],
  );
  const firewalld = table(document, 'firewalld');
  assert.equal(firewalld.comment, 'of the table');
  assert.deepEqual(firewalld.flags, ['owner', 'persist']);
  assert.deepEqual(
    [...firewalld.objects, ...firewalld.flowtables].map(({ kind, name, handle }) => [kind, name, handle]),
    [
      ['ct helper', 'helper-tftp-udp', undefined],
      ['flowtable', 'ft', 9],
    ],
  );
  assert.equal(listed.slice(firewalld.span.start, firewalld.span.start + 12), 'table inet f');
  assert.equal(listed.charAt(firewalld.span.end - 1), '}');
});

test('base chains have their hook, others none', () => {
  const { chains } = table(parseNftText(listed), 'firewalld');
  assert.deepEqual(
    chains.map(({ name, handle, comment, hook }) => ({ name, handle, comment, hook })),
    [
      {
        name: 'nat_POSTROUTING',
        handle: 3,
        comment: 'of the chain',
        hook: { type: 'nat', hook: 'postrouting', priority: 110, policy: 'accept', devices: [] },
      },
      {
        name: 'ingress',
        handle: undefined,
        comment: undefined,
        hook: { type: 'filter', hook: 'ingress', priority: -500, policy: 'drop', devices: ['eth0', 'eth1'] },
      },
      { name: 'empty', handle: undefined, comment: undefined, hook: undefined },
    ],
  );
});

test('rules have their text, handle and comment, also over many lines or many in one', () => {
  const [chain] = table(parseNftText(listed), 'firewalld').chains;
  assert.deepEqual(
    chain?.rules.map(({ span, handle, comment }) => [listed.slice(span.start, span.end), handle, comment]),
    [
      ['ct state established accept', 12, undefined],
      ['tcp dport 22 log prefix "} # ; " drop comment "says ; } # all"', undefined, 'says ; } # all'],
      ['counter', undefined, undefined],
      ['tcp dport {\n\t\t\t80,\n\t\t\t443\n\t\t} accept', undefined, undefined],
    ],
  );
});

test('sets have their types, properties and elements', () => {
  const [pairs, verdicts, spaces] = table(parseNftText(listed), 'firewalld').sets;
  assert.ok(pairs && verdicts && spaces);
  const { elements, span, ...properties } = pairs;
  assert.deepEqual(properties, {
    name: 'pairs',
    kind: 'set',
    handle: 7,
    keyTypes: ['ipv4_addr', 'inet_service'],
    dataTypes: [],
    size: 65535,
    flags: ['interval', 'timeout'],
    timeout: 5400,
    garbageCollectionInterval: 300,
    comment: 'of { the } set',
    elementCount: 3,
  });
  assert.match(listed.slice(span.start, span.end), /^set pairs \{[\s\S]*\}$/);
  const [first, second, third] = elements();
  assert.equal(listed.slice(second?.span.start, second?.span.end), '1.2.3.4 . 443');
  assert.equal(third?.key.kind, 'concatenation');
  assert.deepEqual(first && { ...first, key: undefined, span: undefined }, {
    key: undefined,
    span: undefined,
    timeout: 300,
    expires: 299,
    comment: 'a, } b',
    packets: 1,
    bytes: 2,
  });
  assert.deepEqual(verdicts.dataTypes, ['verdict']);
  assert.deepEqual(
    verdicts.elements().map(({ comment, data }) => [comment, data]),
    [
      ['ns/app:p', { kind: 'verdict', verdict: { kind: 'goto', target: 'service-A' } }],
      [undefined, { kind: 'verdict', verdict: { kind: 'drop' } }],
    ],
  );
  assert.deepEqual(spaces.dataTypes, ['ipv4_addr', 'inet_service']);
});

const priorities: readonly (readonly [family: string, words: string, priority: number | undefined])[] = [
  ['ip', 'filter', 0],
  ['ip', 'dstnat - 10', -110],
  ['ip', 'srcnat + 5', 105],
  ['ip', '-500', -500],
  ['bridge', 'filter', -200],
  ['bridge', 'dstnat', -300],
  ['bridge', 'out', 100],
  ['ip', 'someday', undefined],
];

for (const [family, words, priority] of priorities) {
  test(`priority ${words} in ${family} is ${priority}`, () => {
    const document = parseNftText(
      `table ${family} t {\n\tchain c {\n\t\ttype filter hook input priority ${words}; policy accept;\n\t}\n}\n`,
    );
    assert.equal(document.ruleset.tables[0]?.chains[0]?.hook?.priority, priority);
  });
}

const problems: readonly (readonly [text: string, code: string, place: string])[] = [
  ['table ip t {\n\tchain c {\n\t\taccept\n', 'nft-text-truncated', ''],
  ['table ip t {\n\tset s {\n\t\ttype ipv4_addr\n', 'nft-text-truncated', ''],
  ['table ip t {\n\tchain c {\n\t\ttcp dport { 80\n', 'nft-text-truncated', ''],
  ['table ip t {\n}\n}\n', 'nft-text-unexpected-brace', '}'],
  ['nonsense\ntable ip t {\n}\n', 'nft-text-not-understood', 'nonsense'],
  ['table ip t {\n\tgadget g {\n\t}\n}\n', 'nft-text-not-understood', 'gadget g '],
  ['table ip t {\n\tnonsense\n}\n', 'nft-text-not-understood', 'nonsense'],
];

for (const [text, code, place] of problems) {
  test(`${JSON.stringify(text)} has the problem ${code}`, () => {
    const document = parseNftText(text);
    assert.deepEqual(
      document.problems.map((problem) => [problem.code, text.slice(problem.span.start, problem.span.end)]),
      [[code, place]],
    );
  });
}

test('nothing is what nft prints of a kernel without rules', () => {
  for (const text of ['', '\n', '\uFEFF']) {
    const { ruleset, problems } = parseNftText(text);
    assert.deepEqual([ruleset.tables, problems], [[], []]);
  }
});

test('an unknown block that is torn off is two problems', () => {
  assert.deepEqual(
    parseNftText('gadget g {\n\tx').problems.map(({ code }) => code),
    ['nft-text-not-understood', 'nft-text-truncated'],
  );
});

test('what stands before the end of a torn text is understood', () => {
  const text = listed.slice(0, listed.indexOf('log prefix'));
  const firewalld = table(parseNftText(text), 'firewalld');
  assert.equal(firewalld.chains[0]?.rules.length, 2);
  assert.equal(firewalld.sets.length, 3);
});
