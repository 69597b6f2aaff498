import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { after, before, describe, it, type TestContext } from 'node:test';
import { TransportError } from '../../extension/common/transportError.ts';
import { currentEnvironment } from '../../extension/transport/clientEnvironment.ts';
import { Credentials } from '../../extension/transport/credentials.ts';
import { type AgentArtefacts, loadArtefacts } from '../../extension/transport/delivery/artefacts.ts';
import { uninstallAgent } from '../../extension/transport/delivery/uninstallAgent.ts';
import type { Privilege } from '../../extension/transport/elevation.ts';
import { type NodeLink, openNodeLink } from '../../extension/transport/nodeLink.ts';
import { SshTransport } from '../../extension/transport/ssh/sshTransport.ts';
import type { ConnectContext } from '../../extension/transport/transport.ts';
import { fakeContext } from '../fakes/connectContext.ts';
import { runCommand } from './runCommand.ts';
import { sshAlias } from './sshAccess.ts';
import { startTestNode } from './startTestNode.ts';
import type { TestNode } from './testNode.ts';

/** Stands in for the agent: says as whom it runs, then gives back what it gets. */
const agentText = `process.stdout.write(JSON.stringify({ uid: process.getuid(), node: process.execPath }) + '\\n');
process.stdin.pipe(process.stdout);
`;
const defaultFolder = '/var/lib/kube-service-rules';

