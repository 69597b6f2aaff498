import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CounterHistory } from '../../../../extension/tree/counterHistory.ts';
import { elements } from '../elements.ts';

const seen = (packets: number, bytes: number) => ({ ...elements.endpoint, counters: { packets, bytes } });

describe('counter history', () => {
  it('tells what was added since the snapshot before', () => {
    const history = new CounterHistory();
    history.record(seen(10, 100));
    history.advance();
    history.record(seen(12, 130));
    assert.deepEqual(history.change(seen(12, 130)), { packets: 2, bytes: 30 });
  });

  it('knows no change of what it sees for the first time', () => {
    const history = new CounterHistory();
    history.record(seen(10, 100));
    assert.equal(history.change(seen(10, 100)), undefined);
  });

  it('does not report counters that went back, as after a reset', () => {
    const history = new CounterHistory();
    history.record(seen(10, 100));
    history.advance();
    assert.equal(history.change(seen(3, 400)), undefined);
    assert.equal(history.change(seen(30, 40)), undefined);
  });

  it('does not report counters that stand still', () => {
    const history = new CounterHistory();
    history.record(seen(10, 100));
    history.advance();
    assert.equal(history.change(seen(10, 100)), undefined);
  });

  it('compares what was not looked at in between with the last time it was', () => {
    const history = new CounterHistory();
    history.record(seen(10, 100));
    history.advance();
    history.advance();
    assert.deepEqual(history.change(seen(11, 150)), { packets: 1, bytes: 50 });
  });
});
