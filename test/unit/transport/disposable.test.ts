import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DisposableStore, toDisposable } from '../../../extension/common/disposable.ts';
import { Emitter } from '../../../extension/common/emitter.ts';

describe('DisposableStore', () => {
  it('disposes what it owns once, last in first out', () => {
    const order: number[] = [];
    const store = new DisposableStore();
    store.add(toDisposable(() => order.push(1)));
    store.add(toDisposable(() => order.push(2)));
    store.dispose();
    store.dispose();
    assert.deepEqual(order, [2, 1]);
  });

  it('disposes at once what is added after it was disposed', () => {
    const store = new DisposableStore();
    store.dispose();
    let disposed = false;
    store.add(toDisposable(() => (disposed = true)));
    assert.ok(disposed);
  });

  it('disposes the others when one throws', () => {
    const store = new DisposableStore();
    let disposed = false;
    store.add(toDisposable(() => (disposed = true)));
    store.add({
      dispose() {
        throw new Error('broken');
      },
    });
    assert.throws(() => store.dispose(), /broken/);
    assert.ok(disposed);
  });

  it('disposes and forgets what is removed', () => {
    const store = new DisposableStore();
    let count = 0;
    const one = store.add({ dispose: () => void count++ });
    store.remove(one);
    store.dispose();
    assert.equal(count, 1);
  });
});

describe('Emitter', () => {
  it('calls listeners until they unsubscribe', () => {
    const emitter = new Emitter<number>();
    const seen: number[] = [];
    const subscription = emitter.event((value) => seen.push(value));
    emitter.fire(1);
    subscription.dispose();
    emitter.fire(2);
    assert.deepEqual(seen, [1]);
  });

  it('keeps two subscriptions of one listener apart', () => {
    const emitter = new Emitter<number>();
    let calls = 0;
    const listener = (): void => void calls++;
    emitter.event(listener).dispose();
    emitter.event(listener);
    emitter.event(listener);
    emitter.fire(1);
    assert.equal(calls, 2);
  });
});
