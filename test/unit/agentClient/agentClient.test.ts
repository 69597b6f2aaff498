import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { CollectCancelled } from '../../../agent/node/collectSnapshot.ts';
import { protocolVersion } from '../../../agent/protocol/version.ts';
import { AgentClient } from '../../../extension/agentClient/agentClient.ts';
import { AgentError } from '../../../extension/agentClient/agentError.ts';
import { type ServerInProcess, startServer } from '../../fakes/agentPair.ts';
import { modelWith, partWith, servicePort, snapshotOf } from '../../fakes/models.ts';

const options = { clientName: 'test', handshakeTimeoutMs: 5_000 };

/** An agent that says what a test wants it to say; each request is answered with the next of `answers`. */
function scriptedAgent(...answers: readonly (object | string)[]) {
  const readable = new PassThrough();
  const writable = new PassThrough();
  const left = [...answers];
  writable.on('data', (chunk: Buffer) => {
    for (const match of chunk.toString().matchAll(/"id":(\d+)/g)) {
      const answer = left.shift();
      if (answer === undefined) continue;
      if (typeof answer === 'string') {
        readable.write(answer);
        continue;
      }
      const body = JSON.stringify({ jsonrpc: '2.0', id: Number(match[1]), ...answer });
      readable.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    }
  });
  return { readable, writable };
}

const hello = {
  result: { protocolVersion, agentVersion: '1', pid: 1, nodeName: 'n', capabilities: ['read'] },
};

function rejectsWith(code: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof AgentError, String(error));
    assert.equal(error.code, code);
    return true;
  };
}

async function connected(server: ServerInProcess): Promise<AgentClient> {
  return AgentClient.connect(server, options);
}

