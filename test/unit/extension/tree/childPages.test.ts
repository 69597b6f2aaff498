import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TreeElement } from '../../../../agent/protocol/treeElement.ts';
import { ChildPages } from '../../../../extension/tree/childPages.ts';
import { elements } from '../elements.ts';

const element = (index: number): TreeElement => ({ ...elements.setEntry, id: `entry/${index}` });

/** An element with `total` children, and the requests that were made for them. */
function source(total: number): { pages: ChildPages; requests: (readonly [number, number])[] } {
  const requests: (readonly [number, number])[] = [];
  const pages = new ChildPages(
    async (_parent, offset, limit) => {
      requests.push([offset, limit]);
      const length = Math.max(0, Math.min(limit, total - offset));
      return { total, elements: Array.from({ length }, (_, index) => element(offset + index)) };
    },
    () => 200,
  );
  return { pages, requests };
}

describe('pages of children', () => {
  it('loads the first page once', async () => {
    const { pages, requests } = source(450);
    const [first, second] = await Promise.all([pages.load('p'), pages.load('p')]);
    assert.equal(first.elements.length, 200);
    assert.equal(first.total, 450);
    assert.equal(second, first);
    assert.deepEqual(requests, [[0, 200]]);
  });

  it('loads more on request, and as much again after a refresh', async () => {
    const { pages } = source(450);
    await pages.load('p');
    pages.more('p');
    assert.equal((await pages.load('p')).elements.length, 400);
    pages.invalidate();
    assert.equal((await pages.load('p')).elements.length, 400);
    pages.more('p');
    assert.equal((await pages.load('p')).elements.length, 450);
  });

  it('asks for no more than 1,000 at once', async () => {
    const { pages, requests } = source(5_000);
    for (let times = 0; times < 6; times++) pages.more('p');
    assert.equal((await pages.load('p')).elements.length, 1_400);
    assert.deepEqual(requests, [
      [0, 1_000],
      [1_000, 400],
    ]);
  });

  it('adds an element that is to be revealed from further down, until its page is loaded', async () => {
    const { pages } = source(450);
    assert.equal(await pages.pin('p', element(300)), true);
    assert.deepEqual((await pages.load('p')).pinned, [element(300)]);
    assert.equal(await pages.pin('p', element(300)), false);
    assert.equal(await pages.pin('p', element(5)), false);
    pages.more('p');
    assert.deepEqual((await pages.load('p')).pinned, []);
  });

  it('ends when the agent has fewer children than it said', async () => {
    const pages = new ChildPages(
      async (_parent, offset) => ({ total: 9, elements: offset === 0 ? [element(0)] : [] }),
      () => 200,
    );
    assert.equal((await pages.load('p')).elements.length, 1);
  });

  it('tries again after a failure', async () => {
    let fails = true;
    const pages = new ChildPages(
      async () => {
        if (fails) throw new Error('gone');
        return { total: 1, elements: [element(0)] };
      },
      () => 200,
    );
    await assert.rejects(pages.load(undefined), /gone/);
    fails = false;
    assert.equal((await pages.load(undefined)).elements.length, 1);
  });
});
