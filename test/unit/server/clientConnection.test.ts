import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { encodeMessage, MessageDecoder } from '../../../agent/protocol/messageDecoder.ts';
import { ClientConnection, RequestError } from '../../../agent/server/clientConnection.ts';

/** A connection, and what comes out of it. */
function connect() {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const connection = new ClientConnection(input, output);
  const said: unknown[] = [];
  const decoder = new MessageDecoder((message) => said.push(message));
  output.on('data', (chunk: Buffer) => decoder.push(chunk));
  const ended = new Promise<Error | undefined>((resolve) => connection.listen(resolve));
  const send = (...messages: readonly object[]): void => {
    input.write(messages.map((message) => encodeMessage({ jsonrpc: '2.0', ...message })).join(''));
  };
  return { connection, input, output, said, ended, send };
}

const settled = () => new Promise(setImmediate);

describe('the connection to a client', () => {
  it('answers requests as they are fulfilled, whatever their ids are', async () => {
    const { connection, said, send } = connect();
    let finish: (value: unknown) => void = () => {};
    connection.onRequest('slow', () => new Promise((resolve) => (finish = resolve)));
    connection.onRequest('quick', (params) => params);
    connection.onRequest('nothing', () => undefined);
    send({ id: 1, method: 'slow' }, { id: 'b', method: 'quick', params: [1] }, { id: 0, method: 'nothing' });
    await settled();
    finish('done');
    await settled();
    assert.deepEqual(said, [
      { jsonrpc: '2.0', id: 'b', result: [1] },
      { jsonrpc: '2.0', id: 0, result: null },
      { jsonrpc: '2.0', id: 1, result: 'done' },
    ]);
  });

  it('answers with an error what is refused, not foreseen or not known', async () => {
    const { connection, said, send } = connect();
    connection.onRequest('refused', () => {
      throw new RequestError(5, 'No.', { code: 'no', args: {} });
    });
    connection.onRequest('broken', () => {
      throw new TypeError('a mistake');
    });
    send({ id: 1, method: 'refused' }, { id: 2, method: 'broken' }, { id: 3, method: 'toString' });
    await settled();
    assert.deepEqual(said, [
      { jsonrpc: '2.0', id: 1, error: { code: 5, message: 'No.', data: { code: 'no', args: {} } } },
      { jsonrpc: '2.0', id: 2, error: { code: -32603, message: 'broken failed: a mistake' } },
      { jsonrpc: '2.0', id: 3, error: { code: -32601, message: 'There is no method toString.' } },
    ]);
  });

  it('passes over notifications and answers that nobody waits for', async () => {
    const { said, send } = connect();
    send(
      { method: 'heartbeat', params: {} },
      { id: 7, result: {} },
      { method: '$/cancelRequest' },
      { method: 5, id: 1 },
    );
    await settled();
    assert.deepEqual(said, []);
  });

  it('tells a request when its answer is no longer wanted', async () => {
    const { connection, send } = connect();
    const aborted: unknown[] = [];
    connection.onRequest('wait', (params, signal) => {
      signal.addEventListener('abort', () => aborted.push(params));
      return new Promise(() => {});
    });
    send({ id: 1, method: 'wait', params: 'a' }, { id: 2, method: 'wait', params: 'b' });
    send({ method: '$/cancelRequest', params: { id: 2 } }, { method: '$/cancelRequest', params: { id: 9 } });
    await settled();
    assert.deepEqual(aborted, ['b']);
  });

  it('calls back after the next message', async () => {
    const { connection, said, send } = connect();
    let after: number | undefined;
    connection.onRequest('leave', () => {
      connection.afterNextMessage(() => {
        after = said.length;
      });
      return {};
    });
    connection.sendProgress('t', 1);
    send({ id: 1, method: 'leave' });
    await settled();
    connection.sendProgress('t', 2);
    await settled();
    assert.equal(after, 2);
    assert.deepEqual(said[0], { jsonrpc: '2.0', method: '$/progress', params: { token: 't', value: 1 } });
  });

  it('ends once, with what was wrong', async () => {
    const { input, ended } = connect();
    input.write('garbage');
    input.end();
    assert.equal((await ended)?.name, 'BrokenStreamError');
    const other = connect();
    other.input.destroy(new Error('reset'));
    assert.equal((await other.ended)?.message, 'reset');
    const third = connect();
    third.input.end();
    assert.equal(await third.ended, undefined);
  });

  it('hears and says nothing after it was disposed of', async () => {
    const { connection, said, send, input } = connect();
    connection.onRequest('a', () => assert.fail('it hears'));
    connection.dispose();
    send({ id: 1, method: 'a' });
    input.write('garbage');
    connection.sendProgress('t', 1);
    await settled();
    assert.deepEqual(said, []);
  });
});
