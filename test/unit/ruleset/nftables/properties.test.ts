import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Span } from '../../../../agent/ruleset/common/position.ts';
import type { NftDocument } from '../../../../agent/ruleset/nftables/document.ts';
import { parseNftJson } from '../../../../agent/ruleset/nftables/parseJson.ts';
import { parseNftText } from '../../../../agent/ruleset/nftables/parseText.ts';
import { printNft } from '../../../../agent/ruleset/nftables/print.ts';
import { damaged, propertyRuns } from '../../../support/mutations.ts';
import { ruleBeds } from './rules.ts';

const golden = new URL('../../../golden/data/', import.meta.url);
const json = readFileSync(new URL('app1/nftables/nft.json', golden), 'utf8');
const text = readFileSync(new URL('app1/nftables/nft.txt', golden), 'utf8');
const allRules = ruleBeds
  .map(({ family, declarations, hook, rules }, index) => {
    const chain = `chain c {\n\t\t${hook}\n\t\t${rules.join('\n\t\t')}\n\t}`;
    return `table ${family} t${index} {\n\t${declarations}\n\t${chain}\n}\n`;
  })
  .join('');

test('every rule and set that is tried on the kernel is understood as text', () => {
  const document = parseNftText(allRules);
  assert.deepEqual(document.problems, []);
  assert.deepEqual(
    document.ruleset.tables.map((table) => table.chains.at(-1)?.rules.length),
    ruleBeds.map(({ rules }) => rules.length),
  );
});

const jsonFragments = [
  '[',
  ']',
  'null',
  '1e999',
  '"\\u0000"',
  '{"elem": ',
  '"@x"',
  '"expr": [',
  '{"set": [',
  '-',
  '\\"',
];
const textFragments = [
  '(',
  ')',
  ' vmap ',
  ' map { ',
  '@',
  '. ',
  ' : ',
  ' set ',
  ';',
  'table ip x {',
  'elements = {',
  '!=',
];

test('damaged JSON never throws, prints back the same, and stands within the text', () => {
  fc.assert(
    fc.property(damaged([json], jsonFragments), (input) => checkDocument(parseNftJson(input), input)),
    propertyRuns,
  );
});

test('damaged text never throws, prints back the same, and stands within the text', () => {
  fc.assert(
    fc.property(damaged([text, allRules], textFragments), (input) => checkDocument(parseNftText(input), input)),
    propertyRuns,
  );
});

test('nothing of a rule but its comment is left out of its statements', () => {
  fc.assert(
    fc.property(damaged([allRules], textFragments), (input) => {
      for (const chain of parseNftText(input).ruleset.tables.flatMap((table) => table.chains)) {
        for (const rule of chain.rules) {
          let { start } = rule.span;
          for (const { span } of rule.statements()) {
            assertNothingBetween(input, start, span.start);
            start = span.end;
          }
          assertNothingBetween(input, start, rule.span.end);
        }
      }
    }),
    propertyRuns,
  );
});

/** Blanks, continued lines, comments and a rule's own comment are no statements. */
function assertNothingBetween(input: string, start: number, end: number): void {
  assert.ok(start <= end, `${start} is behind ${end}`);
  const rest = input
    .slice(start, end)
    .replaceAll(/comment\s*"[^"\n]*("|$)/g, '')
    .replaceAll(/#[^\n]*/g, '')
    .replaceAll(/\\\r?\n/g, '');
  assert.equal(rest.trim(), '');
}

test('any text at all never throws and prints back the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (input) => {
      checkDocument(parseNftJson(input), input);
      checkDocument(parseNftText(input), input);
      checkDocument(parseNftText(`table ip t {\nchain c {\n${input}\n}\n}`), `table ip t {\nchain c {\n${input}\n}\n}`);
    }),
    propertyRuns,
  );
});

test('long nonsense takes no more than linear time', () => {
  const words = [
    'ip daddr . ',
    'add @s { ',
    'jhash ',
    '( ',
    '{ ',
    'vmap { ',
    '" ',
    '} ',
    ': ',
    'meta mark set ',
    'ct ',
  ];
  for (const word of words) {
    const input = `table ip t {\nchain c {\n${word.repeat(20_000)}\n}\n}\n`;
    checkDocument(parseNftText(input), input);
  }
});

test('deeply nested text does not exhaust the stack', () => {
  for (const nested of ['{ '.repeat(50_000), '('.repeat(50_000), 'add @s { '.repeat(20_000), 'jhash '.repeat(20_000)]) {
    const input = `table ip t {\nchain c {\nmeta mark set ${nested}\n}\n}\n`;
    checkDocument(parseNftText(input), input);
  }
});

function checkDocument(document: NftDocument, input: string): void {
  const assertWithin = ({ start, end }: Span): void => {
    assert.ok(start >= 0 && start <= end && end <= input.length, `${start}-${end} of ${input.length}`);
  };
  assert.equal(printNft(document), input);
  for (const { span } of document.problems) assertWithin(span);
  for (const table of document.ruleset.tables) {
    assertWithin(table.span);
    for (const chain of table.chains) {
      assertWithin(chain.span);
      for (const rule of chain.rules) {
        assertWithin(rule.span);
        for (const statement of rule.statements()) assertWithin(statement.span);
      }
    }
    for (const set of table.sets) {
      assertWithin(set.span);
      assert.equal(set.elements().length, set.elementCount);
      for (const element of set.elements()) assertWithin(element.span);
    }
    for (const object of [...table.objects, ...table.flowtables]) assertWithin(object.span);
  }
}
