import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { isTransportError, TransportError } from '../../extension/common/transportError.ts';
import type { TransportReason } from '../../extension/common/transportReasons.ts';
import type { Transport } from '../../extension/transport/transport.ts';
import { type FakeContext, fakeContext } from '../fakes/connectContext.ts';
import { runOn } from './support/readProcess.ts';
import { SshFixture } from './support/sshFixture.ts';
import { makeKey, type SshServer } from './support/sshServer.ts';
import { passwordUser, startUserNamespaceServer } from './support/userNamespaceServer.ts';

async function reasonOf(transport: Transport, context: FakeContext): Promise<TransportError> {
  try {
    (await transport.connect(context)).dispose();
  } catch (error) {
    assert.ok(error instanceof TransportError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'Connected' });
}

async function connects(transport: Transport, context: FakeContext): Promise<string> {
  const machine = await transport.connect(context);
  try {
    return (await runOn(machine, ['id', '-un'])).stdout.trim();
  } finally {
    machine.dispose();
  }
}

describe('host keys', () => {
  let fixture: SshFixture;
  let server: SshServer;
  beforeEach(async () => {
    fixture = new SshFixture();
    server = await fixture.startServer({ hostKeyTypes: ['ed25519', 'ecdsa', 'rsa'] });
    fixture.configure({ node: { Port: server.port } });
  });
  afterEach(() => fixture.dispose());

  it('asks about an unknown host, remembers it, and does not ask again', async () => {
    const context = fakeContext();
    assert.equal(await connects(fixture.transport('node'), context), 'root');
    const [asked] = context.asked.hostKeys;
    assert.equal(asked?.keyType, 'ssh-ed25519');
    assert.match(asked?.fingerprint ?? '', /^SHA256:/);
    assert.equal(
      readFileSync(fixture.knownHosts, 'utf8'),
      `[127.0.0.1]:${server.port} ${server.hostKeys['ssh-ed25519']}\n`,
    );
    const again = fakeContext();
    assert.equal(await connects(fixture.transport('node'), again), 'root');
    assert.deepEqual(again.asked.hostKeys, []);
  });

  it('refuses an unknown host on a no, before it authenticates, and remembers nothing', async () => {
    const error = await reasonOf(fixture.transport('node'), fakeContext({ acceptHostKey: false }));
    assert.equal(error.reason, 'hostKeyUnknown');
    assert.throws(() => readFileSync(fixture.knownHosts), /ENOENT/);
    assert.doesNotMatch(server.log(), /Accepted|Failed|userauth/);
  });

  it('refuses an unknown host without asking where that is not allowed', async () => {
    const background = await reasonOf(fixture.transport('node'), fakeContext({ interactive: false }));
    assert.equal(background.reason, 'promptNeeded');
    fixture.configure({ node: { Port: server.port, StrictHostKeyChecking: 'yes' } });
    const context = fakeContext();
    assert.equal((await reasonOf(fixture.transport('node'), context)).reason, 'hostKeyUnknown');
    assert.deepEqual(context.asked.hostKeys, []);
  });

  it('refuses a changed key before it authenticates, and says where the old one stands', async () => {
    const other = makeKey(fixture.path('other'), 'ed25519').split(' ').slice(0, 2).join(' ');
    fixture.know('# a comment', `[127.0.0.1]:${server.port} ${other}`);
    const context = fakeContext();
    const error = await reasonOf(fixture.transport('node'), context);
    assert.ok(isTransportError(error, 'hostKeyChanged'));
    assert.deepEqual([error.args.file, error.args.line], [fixture.knownHosts, 2]);
    assert.deepEqual(context.asked.hostKeys, []);
    assert.doesNotMatch(server.log(), /Accepted/);
  });

  it('refuses a revoked key', async () => {
    fixture.knowServer(server);
    fixture.know(`@revoked * ${server.hostKeys['ssh-ed25519']}`);
    const error = await reasonOf(fixture.transport('node'), fakeContext());
    assert.ok(isTransportError(error, 'hostKeyRevoked'));
    assert.equal(error.args.line, 4);
  });

  it('asks the server for the kind of key that is known', async () => {
    for (const type of ['ssh-rsa', 'ecdsa-sha2-nistp256']) {
      writeFileSync(fixture.knownHosts, `[127.0.0.1]:${server.port} ${server.hostKeys[type]}\n`);
      const context = fakeContext();
      assert.equal(await connects(fixture.transport('node'), context), 'root');
      assert.deepEqual(context.asked.hostKeys, [], type);
    }
  });

  it('remembers and finds hashed names', async () => {
    fixture.configure({ node: { Port: server.port, HashKnownHosts: 'yes', StrictHostKeyChecking: 'accept-new' } });
    const context = fakeContext();
    await connects(fixture.transport('node'), context);
    assert.deepEqual(context.asked.hostKeys, []);
    assert.match(readFileSync(fixture.knownHosts, 'utf8'), /^\|1\|/);
    fixture.configure({ node: { Port: server.port, StrictHostKeyChecking: 'yes' } });
    assert.equal(await connects(fixture.transport('node'), fakeContext()), 'root');
  });

  it('leaves a host that only a certificate authority vouches for to the system ssh', async () => {
    fixture.know(`@cert-authority * ${server.hostKeys['ssh-ed25519']}`);
    assert.equal((await reasonOf(fixture.transport('node'), fakeContext())).reason, 'needsOpenSsh');
  });
});

