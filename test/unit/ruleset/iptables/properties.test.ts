import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IptablesDump } from '../../../../agent/ruleset/iptables/document.ts';
import { formatRule } from '../../../../agent/ruleset/iptables/formatRule.ts';
import { locateInRules } from '../../../../agent/ruleset/iptables/locate.ts';
import { parseIptablesSave } from '../../../../agent/ruleset/iptables/parse.ts';
import { printIptablesSave } from '../../../../agent/ruleset/iptables/print.ts';
import { ruleProblems } from '../../../../agent/ruleset/iptables/ruleProblems.ts';
import { propertyRuns } from '../../../support/mutations.ts';
import { comparableRule } from './comparableRule.ts';
import { assertIndexAgrees } from './indexAgreement.ts';

const data = new URL('../../../golden/data/', import.meta.url);
const unusual = `*filter
:INPUT DROP [12:3456]
:odd!name - [0:0]
[1:2] -A INPUT -p tcp -m tcp --dport 22 -m comment --comment "say \\"-j DROP\\" twice" -j ACCEPT
-A INPUT -m comment --comment -j -g odd!name
-I INPUT 1 -ptcp --destination-port=80 -m set --match-set s dst,dst -j LOG --log-prefix "a 'b' \\\\ "
-A odd!name ! -s 10.0.0.0/8 -m recent --set --name X --mask 255.255.255.255 --rsource -j SET --add-set s src --exist
-N other
-P INPUT ACCEPT
COMMIT
`;
const originals = [
  readFileSync(new URL('random-1/iptables/iptables-save.txt', data), 'utf8').slice(0, 8000),
  readFileSync(new URL('random-4-ipv6/ipvs/ip6tables-save.txt', data), 'utf8'),
  unusual,
];

/** Pieces that mean something in the language. */
const fragment = fc.constantFrom(
  ...[
    '\n',
    '\r\n',
    '\t',
    ' ',
    '"',
    '\\',
    '!',
    '-',
    '--',
    ' -j ',
    ' -g X',
    '*nat\n',
    'COMMIT\n',
    ':',
    '[',
    '[1:2] ',
    '#',
  ],
  ...[
    '\0',
    '\x01',
    '\ufeff',
    '\u00e9',
    '\ud83d',
    '-A ',
    ' -m ',
    ' --comment ',
    ' "-j" ',
    '=',
    ' --goto Y ',
    ' -c 1 2 ',
  ],
);

type Mutation = (text: string) => string;

const place = fc.double({ min: 0, max: 1, noNaN: true });
const at = (text: string, share: number) => Math.floor(share * text.length);

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, fc.nat(40)).map(([from, length]): Mutation => {
    return (text) => text.slice(0, at(text, from)) + text.slice(at(text, from) + length);
  }),
  fc.tuple(place, fragment).map(([where, piece]): Mutation => {
    return (text) => text.slice(0, at(text, where)) + piece + text.slice(at(text, where));
  }),
  fc.tuple(place, fc.integer({ min: 0, max: 0xff })).map(([where, unit]): Mutation => {
    return (text) => text.slice(0, at(text, where)) + String.fromCharCode(unit) + text.slice(at(text, where) + 1);
  }),
  fc.tuple(place, place).map(([one, other]): Mutation => {
    return (text) => {
      const lines = text.split('\n');
      const [a, b] = [at('x'.repeat(lines.length), one * 0.99), at('x'.repeat(lines.length), other * 0.99)];
      const [first, second] = [lines[a] ?? '', lines[b] ?? ''];
      return lines.with(a, second).with(b, first).join('\n');
    };
  }),
  place.map(
    (end): Mutation =>
      (text) =>
        text.slice(0, at(text, end)),
  ),
);

/** Some lines of an original: short texts leave short counterexamples. */
const excerpt = fc
  .tuple(fc.constantFrom(...originals), place, fc.integer({ min: 1, max: 20 }))
  .map(([text, from, count]) => {
    const lines = text.split('\n');
    const first = Math.floor(from * lines.length);
    return `*nat\n${lines.slice(first, first + count).join('\n')}`;
  });

const mutated = fc
  .tuple(fc.oneof(excerpt, fc.constantFrom(...originals)), fc.array(mutation, { minLength: 1, maxLength: 6 }))
  .map(([text, mutations]) => mutations.reduce((changed, mutate) => mutate(changed), text));

function assertChainsAgree(dump: IptablesDump): void {
  for (let chain = 0; chain < dump.chainCount; chain++) {
    const { name, table, nameSpan } = dump.chain(chain);
    assert.equal(dump.findChain(table, name), chain);
    assert.ok(nameSpan.start <= nameSpan.end && nameSpan.end <= dump.text.length);
    assert.ok(dump.chainRules(chain).every((rule) => dump.ruleChain(rule) === chain));
    assert.ok(dump.chainReferences(chain).every((rule) => dump.targetChain(rule) === chain));
  }
}

test('any mutated dump is read without an exception and printed back', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const dump = parseIptablesSave(text);
      assert.equal(printIptablesSave(dump), text);
      const lines = Array.from({ length: dump.lineCount }, (_, line) => dump.lineSpan(line));
      assert.equal(
        lines.map(({ start, end }) => text.slice(start, end)).join('\n'),
        text.replaceAll(/\r(?=\n|$)/g, ''),
      );
      for (const { span } of ruleProblems(dump)) {
        assert.ok(0 <= span.start && span.start <= span.end && span.end <= text.length);
      }
    }),
    propertyRuns,
  );
});

test('in any mutated dump the index agrees with the rules in full', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const dump = parseIptablesSave(text);
      for (let index = 0; index < dump.ruleCount; index++) assertIndexAgrees(dump, index);
      assertChainsAgree(dump);
    }),
    propertyRuns,
  );
});

test('in any mutated dump a rule without errors, written anew, is the same rule', () => {
  fc.assert(
    fc.property(mutated, (text) => {
      const dump = parseIptablesSave(text);
      for (let index = 0; index < dump.ruleCount; index++) {
        const rule = dump.rule(index);
        if (rule.problems.some(({ severity }) => severity === 'error')) continue;
        const again = parseIptablesSave(`*nat\n${formatRule(rule)}\n`).rule(0);
        assert.deepEqual(comparableRule(again), comparableRule(rule));
      }
    }),
    propertyRuns,
  );
});

test('every offset of a mutated dump can be located', () => {
  fc.assert(
    fc.property(mutated, place, (text, share) => {
      const found = locateInRules(parseIptablesSave(text), at(text, share));
      if (found?.value) assert.ok(found.option?.values.includes(found.value));
    }),
    propertyRuns,
  );
});
