import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { TransportError } from '../../extension/common/transportError.ts';
import { AutomaticSshTransport } from '../../extension/transport/automaticSshTransport.ts';
import { currentEnvironment } from '../../extension/transport/clientEnvironment.ts';
import { Credentials } from '../../extension/transport/credentials.ts';
import { OpenSshTransport } from '../../extension/transport/openssh/openSshTransport.ts';
import type { Transport } from '../../extension/transport/transport.ts';
import { fakeContext } from '../fakes/connectContext.ts';
import { startCuttingProxy } from './support/cuttingProxy.ts';
import { runOn } from './support/readProcess.ts';
import { SshFixture } from './support/sshFixture.ts';
import { makeKey, type SshServer } from './support/sshServer.ts';
import { passwordUser, startUserNamespaceServer } from './support/userNamespaceServer.ts';

/** The address of a source file of the extension. */
function sourceOf(path: string): string {
  return new URL(`../../extension/${path}`, import.meta.url).href;
}

/** Whether a process is there and not merely waiting to be reaped. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

describe('the system ssh as transport', () => {
  let fixture: SshFixture;
  let server: SshServer;
  const credentials = new Credentials();
  before(async () => {
    fixture = new SshFixture();
    server = await fixture.startServer();
  });
  after(() => fixture.dispose());

  const transport = (alias: string, program?: string): OpenSshTransport =>
    new OpenSshTransport({
      host: { alias },
      environment: currentEnvironment(),
      credentials,
      configFile: fixture.configFile,
      executable: process.execPath,
      ...(program === undefined ? {} : { program }),
    });

  const reasonOf = async (one: Transport, context = fakeContext()): Promise<string> => {
    try {
      (await one.connect(context)).dispose();
    } catch (error) {
      assert.ok(error instanceof TransportError, String(error));
      return error.reason;
    }
    return 'none';
  };

  it('is used where the configuration needs it, and carries commands exactly', async () => {
    const proxy = fixture.path('proxy.cjs');
    writeFileSync(
      proxy,
      `const socket = require('node:net').connect(${server.port}, '127.0.0.1');
process.stdin.pipe(socket).pipe(process.stdout);`,
    );
    fixture.configure({ node: { Port: server.port, ProxyCommand: `${process.execPath} ${proxy}` } });
    writeFileSync(fixture.knownHosts, `[127.0.0.1]:${server.port} ${server.hostKeys['ssh-ed25519']}\n`);
    const automatic = new AutomaticSshTransport(fixture.transport('node'), transport('node'));
    const machine = await automatic.connect(fakeContext());
    assert.deepEqual(await runOn(machine, ['sh', '-c', 'cat; echo "$1" >&2; exit 3', 'sh', "it's $HOME"], 'in\0put'), {
      code: 3,
      stdout: 'in\0put',
      stderr: "it's $HOME\n",
    });
    machine.dispose();
    assert.equal(await machine.closed, undefined);
  });

  it('asks about an unknown host through our prompts, before anything else', async () => {
    fixture.configure({ node: { Port: server.port } });
    writeFileSync(fixture.knownHosts, '');
    assert.equal(await reasonOf(transport('node'), fakeContext({ acceptHostKey: false })), 'hostKeyUnknown');
    assert.equal(readFileSync(fixture.knownHosts, 'utf8'), '');
    assert.equal(await reasonOf(transport('node'), fakeContext({ interactive: false })), 'promptNeeded');
    const context = fakeContext();
    assert.equal(await reasonOf(transport('node'), context), 'none');
    assert.equal(context.asked.hostKeys[0]?.hostId, `[127.0.0.1]:${server.port}`);
    assert.match(context.asked.hostKeys[0]?.fingerprint ?? '', /^SHA256:/);
    assert.equal(await reasonOf(transport('node'), fakeContext({ interactive: false })), 'none');
  });

  it('refuses changed and revoked keys with their place', async () => {
    fixture.configure({ node: { Port: server.port } });
    const other = makeKey(fixture.path('other'), 'ed25519').split(' ').slice(0, 2).join(' ');
    writeFileSync(fixture.knownHosts, `# one\n[127.0.0.1]:${server.port} ${other}\n`);
    await assert.rejects(transport('node').connect(fakeContext()), (error: unknown) => {
      assert.ok(error instanceof TransportError && error.reason === 'hostKeyChanged', String(error));
      assert.ok('line' in error.args && error.args.line === 2);
      return true;
    });
    writeFileSync(fixture.knownHosts, `@revoked * ${server.hostKeys['ssh-ed25519']}\n`);
    assert.equal(await reasonOf(transport('node')), 'hostKeyRevoked');
  });

  it('passes passwords and passphrases on, and asks again after a wrong one', async () => {
    const withPassword = await startUserNamespaceServer(fixture);
    const key = fixture.path('encrypted');
    const line = makeKey(key, 'ed25519', '-N', 'correct horse');
    const withKey = await fixture.startServer({ authorizedKeys: [line] });
    writeFileSync(fixture.knownHosts, '');
    fixture.knowServer(withPassword);
    fixture.knowServer(withKey);
    fixture.configure({
      password: { Port: withPassword.port, User: passwordUser.name, IdentityFile: fixture.path('absent') },
      key: { Port: withKey.port, IdentityFile: key },
    });
    const password = fakeContext({ secrets: ['wrong', passwordUser.password] });
    assert.equal(await reasonOf(transport('password'), password), 'none');
    assert.deepEqual(
      password.asked.secrets.map(({ kind, attempt }) => [kind, attempt]),
      [
        ['password', 1],
        ['password', 2],
      ],
    );
    const passphrase = fakeContext({ secrets: ['correct horse'] });
    assert.equal(await reasonOf(transport('key'), passphrase), 'none');
    assert.deepEqual(
      passphrase.asked.secrets.map(({ kind, subject }) => [kind, subject]),
      [['passphrase', key]],
    );
    // Remembered for the session.
    assert.equal(await reasonOf(transport('password'), fakeContext({ interactive: false })), 'none');
  });

  it('connects with a certificate', async () => {
    const authority = fixture.path('authority');
    const publicAuthority = makeKey(authority, 'ed25519');
    const key = fixture.path('certified');
    makeKey(key, 'ed25519');
    execFileSync('ssh-keygen', ['-q', '-s', authority, '-I', 'test', '-n', 'root', '-V', '+1h', `${key}.pub`]);
    const strict = await fixture.startServer({ authorizedKeys: [`cert-authority ${publicAuthority}`] });
    fixture.knowServer(strict);
    fixture.configure({ node: { Port: strict.port, IdentityFile: key } });
    assert.equal(await reasonOf(fixture.transport('node')), 'needsOpenSsh');
    const automatic = new AutomaticSshTransport(fixture.transport('node'), transport('node'));
    assert.equal(await reasonOf(automatic), 'none');
  });

  it('names what fails', async () => {
    const stopped = await fixture.startServer();
    await stopped.stop();
    const wrongKey = fixture.path('wrong_key');
    makeKey(wrongKey, 'ed25519');
    writeFileSync(fixture.knownHosts, '');
    fixture.knowServer(server);
    fixture.configure({
      refused: { Port: stopped.port },
      absent: { HostName: 'no-such-host.invalid' },
      denied: { Port: server.port, IdentityFile: wrongKey },
    });
    assert.equal(await reasonOf(transport('refused')), 'connectionRefused');
    assert.equal(await reasonOf(transport('absent')), 'hostNotFound');
    assert.equal(await reasonOf(transport('denied')), 'authenticationFailed');
    assert.equal(await reasonOf(transport('denied', fixture.path('no-such-program'))), 'programMissing');
  });

  it('leaves no ssh behind when the extension host is killed', async () => {
    fixture.configure({ node: { Port: server.port } });
    writeFileSync(fixture.knownHosts, '');
    fixture.knowServer(server);
    const pidFile = fixture.path('master-pid');
    const program = fixture.path('ssh-wrapper');
    writeFileSync(program, `#!/bin/sh\necho $$ >"${pidFile}"\nexec ssh "$@"\n`, { mode: 0o700 });
    const options = { host: { alias: 'node' }, configFile: fixture.configFile, executable: process.execPath, program };
    const script = `
      const { OpenSshTransport } = await import(${JSON.stringify(sourceOf('transport/openssh/openSshTransport.ts'))});
      const { currentEnvironment } = await import(${JSON.stringify(sourceOf('transport/clientEnvironment.ts'))});
      const log = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };
      const context = { signal: new AbortController().signal, interactive: false, log, report() {} };
      const options = { ...${JSON.stringify(options)}, environment: currentEnvironment() };
      await new OpenSshTransport(options).connect(context);
      process.stdout.write('connected');
    `;
    const host = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: dirname(pidFile) },
    });
    await once(host.stdout, 'data');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    assert.ok(isRunning(pid));
    host.kill('SIGKILL');
    const deadline = Date.now() + 10_000;
    while (isRunning(pid) && Date.now() < deadline) await setTimeout(20);
    assert.equal(isRunning(pid), false);
  });

  it('tells when the connection is lost', async () => {
    const proxy = await startCuttingProxy(server.port);
    writeFileSync(fixture.knownHosts, `node ${server.hostKeys['ssh-ed25519']}\n`);
    fixture.configure({ node: { Port: proxy.port, HostKeyAlias: 'node' } });
    const machine = await transport('node').connect(fakeContext());
    proxy.cutNow();
    assert.equal((await machine.closed)?.reason, 'connectionLost');
    await proxy.stop();
  });
});