describe('authentication with keys', () => {
  let fixture: SshFixture;
  let server: SshServer;
  before(() => {
    fixture = new SshFixture();
  });
  after(() => fixture.dispose());

  const start = async (authorizedKeys: readonly string[], config: readonly string[] = []): Promise<void> => {
    server = await fixture.startServer({ authorizedKeys, config });
    fixture.knowServer(server);
  };

  it('uses keys of every type, tried in order', async () => {
    const files = (['rsa', 'ecdsa', 'ed25519'] as const).map((type) => {
      const file = fixture.path(`key_${type}`);
      return { file, line: makeKey(file, type) };
    });
    for (const { file, line } of files) {
      await start([line]);
      fixture.configure({ node: { Port: server.port, IdentityFile: `${fixture.keyFile}\n  IdentityFile ${file}` } });
      assert.equal(await connects(fixture.transport('node'), fakeContext()), 'root');
    }
  });

  it('asks for the passphrase of an encrypted key, again after a wrong one, and remembers it', async () => {
    const formats = { openssh: [], pem: ['-m', 'PEM'] };
    for (const [name, options] of Object.entries(formats)) {
      const file = fixture.path(`encrypted_${name}`);
      await start([makeKey(file, name === 'pem' ? 'rsa' : 'ed25519', '-N', 'correct horse', ...options)]);
      fixture.configure({ node: { Port: server.port, IdentityFile: file } });
      const context = fakeContext({ secrets: ['wrong', 'correct horse'] });
      const transport = fixture.transport('node');
      assert.equal(await connects(transport, context), 'root');
      assert.deepEqual(
        context.asked.secrets.map(({ kind, subject, attempt }) => [kind, subject, attempt]),
        [
          ['passphrase', file, 1],
          ['passphrase', file, 2],
        ],
      );
      assert.doesNotMatch(context.lines.join('\n'), /correct horse/);
      assert.equal(await connects(transport, fakeContext({ interactive: false })), 'root');
    }
  });

  it('does not ask for the passphrase of a key that the server does not accept', async () => {
    const file = fixture.path('unwanted');
    makeKey(file, 'ed25519', '-N', 'secret');
    await start([fixture.publicKey]);
    fixture.configure({ node: { Port: server.port, IdentityFile: `${file}\n  IdentityFile ${fixture.keyFile}` } });
    const context = fakeContext();
    assert.equal(await connects(fixture.transport('node'), context), 'root');
    assert.deepEqual(context.asked.secrets, []);
  });

  it('gives up on a key after three wrong passphrases', async () => {
    const file = fixture.path('three');
    await start([makeKey(file, 'ed25519', '-N', 'secret')]);
    fixture.configure({ node: { Port: server.port, IdentityFile: file } });
    const context = fakeContext({ secrets: ['a', 'b', 'c', 'd'] });
    assert.equal((await reasonOf(fixture.transport('node'), context)).reason, 'authenticationFailed');
    assert.equal(context.asked.secrets.length, 3);
  });

  it('is cancelled when the passphrase prompt is dismissed', async () => {
    const file = fixture.path('dismissed');
    await start([makeKey(file, 'ed25519', '-N', 'secret')]);
    fixture.configure({ node: { Port: server.port, IdentityFile: file } });
    assert.equal((await reasonOf(fixture.transport('node'), fakeContext())).reason, 'cancelled');
  });

  it('uses a real agent, and only the keys that IdentitiesOnly leaves', async () => {
    const socket = fixture.path('agent.sock');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await once(agent.stdout, 'data');
      const file = fixture.path('in_agent');
      const line = makeKey(file, 'rsa');
      const variables = { ...process.env, SSH_AUTH_SOCK: socket };
      const add = spawn('ssh-add', ['-q', file], { env: variables, stdio: 'ignore' });
      await once(add, 'exit');
      await start([line]);
      const only = fixture.path('absent');
      fixture.configure({
        node: { Port: server.port, IdentityAgent: socket, IdentityFile: only },
        strict: { Port: server.port, IdentityAgent: socket, IdentityFile: only, IdentitiesOnly: 'yes' },
        named: { Port: server.port, IdentityAgent: socket, IdentityFile: `${file}.pub`, IdentitiesOnly: 'yes' },
      });
      assert.equal(await connects(fixture.transport('node'), fakeContext()), 'root');
      assert.equal(await connects(fixture.transport('named'), fakeContext()), 'root');
      assert.equal((await reasonOf(fixture.transport('strict'), fakeContext())).reason, 'authenticationFailed');
    } finally {
      agent.kill();
    }
  });

  it('goes on without an agent that does not answer', async () => {
    await start([fixture.publicKey]);
    fixture.configure({ node: { Port: server.port, IdentityAgent: fixture.path('nobody.sock') } });
    assert.equal(await connects(fixture.transport('node'), fakeContext()), 'root');
  });

  it('offers two keys in a row where the server wants both', async () => {
    const file = fixture.path('second');
    const line = makeKey(file, 'ed25519');
    await start([fixture.publicKey, line], ['AuthenticationMethods publickey,publickey']);
    fixture.configure({ node: { Port: server.port, IdentityFile: `${fixture.keyFile}\n  IdentityFile ${file}` } });
    assert.equal(await connects(fixture.transport('node'), fakeContext()), 'root');
  });

  it('says so when the server is tired of our keys', async () => {
    const files = Array.from({ length: 4 }, (_, index) => {
      const file = fixture.path(`many${index}`);
      makeKey(file, 'ed25519');
      return file;
    });
    await start([fixture.publicKey], ['MaxAuthTries 2']);
    fixture.configure({ node: { Port: server.port, IdentityFile: files.join('\n  IdentityFile ') } });
    assert.equal((await reasonOf(fixture.transport('node'), fakeContext())).reason, 'tooManyAuthenticationFailures');
  });
});

