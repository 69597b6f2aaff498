import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot } from '../../../agent/model/snapshot.ts';
import { CollectCancelled } from '../../../agent/node/collectSnapshot.ts';
import { errorNumbers } from '../../../agent/protocol/errors.ts';
import { heartbeatTimeoutMs, protocolVersion } from '../../../agent/protocol/version.ts';
import { type ServerInProcess, startServer } from '../../fakes/agentPair.ts';
import { modelWith, partWith, problemAt, servicePort, snapshotOf } from '../../fakes/models.ts';
import { RawClient } from '../../fakes/rawClient.ts';

async function initialized(server: ServerInProcess): Promise<RawClient> {
  const client = new RawClient(server);
  const { result } = await client.request('initialize', { protocolVersion, client: 'test' });
  assert.ok(result);
  return client;
}

describe('serve', () => {
  it('introduces itself', async () => {
    const client = new RawClient(startServer());
    const { result } = await client.request('initialize', { protocolVersion, client: 'test' });
    assert.deepEqual(result, {
      protocolVersion,
      agentVersion: '1.2.3',
      pid: 42,
      nodeName: 'node-a',
      capabilities: ['read', 'files', 'apply'],
    });
  });

  it('refuses another version of the protocol, and everything before the handshake', async () => {
    const client = new RawClient(startServer());
    const refused = await client.request('initialize', { protocolVersion: 999, client: 'test' });
    assert.equal(refused.error?.code, errorNumbers.versionMismatch);
    assert.deepEqual(refused.error?.data, {
      code: 'version-mismatch',
      args: { client: 999, agent: protocolVersion },
    });
    const early = await client.request('snapshot/take', {});
    assert.equal(early.error?.code, errorNumbers.notInitialized);
  });

  it('says where params are not valid', async () => {
    const client = await initialized(startServer());
    const cases: readonly [method: string, params: unknown, place: string][] = [
      ['tree/children', { snapshot: 'x', offset: 0, limit: 1001 }, 'limit'],
      ['tree/children', { snapshot: 'x', offset: -1, limit: 10 }, 'offset'],
      ['tree/children', { snapshot: 'x', offset: 0, limit: 10, filter: { text: 1 } }, 'filter.text'],
      ['tree/reveal', { snapshot: 'x', part: 'p', line: 1.5 }, 'line'],
      ['snapshot/open', { paths: ['a', 2] }, 'paths[1]'],
      ['snapshot/take', [], ''],
    ];
    for (const [method, params, place] of cases) {
      const { error } = await client.request(method, params);
      assert.equal(error?.code, errorNumbers.invalidMessage, `${method} ${JSON.stringify(params)}`);
      assert.equal(error?.data?.code, 'invalid-message');
      assert.equal(error?.data?.args['place'], place);
    }
  });

  it('answers an unknown method with an error of the specification', async () => {
    const client = await initialized(startServer());
    assert.equal((await client.request('node/reboot', {})).error?.code, -32601);
  });

  it('sums a snapshot up', async () => {
    const report = { processes: [], metricsPort: 10249, mode: 'iptables', version: 'v1.36.3' };
    const snapshot = snapshotOf(partWith('kube-proxy.json', 'kube-proxy', JSON.stringify(report)));
    const model = modelWith({
      services: [servicePort('a', 'web'), servicePort('a', 'web'), servicePort('b', 'web')],
      problems: [problemAt('x', 0), problemAt('x', 1, 'error')],
    });
    const client = await initialized(startServer({ collect: async () => snapshot }, model));
    const { result } = await client.request('snapshot/take', {});
    const { timing, ...rest } = result as { timing: { collectMs: number; interpretMs: number } };
    assert.ok(timing.collectMs >= 0 && timing.interpretMs >= 0);
    assert.deepEqual(rest, {
      snapshot: 'snapshot-1',
      takenAt: '2026-01-02T03:04:05.000Z',
      nodeName: 'node-a',
      origin: 'live',
      mode: 'iptables',
      backends: { iptables: ['nf_tables'], nftables: false, ipvs: false },
      services: 2,
      problems: { error: 1, warning: 1, information: 0 },
      kubeProxy: { running: true, version: 'v1.36.3', mode: 'iptables' },
    });
  });

  it('keeps the newest four snapshots', async () => {
    const client = await initialized(startServer());
    for (let taken = 0; taken < 5; taken++) await client.request('snapshot/take', {});
    const first = await client.request('tree/children', { snapshot: 'snapshot-1', offset: 0, limit: 10 });
    assert.equal(first.error?.code, errorNumbers.unknownSnapshot);
    const second = await client.request('tree/children', { snapshot: 'snapshot-2', offset: 0, limit: 10 });
    assert.ok(second.result);
    await client.request('snapshot/release', { snapshot: 'snapshot-2' });
    const released = await client.request('tree/children', { snapshot: 'snapshot-2', offset: 0, limit: 10 });
    assert.equal(released.error?.data?.code, 'unknown-snapshot');
  });

  it('says when an element is not there', async () => {
    const client = await initialized(startServer());
    await client.request('snapshot/take', {});
    for (const method of ['tree/children', 'document/read']) {
      const params = { snapshot: 'snapshot-1', parent: 'services/x', element: 'services/x', offset: 0, limit: 1 };
      assert.equal((await client.request(method, params)).error?.code, errorNumbers.unknownElement);
    }
  });

  it('reports progress under the token that it was given', async () => {
    const server = startServer({
      collect: async ({ onProgress }) => {
        onProgress?.({ part: 'ipset-save', done: 1, total: 2 });
        return snapshotOf();
      },
    });
    const client = await initialized(server);
    await client.request('snapshot/take', { progressToken: 'mine' });
    assert.deepEqual(client.notifications, [
      { method: '$/progress', params: { token: 'mine', value: { part: 'ipset-save', done: 1, total: 2 } } },
    ]);
  });

  it('passes the objects on', async () => {
    let given: readonly string[] | undefined;
    const interpret = (_snapshot: Snapshot, objects: readonly string[]) => {
      given = objects;
      return modelWith({});
    };
    const client = await initialized(startServer({ interpret }));
    await client.request('snapshot/open', { paths: ['a'], objects: 'kind: Service' });
    assert.deepEqual(given, ['kind: Service']);
  });

  it('hands over why reading failed, and survives what nobody foresaw', async () => {
    class Refused extends Error {
      readonly code = 'not-found';
      readonly args = { path: 'x' };
    }
    const client = await initialized(
      startServer({
        load: () => Promise.reject(new Refused('x does not exist.')),
        interpret: () => {
          throw new TypeError('a mistake');
        },
      }),
    );
    const open = await client.request('snapshot/open', { paths: ['x'] });
    assert.equal(open.error?.code, errorNumbers.collectFailed);
    assert.deepEqual(open.error?.data, { code: 'not-found', args: { path: 'x' } });
    assert.equal(open.error?.message, 'x does not exist.');
    const take = await client.request('snapshot/take', {});
    assert.match(take.error?.message ?? '', /a mistake/);
    assert.ok((await client.request('snapshot/release', { snapshot: 'x' })).result);
  });

  it('cancels what runs, and what waits behind it', async () => {
    let started = 0;
    const server = startServer({
      collect: ({ signal }) => {
        started++;
        return new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new CollectCancelled()));
        });
      },
    });
    const client = await initialized(server);
    const running = client.send('snapshot/take', {});
    const waiting = client.send('snapshot/take', {});
    await client.settled();
    client.notify('$/cancelRequest', { id: waiting.id });
    client.notify('$/cancelRequest', { id: running.id });
    for (const { answer } of [running, waiting]) {
      assert.equal((await answer).error?.data?.code, 'cancelled');
    }
    assert.equal(started, 1);
  });

  it('says that loading was cancelled, whatever it rejects with', async () => {
    const server = startServer({
      load: (_paths, { signal }) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new DOMException('Aborted', 'AbortError')));
        }),
    });
    const client = await initialized(server);
    const { id, answer } = client.send('snapshot/open', { paths: ['x'] });
    await client.settled();
    client.notify('$/cancelRequest', { id });
    assert.equal((await answer).error?.data?.code, 'cancelled');
  });

  it('leaves after the answer to shutdown, and hears nothing after it', async () => {
    const server = startServer();
    const client = await initialized(server);
    const { answer } = client.send('shutdown', {});
    const late = client.send('snapshot/take', {});
    assert.deepEqual((await answer).result, {});
    assert.deepEqual(await server.ended, { kind: 'shutdown' });
    assert.ok(server.ticker.isIdle);
    late.answer.catch(() => {});
  });

  it('leaves when its input ends, and ends what it reads', async () => {
    let signal: AbortSignal | undefined;
    const server = startServer({
      collect: (options) => {
        signal = options.signal;
        return new Promise(() => {});
      },
    });
    const client = await initialized(server);
    client.send('snapshot/take', {}).answer.catch(() => {});
    await client.settled();
    server.writable.end();
    assert.deepEqual(await server.ended, { kind: 'input-closed' });
    assert.equal(signal?.aborted, true);
  });

  it('leaves when the client is silent, whatever it reads', async () => {
    const server = startServer({ collect: () => new Promise(() => {}) });
    const client = await initialized(server);
    client.send('snapshot/take', {}).answer.catch(() => {});
    await client.settled();
    server.ticker.pass(heartbeatTimeoutMs);
    assert.deepEqual(await server.ended, { kind: 'client-silent' });
  });

  it('stays while heartbeats come', async () => {
    const server = startServer();
    const client = await initialized(server);
    for (let beat = 0; beat < 10; beat++) {
      server.ticker.pass(heartbeatTimeoutMs * 0.9);
      client.notify('heartbeat', {});
      await client.settled();
    }
    assert.ok((await client.request('snapshot/take', {})).result);
  });

  it('leaves when the client no longer reads', async () => {
    const server = startServer();
    await initialized(server);
    server.readable.destroy(new Error('EPIPE'));
    assert.deepEqual(await server.ended, { kind: 'input-closed' });
  });

  const broken: readonly [what: string, bytes: string][] = [
    ['garbage', 'Last login: Sat Nov 21\nroot@node:~# '],
    ['a length without end', 'Content-Length: 99999999999\r\n\r\n{'],
    ['a length that is no number', 'Content-Length: many\r\n\r\n{}'],
    ['a header without length', 'Content-Type: x\r\n\r\n{}'],
    ['a header without end', `Content-Length: 2\r\nX-Filler: ${'x'.repeat(10_000)}`],
    ['a body that is no JSON', 'Content-Length: 2\r\n\r\n{]'],
    ['a body that is no message', 'Content-Length: 4\r\n\r\nnull'],
  ];
  for (const [what, bytes] of broken) {
    it(`leaves at ${what}`, async () => {
      const server = startServer();
      server.writable.write(bytes);
      assert.equal((await server.ended).kind, 'broken-stream');
    });
  }

  it('leaves at half a message', async () => {
    const server = startServer();
    server.writable.end('Content-Length: 100\r\n\r\n{"jsonrpc":');
    assert.equal((await server.ended).kind, 'broken-stream');
  });

  it('reads messages in pieces of any size', async () => {
    const server = startServer();
    const client = await initialized(server);
    const { answer } = client.send('snapshot/release', { snapshot: 'ünïcödé' }, 1);
    assert.deepEqual((await answer).result, {});
  });

  it('answers each request of a flood', async () => {
    const client = await initialized(startServer());
    await client.request('snapshot/take', {});
    const answers = Array.from(
      { length: 2_000 },
      () => client.send('tree/children', { snapshot: 'snapshot-1', offset: 0, limit: 100 }).answer,
    );
    for (const { result } of await Promise.all(answers)) assert.ok(result);
  });

  it('does without a client that takes its time to read', async () => {
    const server = startServer();
    const client = await initialized(server);
    server.readable.pause();
    const answers = Array.from({ length: 500 }, () => client.send('snapshot/release', { snapshot: 'x' }).answer);
    await new Promise(setImmediate);
    server.readable.resume();
    assert.equal((await Promise.all(answers)).length, 500);
  });
});
