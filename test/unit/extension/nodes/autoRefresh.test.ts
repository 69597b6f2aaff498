import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { AutoRefresh } from '../../../../extension/nodes/autoRefresh.ts';
import { Roots } from '../../../../extension/nodes/roots.ts';
import { fakeRoot, summary } from '../fakeRoot.ts';

/** A connected node that is refreshed by itself, and how often that was done after so many seconds. */
async function readsAfter(setting: number, seconds: number): Promise<number> {
  let reads = 0;
  const { root } = fakeRoot({
    read: async () => {
      reads++;
      return summary(String(reads));
    },
  });
  const roots = new Roots();
  roots.add(root);
  await root.connect(new AbortController().signal);
  mock.timers.enable({ apis: ['setTimeout'] });
  const autoRefresh = new AutoRefresh(roots, () => true);
  try {
    autoRefresh.seconds = setting;
    reads = 0;
    for (let second = 0; second < seconds; second++) {
      mock.timers.tick(1_000);
      await new Promise(setImmediate);
    }
    return reads;
  } finally {
    autoRefresh.dispose();
    mock.timers.reset();
    roots.dispose();
  }
}

describe('AutoRefresh', () => {
  it('reads again after each pause', async () => {
    assert.equal(await readsAfter(2, 10), 5);
  });

  it('is off for 0 and for what is no number', async () => {
    assert.equal(await readsAfter(0, 10), 0);
    assert.equal(await readsAfter(Number.NaN, 10), 0);
  });

  it('never reads more than once a second, whatever the settings file says', async () => {
    assert.equal(await readsAfter(0.001, 3), 3);
    assert.equal(await readsAfter(1e9, 3), 0);
  });
});