describe('authentication with a password', () => {
  let fixture: SshFixture;
  let server: SshServer;
  before(async () => {
    fixture = new SshFixture();
    server = await startUserNamespaceServer(fixture);
    fixture.knowServer(server);
    fixture.configure({
      node: { Port: server.port, User: passwordUser.name, IdentityFile: fixture.path('absent') },
      both: { Port: server.port, User: passwordUser.name, PreferredAuthentications: 'publickey,password' },
    });
  });
  after(() => fixture.dispose());

  it('asks for it, again after a wrong one, and remembers it for a reconnect', async () => {
    const context = fakeContext({ secrets: ['wrong', passwordUser.password] });
    const transport = fixture.transport('node');
    assert.equal(await connects(transport, context), passwordUser.name);
    assert.deepEqual(
      context.asked.secrets.map(({ kind, attempt }) => [kind, attempt]),
      [
        ['password', 1],
        ['password', 2],
      ],
    );
    assert.doesNotMatch(context.lines.join('\n'), new RegExp(passwordUser.password));
    assert.equal(await connects(transport, fakeContext({ interactive: false })), passwordUser.name);
  });

  it('fails after three wrong ones, and names what the server accepts', async () => {
    const error = await reasonOf(fixture.transport('node'), fakeContext({ secrets: ['a', 'b', 'c', 'd'] }));
    assert.ok(isTransportError(error, 'authenticationFailed'));
    assert.match(error.args.methods, /password/);
  });

  it('never asks in the background', async () => {
    const error = await reasonOf(fixture.transport('node'), fakeContext({ interactive: false }));
    assert.equal(error.reason, 'promptNeeded');
  });

  it('keeps it in the store only when the user agrees, and forgets a stored one that is wrong', async () => {
    const stored = new Map<string, string>([[`password:${passwordUser.name}@127.0.0.1:${server.port}`, 'old']]);
    const store = {
      get: async (key: string) => stored.get(key),
      store: async (key: string, value: string) => void stored.set(key, value),
      delete: async (key: string) => void stored.delete(key),
    };
    const context = fakeContext({ secrets: [passwordUser.password] });
    assert.equal(await connects(fixture.transport('node', store), context), passwordUser.name);
    assert.equal(context.asked.secrets.length, 1);
    assert.equal(stored.size, 0);
  });
});

describe('a key and then a password', () => {
  it('are given where the server wants both', async () => {
    const fixture = new SshFixture();
    try {
      const server = await startUserNamespaceServer(fixture, ['AuthenticationMethods publickey,password']);
      fixture.knowServer(server);
      fixture.configure({ node: { Port: server.port, User: passwordUser.name } });
      const context = fakeContext({ secrets: [passwordUser.password] });
      assert.equal(await connects(fixture.transport('node'), context), passwordUser.name);
      assert.equal(context.asked.secrets.length, 1);
    } finally {
      await fixture.dispose();
    }
  });
});

describe('places that are no SSH server', () => {
  it('are told apart', async () => {
    const fixture = new SshFixture();
    try {
      const server = await fixture.startServer();
      const port = server.port;
      await server.stop();
      fixture.configure({
        refused: { Port: port },
        absent: { HostName: 'no-such-host.invalid', Port: port },
      });
      const reasons: TransportReason[] = [];
      for (const alias of ['refused', 'absent']) {
        reasons.push((await reasonOf(fixture.transport(alias), fakeContext())).reason);
      }
      assert.deepEqual(reasons, ['connectionRefused', 'hostNotFound']);
    } finally {
      await fixture.dispose();
    }
  });
});
