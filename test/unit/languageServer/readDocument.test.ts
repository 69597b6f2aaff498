import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readDocument } from '../../../extension/languageServer/readDocument.ts';
import type { RulesDocument } from '../../../extension/languageServer/rulesDocument.ts';

const golden = (path: string): string => readFileSync(new URL(`../../golden/data/${path}`, import.meta.url), 'utf8');

function read(language: string, text: string): RulesDocument {
  const rules = readDocument(language, text);
  assert.ok(rules, language);
  return rules;
}

/** The texts at the places of the name at the first occurrence of `at`, moved by `shift` characters. */
function places(rules: RulesDocument, text: string, at: string, shift: number) {
  const found = rules.nameAt(text.indexOf(at) + shift);
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
  return (
    found && {
      name: text.slice(found.span.start, found.span.end),
      declarations: found.declarations.map(({ start }) => lineOf(start)),
      references: found.references.map(({ start }) => lineOf(start)),
    }
  );
}

const iptables = `*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
-A PREROUTING -j KUBE-SERVICES
-A KUBE-SERVICES -d 10.96.0.1/32 -j KUBE-MISSING
COMMIT
`;

describe('rule dumps in the language server', () => {
  it('tells once what is wrong in a line', () => {
    const { problems } = read('iptables-save', '*filter\n:INPUT ACCEPT [0:0]\n-h\nCOMMIT\n');
    assert.deepEqual(problems.map(({ code }) => code).sort(), ['missing-command', 'unknown-option']);
  });

  const recorded = [
    ['iptables-save', 'random-1/iptables/iptables-save.txt'],
    ['ipset-save', 'random-1/ipvs/ipset-save.txt'],
    ['ipvsadm-save', 'random-1/ipvs/ipvsadm-save.txt'],
    ['ipvsadm-save', 'random-1/ipvs/ipvsadm-stats.txt'],
    ['nftables', 'random-1/nftables/nft.txt'],
  ] as const;
  for (const [language, file] of recorded) {
    it(`outlines ${file} without a problem`, () => {
      const text = golden(file);
      const rules = read(language, text);
      assert.deepEqual(rules.problems, []);
      assert.ok(rules.symbols().length > 0);
      assert.ok(rules.folds().length > 0);
      // VS Code refuses a symbol whose name is empty or stands outside of it.
      const check = (symbols: ReturnType<RulesDocument['symbols']>): void => {
        for (const { name, span, nameSpan, children } of symbols) {
          assert.notEqual(name, '');
          assert.ok(span.start <= nameSpan.start && nameSpan.end <= span.end, name);
          check(children);
        }
      };
      check(rules.symbols());
    });
  }

  it('lists tables with their chains', () => {
    const [table] = read('iptables-save', iptables).symbols();
    assert.equal(table?.name, 'nat');
    assert.deepEqual(
      table?.children.map(({ name, detail }) => [name, detail]),
      [
        ['PREROUTING', 'ACCEPT'],
        ['KUBE-SERVICES', ''],
      ],
    );
  });

  it('goes from a jump to its chain, and finds all uses of a chain', () => {
    const rules = read('iptables-save', iptables);
    const expected = { name: 'KUBE-SERVICES', declarations: [3], references: [4, 5] };
    assert.deepEqual(places(rules, iptables, '-j KUBE-SERVICES', 5), expected);
    assert.deepEqual(places(rules, iptables, ':KUBE-SERVICES', 3), expected);
    assert.deepEqual(places(rules, iptables, '-A KUBE-SERVICES', 5), expected);
    assert.equal(places(rules, iptables, '10.96.0.1', 2), undefined);
  });

  it('reports a jump to a chain that is not there', () => {
    assert.deepEqual(
      read('iptables-save', iptables).problems.map(({ code }) => code),
      ['missing-target-chain'],
    );
  });

  it('goes from a set entry to its set', () => {
    const text = 'create a hash:ip family inet\nadd a 10.0.0.1\nadd a 10.0.0.2\n';
    assert.deepEqual(places(read('ipset-save', text), text, 'add a', 4), {
      name: 'a',
      declarations: [1],
      references: [2, 3],
    });
  });

  it('goes from goto and @set to what they name in nft', () => {
    const text =
      'table ip t {\n\tset s {\n\t\ttype ipv4_addr\n\t}\n\tchain a {\n\t\tip daddr @s goto b\n\t}\n\tchain b {\n\t\taccept\n\t}\n}\n';
    const rules = read('nftables', text);
    assert.deepEqual(places(rules, text, 'goto b', 5), { name: 'b', declarations: [8], references: [6] });
    assert.deepEqual(places(rules, text, '@s', 1), { name: 's', declarations: [2], references: [6] });
  });

  it('reads any text without failing', () => {
    for (const language of ['iptables-save', 'ipset-save', 'ipvsadm-save', 'nftables']) {
      for (const text of ['', '\n', '\0\u0001', '-A', 'table ip', 'create', '[1:2] -A X -j', iptables.slice(0, 60)]) {
        const rules = read(language, text);
        rules.symbols();
        rules.folds();
        for (let offset = 0; offset <= text.length; offset++) rules.nameAt(offset);
      }
    }
    assert.equal(readDocument('plaintext', ''), undefined);
  });
});