describe('AgentClient', () => {
  it('connects, and knows whom it speaks with', async () => {
    const server = startServer();
    const client = await connected(server);
    assert.equal(client.information.nodeName, 'node-a');
    assert.equal(client.information.pid, 42);
    await client.shutdown();
    assert.deepEqual(await server.ended, { kind: 'shutdown' });
    client.dispose();
  });

  it('reads, walks, reveals, opens and releases', async () => {
    const text = '*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n';
    const collect = async () => snapshotOf(partWith('iptables-save', 'iptables-save', text));
    const model = modelWith({ services: [servicePort('shop', 'web')] });
    const client = await connected(startServer({ collect, load: collect }, model));
    const summary = await client.takeSnapshot({ objects: 'kind: List' });
    assert.equal(summary.services, 1);
    const { snapshot } = summary;
    const page = await client.children({ snapshot, offset: 0, limit: 10 });
    assert.deepEqual(
      page.elements.map(({ kind }) => kind),
      ['services', 'parts'],
    );
    const document = await client.document(snapshot, 'parts/iptables-save');
    assert.equal(document.text, text);
    assert.deepEqual(await client.reveal(snapshot, 'iptables-save', 0), []);
    await client.releaseSnapshot(snapshot);
    await assert.rejects(client.children({ snapshot, offset: 0, limit: 10 }), rejectsWith('unknown-snapshot'));
    assert.equal((await client.openDumps(['/dumps'])).origin, 'live');
    client.dispose();
  });

  it('hands over progress', async () => {
    const steps = [0, 1, 2].map((done) => ({ part: 'ipset-save', done, total: 3 }));
    const client = await connected(
      startServer({
        collect: async ({ onProgress }) => {
          for (const step of steps) onProgress?.(step);
          return snapshotOf();
        },
      }),
    );
    const seen: unknown[] = [];
    await client.takeSnapshot({ onProgress: (progress) => seen.push(progress) });
    assert.deepEqual(seen, steps);
    client.dispose();
  });

  it('cancels in the agent too, and goes on afterwards', async () => {
    let cancelled: (() => void) | undefined;
    const agentCancelled = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    const controller = new AbortController();
    const client = await connected(
      startServer({
        collect: ({ signal }) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => {
              cancelled?.();
              reject(new CollectCancelled());
            });
            controller.abort();
          }),
      }),
    );
    await assert.rejects(client.takeSnapshot({ signal: controller.signal }), rejectsWith('cancelled'));
    await agentCancelled;
    await client.releaseSnapshot('x');
    await assert.rejects(client.takeSnapshot({ signal: AbortSignal.abort() }), rejectsWith('cancelled'));
    client.dispose();
  });

  it('rejects what is under way when the agent ends, and says so once', async () => {
    const server = startServer({ collect: () => new Promise(() => {}) });
    const client = await connected(server);
    const ends: AgentError[] = [];
    client.onDidEnd((error) => ends.push(error));
    const taking = client.takeSnapshot();
    server.readable.end();
    await assert.rejects(taking, rejectsWith('agent-closed'));
    await assert.rejects(client.takeSnapshot(), rejectsWith('agent-closed'));
    client.dispose();
    assert.equal(ends.length, 1);
    server.writable.end();
    await server.ended;
  });

  it('rejects what is under way when it is disposed of', async () => {
    const client = await connected(startServer({ collect: () => new Promise(() => {}) }));
    const taking = client.takeSnapshot();
    client.dispose();
    await assert.rejects(taking, rejectsWith('agent-closed'));
  });

  it('gives up on an agent that does not answer', async () => {
    const silent = scriptedAgent();
    const connecting = AgentClient.connect(silent, { ...options, handshakeTimeoutMs: 20 });
    await assert.rejects(connecting, rejectsWith('agent-silent'));
  });

  it('stops connecting when it is cancelled', async () => {
    const controller = new AbortController();
    const connecting = AgentClient.connect(scriptedAgent(), { ...options, signal: controller.signal });
    controller.abort();
    await assert.rejects(connecting, rejectsWith('cancelled'));
  });

  it('hands over why an agent refused the handshake', async () => {
    const error = { code: 1, message: 'No.', data: { code: 'version-mismatch', args: { client: 1, agent: 2 } } };
    const refusing = scriptedAgent({ error });
    await assert.rejects(AgentClient.connect(refusing, options), rejectsWith('version-mismatch'));
  });

  it('notices an agent that is none', async () => {
    for (const banner of ['bash: node: command not found\n', 'Content-Length: 5\r\n\r\nhello']) {
      const talking = scriptedAgent(banner);
      await assert.rejects(AgentClient.connect(talking, options), rejectsWith('broken-stream'));
    }
    const ending = scriptedAgent();
    const connecting = AgentClient.connect(ending, options);
    ending.readable.end();
    await assert.rejects(connecting, rejectsWith('agent-closed'));
  });

  it('uses no answer that the protocol does not know', async () => {
    await assert.rejects(
      AgentClient.connect(scriptedAgent({ result: { protocolVersion: 'one' } }), options),
      rejectsWith('invalid-answer'),
    );
    const element = { id: 'x', kind: 'services', childCount: 'many', count: 1 };
    const client = await AgentClient.connect(
      scriptedAgent(hello, { result: { total: 1, elements: [element] } }, { error: { code: 1, message: 'odd' } }),
      options,
    );
    const children = client.children({ snapshot: 's', offset: 0, limit: 1 });
    await assert.rejects(children, (error) => {
      assert.ok(rejectsWith('invalid-answer')(error));
      assert.ok(error instanceof AgentError);
      assert.equal(error.args['place'], 'elements.0.childCount');
      return true;
    });
    await assert.rejects(client.releaseSnapshot('x'), rejectsWith('agent-failed'));
    client.dispose();
  });

  it('says that it is still here', async (context) => {
    context.mock.timers.enable({ apis: ['setInterval'] });
    const server = startServer();
    const client = await connected(server);
    const sent: string[] = [];
    server.writable.on('data', (chunk: Buffer) => sent.push(chunk.toString()));
    context.mock.timers.tick(3_000);
    await new Promise(setImmediate);
    assert.equal(sent.filter((chunk) => chunk.includes('"heartbeat"')).length, 1);
    client.dispose();
    context.mock.timers.tick(30_000);
    await new Promise(setImmediate);
    assert.equal(sent.filter((chunk) => chunk.includes('"heartbeat"')).length, 1);
  });
});
