import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { TransportError } from '../../extension/common/transportError.ts';
import { Credentials } from '../../extension/transport/credentials.ts';
import { type AgentArtefacts, loadArtefacts } from '../../extension/transport/delivery/artefacts.ts';
import { type NodeLink, openNodeLink } from '../../extension/transport/nodeLink.ts';
import { ReconnectingConnection } from '../../extension/transport/reconnectingConnection.ts';
import type { ConnectContext } from '../../extension/transport/transport.ts';
import { fakeContext } from '../fakes/connectContext.ts';
import { type CuttingProxy, startCuttingProxy } from './support/cuttingProxy.ts';
import { runOn } from './support/readProcess.ts';
import { SshFixture } from './support/sshFixture.ts';
import { makeKey, type SshServer } from './support/sshServer.ts';

const echoAgent = 'process.stdin.pipe(process.stdout);';

describe('connections that break', () => {
  let fixture: SshFixture;
  let server: SshServer;
  let proxy: CuttingProxy;
  let artefacts: Promise<AgentArtefacts>;
  before(async () => {
    fixture = new SshFixture();
    server = await fixture.startServer();
    proxy = await startCuttingProxy(server.port);
    fixture.configure({ node: { Port: proxy.port, HostKeyAlias: 'node', ConnectTimeout: 2 } });
    fixture.know(`node ${server.hostKeys['ssh-ed25519']}`);
    writeFileSync(fixture.path('agent.js'), echoAgent);
    artefacts = loadArtefacts({ agent: fixture.path('agent.js'), runtimes: {} });
  });
  after(async () => {
    await proxy.stop();
    await fixture.dispose();
  });

  const open = (folder: string, context: ConnectContext = fakeContext()): Promise<NodeLink> =>
    openNodeLink(
      { transport: fixture.transport('node'), artefacts, privilege: 'root', folder, credentials: new Credentials() },
      context,
    );

  const echoes = async (link: NodeLink): Promise<void> => {
    link.agent.stdin.write('hello');
    const [answer] = await once(link.agent.stdout, 'data');
    assert.equal(String(answer), 'hello');
  };

  it('are reported wherever they break, and the next attempt works', async () => {
    const folder = fixture.path('cut');
    (await open(folder)).dispose();
    const before = proxy.received;
    const whole = await open(folder);
    const needed = proxy.received - before;
    await echoes(whole);
    whole.dispose();
    // Some of these cut the version exchange, the key exchange, the authentication, and the start of the agent.
    for (let part = 0; part < 16; part++) {
      const bytes = Math.floor((needed * part) / 16);
      proxy.cutAfter(bytes);
      await assert.rejects(open(folder), (error: unknown) => {
        assert.ok(error instanceof TransportError, String(error));
        assert.ok(['connectionLost', 'notAnSshServer'].includes(error.reason), `${bytes}: ${error.message}`);
        return true;
      });
    }
    proxy.cutAfter(Number.POSITIVE_INFINITY);
    const link = await open(folder);
    await echoes(link);
    link.dispose();
  });

  it('are told with their reason once they stand', async () => {
    const link = await open(fixture.path('standing'));
    await echoes(link);
    proxy.cutNow();
    assert.equal((await link.lost).reason, 'connectionLost');
    link.dispose();
  });

  it('come back by themselves, without a question', async () => {
    const folder = fixture.path('again');
    const asked: boolean[] = [];
    const connection = new ReconnectingConnection<NodeLink>({
      log: fakeContext().log,
      sleep: async () => {},
      connect: ({ signal, interactive }) => {
        asked.push(interactive);
        return open(folder, fakeContext({ signal, interactive }));
      },
    });
    const first = await connection.connect();
    const again = new Promise<NodeLink>((resolve) => {
      connection.onDidChangeState((state) => {
        if (state.kind === 'connected') resolve(state.link);
      });
    });
    proxy.cutNow();
    const second = await again;
    assert.notEqual(first, second);
    await echoes(second);
    assert.deepEqual(asked, [true, false]);
    connection.dispose();
  });

  it('leave nothing half-delivered behind', async () => {
    const folder = fixture.path('half');
    const large = fixture.path('large.js');
    writeFileSync(large, `${echoAgent}\n//${'x'.repeat(40 * 1024 * 1024)}`);
    const files = loadArtefacts({ agent: large, runtimes: {} });
    let cut = false;
    const context = fakeContext({
      onProgress: (progress) => {
        if (progress.step === 'upload' && progress.doneBytes > 5 * 1024 * 1024 && !cut) {
          cut = true;
          proxy.cutNow();
        }
      },
    });
    const attempt = openNodeLink(
      {
        transport: fixture.transport('node'),
        artefacts: files,
        privilege: 'root',
        folder,
        credentials: new Credentials(),
      },
      context,
    );
    await assert.rejects(
      attempt,
      (error: unknown) => error instanceof TransportError && error.reason === 'connectionLost',
    );
    const deadline = Date.now() + 10_000;
    while (existsSync(folder) && readdirSync(folder).length > 0) {
      assert.ok(Date.now() < deadline, readdirSync(folder).join());
      await delay(20);
    }
  });

  it('end at once when they are cancelled', async () => {
    const silent = createServer((socket) => {
      socket.on('error', () => {});
      socket.resume();
    });
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const address = silent.address();
    assert.ok(address !== null && typeof address === 'object');
    fixture.configure({
      silent: { Port: address.port, ConnectTimeout: 1 },
      node: { Port: proxy.port, HostKeyAlias: 'node' },
    });
    const cancelling = new AbortController();
    const attempt = fixture.transport('silent').connect(fakeContext({ signal: cancelling.signal }));
    await once(silent, 'connection');
    cancelling.abort();
    await assert.rejects(attempt, /cancelled/);
    // And without a cancellation a server that says nothing is given up.
    await assert.rejects(fixture.transport('silent').connect(fakeContext()), /timeout \{"seconds":1\}/);
    const closed = once(silent, 'close');
    silent.close();
    await closed;
  });

  it('are refused by servers of other protocols', async () => {
    const web = createServer((socket) => {
      socket.on('error', () => {});
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
    web.listen(0, '127.0.0.1');
    await once(web, 'listening');
    const address = web.address();
    assert.ok(address !== null && typeof address === 'object');
    fixture.configure({ web: { Port: address.port }, node: { Port: proxy.port, HostKeyAlias: 'node' } });
    await assert.rejects(fixture.transport('web').connect(fakeContext()), /notAnSshServer/);
    const closed = once(web, 'close');
    web.close();
    await closed;
  });
});

describe('long connections', () => {
  it('change their keys on the way without asking about the host again', async () => {
    const fixture = new SshFixture();
    try {
      const server = await fixture.startServer({ config: ['RekeyLimit 1M'] });
      fixture.configure({ node: { Port: server.port } });
      const context = fakeContext();
      const machine = await fixture.transport('node').connect(context);
      const bytes = 8 * 1024 * 1024;
      const { stdout } = await runOn(machine, ['cat'], 'x'.repeat(bytes));
      assert.equal(stdout.length, bytes);
      assert.equal(context.asked.hostKeys.length, 1);
      machine.dispose();
    } finally {
      await fixture.dispose();
    }
  });
});

describe('jump hosts', () => {
  let fixture: SshFixture;
  before(() => {
    fixture = new SshFixture();
  });
  after(() => fixture.dispose());

  it('carry the connection, each with its own key and host key', async () => {
    const gateKey = fixture.path('gate_key');
    const gate = await fixture.startServer({ authorizedKeys: [makeKey(gateKey, 'ed25519')] });
    const target = await fixture.startServer();
    fixture.configure({
      gate: { Port: gate.port, IdentityFile: gateKey },
      second: { Port: gate.port, IdentityFile: gateKey, ProxyJump: 'gate' },
      target: { Port: target.port, ProxyJump: 'second' },
    });
    const context = fakeContext();
    const machine = await fixture.transport('target').connect(context);
    assert.equal((await runOn(machine, ['printf', '%s', "it's $HOME"])).stdout, "it's $HOME");
    assert.deepEqual(
      context.asked.hostKeys.map(({ hostId }) => hostId),
      [`[127.0.0.1]:${gate.port}`, `[127.0.0.1]:${target.port}`],
    );
    machine.dispose();
    assert.equal(await machine.closed, undefined);
  });

  it('that may not forward are named', async () => {
    const gate = await fixture.startServer({ config: ['AllowTcpForwarding no'] });
    fixture.knowServer(gate);
    fixture.configure({ gate: { Port: gate.port }, target: { Port: 9, ProxyJump: 'gate' } });
    await assert.rejects(fixture.transport('target').connect(fakeContext()), (error: unknown) => {
      assert.ok(error instanceof TransportError);
      assert.equal(error.reason, 'jumpRefused');
      assert.ok('jumpHost' in error.args);
      assert.equal(error.args.jumpHost, `root@127.0.0.1:${gate.port}`);
      return true;
    });
  });

  it('that go away take the connection with them, and say so', async () => {
    const gate = await fixture.startServer();
    const target = await fixture.startServer();
    const proxy = await startCuttingProxy(gate.port);
    fixture.knowServer(gate);
    fixture.knowServer(target);
    fixture.know(`gate ${gate.hostKeys['ssh-ed25519']}`);
    fixture.configure({
      gate: { Port: proxy.port, HostKeyAlias: 'gate' },
      target: { Port: target.port, ProxyJump: 'gate' },
    });
    const machine = await fixture.transport('target').connect(fakeContext());
    proxy.cutNow();
    assert.equal((await machine.closed)?.reason, 'connectionLost');
    await proxy.stop();
  });
});
