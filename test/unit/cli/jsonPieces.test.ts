import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jsonPieces } from '../../../agent/cli/jsonPieces.ts';

function* generate(items: readonly unknown[]): Generator<unknown> {
  yield* items;
}

describe('jsonPieces', () => {
  it('writes what JSON.stringify would', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.jsonValue(), (list, value) => {
        const text = [
          ...jsonPieces([
            ['value', value],
            ['list', generate(list)],
            ['last', 1],
          ]),
        ].join('');
        assert.equal(text, `${JSON.stringify({ value, list, last: 1 }, undefined, 2)}\n`);
      }),
    );
  });

  it('writes long lists in pieces', () => {
    const list = Array.from({ length: 10_000 }, (_, number) => ({ number }));
    const pieces = [...jsonPieces([['list', generate(list)]])];
    assert.ok(pieces.length > 2 && pieces.every((piece) => piece.length < 100_000));
    assert.deepEqual(JSON.parse(pieces.join('')), { list });
  });

  it('writes items on one line each', () => {
    const text = [...jsonPieces([['list', generate([{ a: [1] }, { a: [] }])]], 'oneLine')].join('');
    assert.equal(text, '{\n  "list": [\n    {"a":[1]},\n    {"a":[]}\n  ]\n}\n');
  });

  it('writes large numbers exactly', () => {
    const text = [
      ...jsonPieces([
        ['small', 7n],
        ['large', 2n ** 64n - 1n],
      ]),
    ].join('');
    assert.deepEqual(JSON.parse(text), { small: 7, large: '18446744073709551615' });
  });
});
