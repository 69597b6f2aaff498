import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isTransportError, TransportError } from '../../../../extension/common/transportError.ts';
import type { RulesAgent } from '../../../../extension/nodes/rulesAgent.ts';
import { fakeRoot, summary } from '../fakeRoot.ts';

const setUp = (read: RulesAgent['read']) => fakeRoot({ read });
const never = new AbortController().signal;

describe('root', () => {
  it('reads as soon as it is connected, with the objects', async () => {
    const objects: (string | undefined)[] = [];
    const { root } = setUp(async (text) => {
      objects.push(text);
      return summary('1');
    });
    await root.connect(never);
    assert.equal(root.state.kind, 'ready');
    assert.equal(root.snapshot?.snapshot, '1');
    assert.deepEqual(objects, ['objects']);
  });

  it('keeps one snapshot and releases the one before', async () => {
    let taken = 0;
    const { root, released } = setUp(async () => summary(String(++taken)));
    await root.connect(never);
    await root.refresh();
    assert.equal(root.snapshot?.snapshot, '2');
    assert.deepEqual(released, ['1']);
  });

  it('asks an agent that was started anew for nothing of the old one, though both name their snapshots alike', async () => {
    const first = fakeRoot({ read: async () => summary('1') });
    await first.root.connect(never);
    const second = fakeRoot({ read: async () => summary('1') });
    await second.link.connect();
    first.link.enter(second.link.state);
    assert.equal(first.root.session, undefined);
    await first.root.refresh();
    assert.notEqual(first.root.session, undefined);
    assert.deepEqual([...first.released, ...second.released], []);
  });

  it('reads once for callers that come while it reads', async () => {
    let taken = 0;
    const { root } = setUp(async () => summary(String(++taken)));
    await root.connect(never);
    await Promise.all([root.refresh(), root.refresh()]);
    assert.equal(taken, 2);
  });

  it('reads the agent of a new connection even though the reading of the old one has not ended', async () => {
    const first = fakeRoot({ read: () => new Promise(() => {}) });
    const second = fakeRoot({ read: async () => summary('2') });
    await second.link.connect();
    void first.root.connect(never);
    await new Promise(setImmediate);
    first.link.enter({ kind: 'closed' });
    first.link.enter(second.link.state);
    await first.root.refresh();
    assert.equal(first.root.state.kind, 'ready');
    assert.equal(first.root.snapshot?.snapshot, '2');
  });

  it('keeps what it has when a refresh fails, and says so', async () => {
    let fails = false;
    const { root } = setUp(async () => {
      if (fails) throw new Error('no more memory');
      return summary('1');
    });
    await root.connect(never);
    fails = true;
    await root.refresh();
    assert.equal(root.state.kind, 'failed');
    assert.equal(root.snapshot?.snapshot, '1');
  });

  it('rejects when the first reading fails', async () => {
    const { root } = setUp(async () => {
      throw new Error('no such folder');
    });
    await assert.rejects(root.connect(never), /no such folder/);
  });

  it('disconnects when it is cancelled while it reads', async () => {
    const abort = new AbortController();
    const { root } = setUp(
      (_objects, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('cancelled')));
          setImmediate(() => abort.abort());
        }),
    );
    await assert.rejects(root.connect(abort.signal), (error) => isTransportError(error, 'cancelled'));
    assert.deepEqual(root.state, { kind: 'disconnected' });
  });

  it('shows a lost connection, not the reading that it broke off', async () => {
    let loseConnection = (): void => {};
    const { root, link } = setUp(
      () =>
        new Promise((_resolve, reject) => {
          loseConnection = () => reject(new Error('stream closed'));
        }),
    );
    void root.connect(never).catch(() => {});
    await new Promise(setImmediate);
    const error = new TransportError('connectionLost', { step: 'session', args: {} });
    link.enter({ kind: 'reconnecting', attempt: 1, error });
    loseConnection();
    await new Promise(setImmediate);
    assert.equal(root.state.kind, 'reconnecting');
    assert.equal(root.session, undefined);
  });
});
