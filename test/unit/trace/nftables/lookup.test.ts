import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NftElement } from '../../../../agent/ruleset/nftables/document.ts';
import type { NftExpression } from '../../../../agent/ruleset/nftables/expression.ts';
import { ElementIndex, type IndexedElement } from '../../../../agent/trace/nftables/elementIndex.ts';
import { type PartMatcher, partMatches } from '../../../../agent/trace/nftables/partMatcher.ts';
import type { Part } from '../../../../agent/trace/nftables/value.ts';
import { SeededRandom } from '../../../peers/seededRandom.ts';

const key: NftExpression = { kind: 'value', value: 0 };

function elementsOf(matchers: readonly (readonly PartMatcher[])[]): IndexedElement[] {
  return matchers.map((each, at) => {
    const element: NftElement = { key, span: { start: at, end: at } };
    return { element, matchers: each };
  });
}

/** What asking every element gives: the kernel's answer, where elements do not overlap. */
function linear(
  elements: readonly IndexedElement[],
  parts: readonly Part[],
): 'missing' | 'unknown' | Set<IndexedElement> {
  const results = elements.map(({ matchers }) => {
    const all = matchers.map((matcher, at) => partMatches(matcher, parts[at]));
    return all.includes(false) ? false : all.includes(undefined) ? undefined : true;
  });
  const found = elements.filter((_, at) => results[at]);
  if (found.length > 0) return new Set(found);
  return results.includes(undefined) ? 'unknown' : 'missing';
}

const exact = (value: number | string): PartMatcher => ({ kind: 'exact', value });
const range = (from: number, to: number): PartMatcher => ({ kind: 'range', from, to });

describe('the index of a set finds what asking every element finds', () => {
  for (let seed = 1; seed <= 40; seed++) {
    it(`with generated elements ${seed}`, () => {
      const random = new SeededRandom(seed);
      const width = 1 + random.below(3);
      const space = 4 + random.below(12);
      const part = (): PartMatcher => {
        const kind = random.below(100);
        const from = random.below(space);
        if (kind < 50) return exact(from);
        if (kind < 90) return range(from, from + random.below(4));
        return kind < 97 ? { kind: 'prefix', text: 'e' } : { kind: 'unknown' };
      };
      const elements = elementsOf(
        Array.from({ length: 1 + random.below(60) }, () => Array.from({ length: width }, part)),
      );
      const index = new ElementIndex(elements);
      for (let question = 0; question < 200; question++) {
        const parts = Array.from({ length: width }, (): Part => {
          const kind = random.below(100);
          if (kind < 80) return random.below(space + 3);
          if (kind < 90) return 'eth0';
          return kind < 95 ? undefined : { bits: 1, known: 1 };
        });
        const expected = linear(elements, parts);
        const found = index.find(parts);
        if (expected instanceof Set) assert.ok(typeof found === 'object' && expected.has(found));
        else assert.equal(found, expected);
      }
    });
  }
});

describe('a large map', () => {
  it('has each of its exact elements', () => {
    const matchers = Array.from({ length: 20_000 }, (_, at) => [exact(at), exact(6), exact(80 + (at % 3))]);
    const elements = elementsOf(matchers);
    const index = new ElementIndex(elements);
    for (let at = 0; at < 20_000; at += 7) {
      assert.equal(index.find([at, 6, 80 + (at % 3)]), elements[at]);
      assert.equal(index.find([at, 17, 80 + (at % 3)]), 'missing');
      assert.equal(index.find([at, 17, undefined]), 'missing');
      assert.equal(index.find([at, 6, undefined]), 'unknown');
    }
  });

  it('has each of its ranges', () => {
    const elements = elementsOf(Array.from({ length: 20_000 }, (_, at) => [range(at * 10, at * 10 + 4)]));
    const index = new ElementIndex(elements);
    for (let at = 0; at < 20_000; at += 7) {
      assert.equal(index.find([at * 10 + 4]), elements[at]);
      assert.equal(index.find([at * 10 + 5]), 'missing');
    }
  });

  it('finds a range that others lie within', () => {
    const elements = elementsOf([[range(0, 1000)], [range(10, 20)], [range(30, 40)]]);
    assert.equal(new ElementIndex(elements).find([50]), elements[0]);
  });
});
