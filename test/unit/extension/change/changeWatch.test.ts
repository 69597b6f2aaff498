import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChangeWatch, type EndedChange } from '../../../../extension/change/changeWatch.ts';
import { planChange } from '../../../../extension/change/planChange.ts';
import { tellEndedChange } from '../../../../extension/change/tellEndedChange.ts';
import { toDisposable } from '../../../../extension/common/disposable.ts';
import { silentLogger } from '../../../../extension/common/logger.ts';
import { Roots } from '../../../../extension/nodes/roots.ts';
import { HandMovedTicker } from '../../../fakes/handMovedTicker.ts';
import { setUp } from './setUp.ts';

async function watched(settings: Readonly<Record<string, unknown>> = { 'apply.confirm': 'ask' }) {
  const test = await setUp({ answers: ['Apply'], settings });
  const ticker = new HandMovedTicker();
  const roots = new Roots();
  const every = (milliseconds: number, callback: () => void) => toDisposable(ticker.every(milliseconds, callback));
  const watch = new ChangeWatch(roots, every, silentLogger);
  roots.add(test.root);
  const ended: EndedChange[] = [];
  watch.onDidEnd((end) => ended.push(end));
  return { ...test, ticker, watch, ended };
}

const toIpvs = { kind: 'switch', mode: 'ipvs' } as const;

/** Waits until something is so. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

describe('watching changes', () => {
  it('asks a node while its change waits, reads it anew when that ended, and then rests', async () => {
    using test = await watched();
    const { node, root, context, ticker, watch, ended } = test;
    assert.ok(ticker.isIdle);
    await planChange(root, toIpvs, context);
    let ticks = 0;
    watch.onDidTick(() => ticks++);
    ticker.pass(3_000);
    assert.equal(ticks, 3, 'for the countdown');
    await until(() => root.snapshot?.mode === 'ipvs');
    node.timeIsUp();
    ticker.pass(5_000);
    await until(() => ended.length > 0);
    assert.equal(ended[0]?.change.state, 'rolled-back');
    await until(() => root.snapshot?.mode === 'iptables');
    assert.ok(ticker.isIdle);
  });

  it('tells how a change ended only where nobody here ended it', async () => {
    using test = await watched();
    const { node, root, context, dialogs, ended } = test;
    await planChange(root, toIpvs, context);
    node.timeIsUp();
    await root.refreshChanges();
    assert.equal(ended.length, 1);
    for (const end of ended) tellEndedChange(end, context);
    assert.match(dialogs.last('warning')?.text ?? '', /^node rolled back by itself/);
    for (const end of ended) {
      context.endedHere.add(end.change.change);
      dialogs.said.length = 0;
      tellEndedChange(end, context);
    }
    assert.deepEqual(dialogs.said, []);
  });

  it('reads a node anew when its last old connection ended', async () => {
    using test = await watched();
    const { node, root, ticker } = test;
    node.draining = 2;
    await root.refreshChanges();
    assert.ok(!ticker.isIdle);
    node.draining = 0;
    node.mode = 'nftables';
    ticker.pass(5_000);
    await until(() => root.snapshot?.mode === 'nftables');
    assert.ok(ticker.isIdle);
  });
});