describe('connecting to the test node', () => {
  let node: TestNode;
  let folder: string;
  let artefacts: AgentArtefacts;
  /** With a small program as runtime: `node` for tests that are not about the real one. */
  let smallArtefacts: AgentArtefacts;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-'));
    await writeFile(join(folder, 'agent.js'), agentText);
    await writeFile(
      join(folder, 'runtime'),
      '#!/bin/sh\nif [ "$1" = --version ]; then echo v24; else id -u; cat; fi\n',
    );
    const agent = join(folder, 'agent.js');
    artefacts = await loadArtefacts({ agent, runtimes: { x64: process.execPath } });
    smallArtefacts = await loadArtefacts({ agent, runtimes: { x64: join(folder, 'runtime') } });
    node = await startTestNode();
  });
  after(async () => {
    await node?.stop();
    await rm(folder, { recursive: true });
  });

  interface OpenOptions {
    readonly files?: AgentArtefacts;
    readonly privilege?: Privilege;
    readonly folder?: string;
    readonly credentials?: Credentials;
    readonly configFile?: string;
  }

  const open = (user: string, context: ConnectContext, options: OpenOptions = {}): Promise<NodeLink> => {
    const credentials = options.credentials ?? new Credentials();
    const transport = new SshTransport({
      host: { alias: sshAlias, user },
      environment: currentEnvironment(),
      credentials,
      configFile: options.configFile ?? node.ssh.configFile,
    });
    return openNodeLink(
      {
        transport,
        artefacts: Promise.resolve(options.files ?? smallArtefacts),
        privilege: options.privilege ?? 'root',
        folder: options.folder ?? '',
        credentials,
      },
      context,
    );
  };

  const firstLine = async (link: NodeLink): Promise<string> => {
    const [chunk] = await once(link.agent.stdout, 'data');
    return String(chunk).trim();
  };

  const failure = async (user: string, context = fakeContext(), options: OpenOptions = {}): Promise<TransportError> => {
    try {
      (await open(user, context, options)).dispose();
    } catch (error) {
      assert.ok(error instanceof TransportError, String(error));
      return error;
    }
    throw new assert.AssertionError({ message: 'Connected' });
  };

  it('delivers the real runtime to a node without Node.js, and starts the agent as root', async (test: TestContext) => {
    const start = performance.now();
    const cold = await open('root', fakeContext(), { files: artefacts });
    const runtime = `${defaultFolder}/${artefacts.runtimes.x64?.sha256}/node`;
    assert.deepEqual(JSON.parse(await firstLine(cold)), { uid: 0, node: runtime });
    assert.deepEqual(cold.agent.delivered, ['runtime', 'agent']);
    test.diagnostic(`cold: ${((performance.now() - start) / 1000).toFixed(1)} s`);
    cold.dispose();
    assert.equal((await node.run(['stat', '-c', '%U %a', defaultFolder])).toString(), 'root 755\n');

    const warmStart = performance.now();
    const warm = await open('root', fakeContext(), { files: artefacts });
    const startedAfter = performance.now() - warmStart;
    await firstLine(warm);
    test.diagnostic(
      `warm: ${startedAfter.toFixed(0)} ms to the start, ${(performance.now() - warmStart).toFixed(0)} ms to the answer`,
    );
    assert.deepEqual(warm.agent.delivered, []);
    const plainStart = performance.now();
    // The node's own way to run commands shares one connection, which would compare nothing.
    await runCommand({ argv: ['ssh', '-F', node.ssh.configFile, '-o', 'ControlPath=none', sshAlias, 'true'] });
    test.diagnostic(`ssh true: ${(performance.now() - plainStart).toFixed(0)} ms`);
    const credentials = new Credentials();
    const removed = await uninstallAgent(
      { machine: warm.machine, privilege: 'root', folder: '', credentials },
      fakeContext(),
    );
    assert.equal(removed.length, 3);
    warm.dispose();
    assert.equal((await node.tryRun(['test', '-e', defaultFolder])).exitCode, 1);
  });

  it('becomes root through sudo without a password', async () => {
    const context = fakeContext();
    const link = await open('debian', context);
    assert.equal(await firstLine(link), '0');
    assert.deepEqual(context.asked.secrets, []);
    link.dispose();
  });

  it('gives the password to sudo alone, asks once for all commands, and passes the rest on to the agent', async () => {
    const password = node.keys.passwords['sudo-password'];
    const context = fakeContext({ secrets: ['wrong', password] });
    const link = await open('sudo-password', context, { folder: '/opt/kube-service-rules' });
    link.agent.stdin.write('first line\n');
    let received = '';
    while (!received.includes('first line')) {
      const [chunk] = await once(link.agent.stdout, 'data');
      received += String(chunk);
    }
    assert.equal(received, '0\nfirst line\n');
    assert.deepEqual(
      context.asked.secrets.map(({ kind, attempt }) => [kind, attempt]),
      [
        ['sudoPassword', 1],
        ['sudoPassword', 2],
      ],
    );
    assert.ok(!context.lines.join('\n').includes(password));
    const seen = await node.run([
      'sh',
      '-c',
      'cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr "\\0" "\\n"',
    ]);
    assert.ok(!seen.toString().includes(password));
    link.dispose();
  });

  it('names each way in which sudo refuses', async () => {
    const noSudo = fakeContext({ secrets: [node.keys.passwords['no-sudo']] });
    assert.equal((await failure('no-sudo', noSudo)).reason, 'sudoNotAllowed');
    const wrong = fakeContext({ secrets: ['a', 'b', 'c'] });
    assert.equal((await failure('sudo-password', wrong)).reason, 'sudoPasswordWrong');
    await node.run(['sh', '-c', 'printf "Defaults:debian requiretty\\n" >/etc/sudoers.d/tty']);
    assert.equal((await failure('debian')).reason, 'sudoRequiresTty');
    await node.run(['rm', '/etc/sudoers.d/tty']);
    await node.run(['chmod', '0', '/usr/bin/sudo']);
    assert.equal((await failure('debian')).reason, 'sudoMissing');
    await node.run(['chmod', '4755', '/usr/bin/sudo']);
  });

  it('runs without root where that is asked for, from a folder of the user', async () => {
    const link = await open('no-sudo', fakeContext(), { privilege: 'loginUser' });
    assert.notEqual(await firstLine(link), '0');
    link.dispose();
    await node.run(['test', '-d', '/home/no-sudo/.cache/kube-service-rules']);
  });

  it('logs in with a password, and with keyboard-interactive', async () => {
    const password = fakeContext({ secrets: ['wrong', node.keys.passwords['login-password']] });
    (await open('login-password', password, { privilege: 'loginUser' })).dispose();
    assert.deepEqual(
      password.asked.secrets.map(({ kind }) => kind),
      ['password', 'password'],
    );
    const interactive = fakeContext({ secrets: ['wrong', node.keys.passwords['login-interactive']] });
    const credentials = new Credentials();
    (await open('login-interactive', interactive, { privilege: 'loginUser', credentials })).dispose();
    assert.deepEqual(
      interactive.asked.secrets.map(({ kind, prompt, echo }) => [kind, prompt, echo]),
      [
        ['keyboardInteractive', 'Password:', false],
        ['keyboardInteractive', 'Password:', false],
      ],
    );
    const again = fakeContext({ interactive: false });
    (await open('login-interactive', again, { privilege: 'loginUser', credentials })).dispose();
  });

  it('says what a node lacks', async () => {
    const fresh = '/opt/other';
    assert.equal(
      (await failure('root', fakeContext(), { folder: fresh, files: { ...artefacts, runtimes: {} } })).reason,
      'architectureUnsupported',
    );
    const answers: readonly (readonly [string, string, string])[] = [
      ['uname', 'if [ "$1" = -m ]; then echo riscv64; else exec /usr/bin/uname "$@"; fi', 'architectureUnsupported'],
      ['uname', 'if [ "$1" = -s ]; then echo FreeBSD; else exec /usr/bin/uname "$@"; fi', 'systemUnsupported'],
      [
        'getconf',
        'if [ "$1" = GNU_LIBC_VERSION ]; then echo glibc 2.17; else exec /usr/bin/getconf "$@"; fi',
        'glibcTooOld',
      ],
    ];
    for (const [name, script, reason] of answers) {
      const file = `/usr/local/bin/${name}`;
      await node.run(['sh', '-c', 'cat >"$1"; chmod 755 "$1"', 'sh', file], { stdin: `#!/bin/sh\n${script}\n` });
      assert.equal((await failure('root', fakeContext(), { folder: fresh })).reason, reason);
      await node.run(['rm', file]);
    }
    const library = '/usr/lib/x86_64-linux-gnu/libstdc++.so.6';
    await node.run(['mv', library, `${library}.away`]);
    assert.equal((await failure('root', fakeContext(), { folder: fresh })).reason, 'libstdcxxMissing');
    await node.run(['mv', `${library}.away`, library]);
    assert.equal((await node.tryRun(['test', '-e', fresh])).exitCode, 1, 'looking changes nothing');
  });

  it('recognises folders that are full or mounted noexec', async () => {
    const full = '/mnt/full';
    const noexec = '/mnt/noexec';
    await node.run(['mkdir', '-p', full, noexec]);
    await node.run(['mount', '-t', 'tmpfs', '-o', 'size=8m,mode=755', 'tmpfs', full]);
    await node.run(['mount', '-t', 'tmpfs', '-o', 'noexec,mode=755', 'tmpfs', noexec]);
    assert.equal((await failure('root', fakeContext(), { folder: full, files: artefacts })).reason, 'diskFull');
    assert.equal((await failure('root', fakeContext(), { folder: noexec })).reason, 'folderNotExecutable');
    assert.equal((await node.run(['ls', '-A', full, noexec])).toString(), `${full}:\n\n${noexec}:\n`);
  });

  it('tells when the session is killed on the node', async () => {
    const link = await open('root', fakeContext());
    await firstLine(link);
    const killer = await link.machine.start(['sh', '-c', 'kill -9 "$PPID"'], new AbortController().signal);
    await killer.exited;
    assert.equal((await link.lost).reason, 'connectionLost');
    link.dispose();
  });
});
