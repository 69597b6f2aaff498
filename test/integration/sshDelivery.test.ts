import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { TransportError } from '../../extension/common/transportError.ts';
import { Credentials } from '../../extension/transport/credentials.ts';
import type { AgentProcess } from '../../extension/transport/delivery/agentProcess.ts';
import { type AgentArtefacts, type Artefact, loadArtefacts } from '../../extension/transport/delivery/artefacts.ts';
import type { DeliveryTarget } from '../../extension/transport/delivery/deliverArtefact.ts';
import { openAgent } from '../../extension/transport/delivery/openAgent.ts';
import { uninstallAgent } from '../../extension/transport/delivery/uninstallAgent.ts';
import type { ConnectContext, ConnectProgress, MachineConnection } from '../../extension/transport/transport.ts';
import { fakeContext } from '../fakes/connectContext.ts';
import { runOn } from './support/readProcess.ts';
import { SshFixture } from './support/sshFixture.ts';
import type { SshServer } from './support/sshServer.ts';

/** Stands in for the agent: answers each line with the Node.js that runs it. */
const agentText = `process.stdin.on('data', (line) => process.stdout.write(JSON.stringify({ line: String(line), node: process.execPath, args: process.argv.slice(2) })));
process.stdin.on('end', () => process.exit(7));
`;

describe('delivering the agent over a real sshd', () => {
  let fixture: SshFixture;
  let server: SshServer;
  let machine: MachineConnection;
  /** With the real runtime. */
  let realArtefacts: AgentArtefacts;
  /** With a small program in its place, where the runtime's size does not matter. */
  let artefacts: AgentArtefacts;
  const credentials = new Credentials();
  let folders = 0;

  before(async () => {
    fixture = new SshFixture();
    // A PATH without the Node.js of this machine, so that the runtime is needed as on a node.
    const tools = fixture.path('tools');
    mkdirSync(tools);
    for (const folder of ['/bin', '/usr/bin', '/sbin', '/usr/sbin']) {
      for (const name of readdirSync(folder)) {
        if (!/^(node|nodejs)$/.test(name) && !existsSync(join(tools, name)))
          symlinkSync(join(folder, name), join(tools, name));
      }
    }
    // Only sshd and what it starts see these two file systems.
    mkdirSync(fixture.path('noexec'));
    mkdirSync(fixture.path('small'));
    const mount =
      'mount -t tmpfs -o noexec,mode=755,size=400m tmpfs "$1" && mount -t tmpfs -o mode=755,size=20m tmpfs "$2" && shift 2 && exec "$@"';
    server = await fixture.startServer({
      config: [`SetEnv PATH=${tools}`, 'MaxSessions 50'],
      prefix: ['unshare', '--mount', 'sh', '-c', mount, 'sh', fixture.path('noexec'), fixture.path('small')],
    });
    fixture.knowServer(server);
    fixture.configure({ node: { Port: server.port } });
    writeFileSync(fixture.path('agent.js'), agentText);
    realArtefacts = await loadArtefacts({ agent: fixture.path('agent.js'), runtimes: { x64: process.execPath } });
    writeFileSync(fixture.path('runtime'), `#!/bin/sh\nexec '${process.execPath}' "$@"\n`);
    artefacts = await loadArtefacts({ agent: fixture.path('agent.js'), runtimes: { x64: fixture.path('runtime') } });
    machine = await fixture.transport('node').connect(fakeContext());
  });
  after(async () => {
    machine.dispose();
    await fixture.dispose();
  });

  const newTarget = (folder = fixture.path(`folder${folders++}`)): DeliveryTarget => ({
    machine,
    privilege: 'root',
    folder,
    credentials,
  });

  const ask = async (agent: AgentProcess): Promise<{ readonly node: string; readonly args: readonly string[] }> => {
    agent.stdin.write('hello');
    for await (const chunk of agent.stdout) {
      agent.kill();
      const answer: unknown = JSON.parse(String(chunk));
      assert.ok(
        typeof answer === 'object' && answer !== null && 'node' in answer && 'args' in answer && 'line' in answer,
      );
      assert.equal(answer.line, 'hello');
      assert.ok(typeof answer.node === 'string' && Array.isArray(answer.args));
      return { node: answer.node, args: answer.args.map(String) };
    }
    throw new assert.AssertionError({ message: 'No answer' });
  };

  const failure = async (
    target: DeliveryTarget,
    context: ConnectContext = fakeContext(),
    files: AgentArtefacts = artefacts,
  ): Promise<TransportError> => {
    try {
      (await openAgent(target, files, context)).kill();
    } catch (error) {
      assert.ok(error instanceof TransportError, String(error));
      return error;
    }
    throw new assert.AssertionError({ message: 'Delivered' });
  };

  it('puts runtime and agent there once, after asking, and starts it with clean stdio', async () => {
    const target = newTarget();
    const progress: ConnectProgress[] = [];
    const context = fakeContext({ onProgress: (step) => progress.push(step) });
    const agent = await openAgent(target, realArtefacts, context);
    assert.deepEqual(agent.delivered, ['runtime', 'agent']);
    const runtime = realArtefacts.runtimes.x64;
    assert.deepEqual(await ask(agent), { node: join(target.folder, runtime?.sha256 ?? '', 'node'), args: ['serve'] });
    assert.equal(context.asked.deliveries.length, 1);
    const uploads = progress.filter((one) => one.step === 'upload' && one.file === 'runtime');
    const last = uploads.at(-1);
    assert.ok(last?.step === 'upload' && last.doneBytes === last.totalBytes && last.totalBytes === runtime?.bytes);

    const again = fakeContext();
    const warm = await openAgent(target, realArtefacts, again);
    assert.deepEqual(warm.delivered, []);
    await ask(warm);
    assert.deepEqual(again.asked.deliveries, []);
  });

  it('leaves nothing behind when the user does not agree', async () => {
    const target = newTarget();
    assert.equal((await failure(target, fakeContext({ acceptDelivery: false }))).reason, 'deliveryDeclined');
    assert.ok(!existsSync(target.folder));
  });

  it('reports how the agent ended', async () => {
    const agent = await openAgent(newTarget(), artefacts, fakeContext());
    agent.stdout.resume();
    agent.stdin.end();
    const ended = await agent.ended;
    assert.equal(ended.message, 'session: agentExited {"code":7}');
  });

  it('delivers to one folder from two connections at once', async () => {
    const target = newTarget();
    const agents = await Promise.all([
      openAgent(target, realArtefacts, fakeContext()),
      openAgent(target, realArtefacts, fakeContext()),
    ]);
    for (const agent of agents) await ask(agent);
    assert.deepEqual(
      readdirSync(target.folder).filter((name) => name.startsWith('.')),
      [],
    );
  });

  it('notices files that were tampered with, and delivers them again', async () => {
    const target = newTarget();
    (await openAgent(target, artefacts, fakeContext())).kill();
    const runtime = join(target.folder, artefacts.runtimes.x64?.sha256 ?? '', 'node');
    const agent = join(target.folder, artefacts.agent.sha256, 'agent.js');
    appendFileSync(agent, '// evil');
    let opened = await openAgent(target, artefacts, fakeContext());
    assert.deepEqual(opened.delivered, ['agent']);
    await ask(opened);
    // It may still run, which keeps it from being written to, but not from being replaced.
    rmSync(runtime);
    writeFileSync(runtime, '#!/bin/sh\necho evil\n', { mode: 0o755 });
    opened = await openAgent(target, artefacts, fakeContext());
    assert.deepEqual(opened.delivered, ['runtime']);
    await ask(opened);
  });

  it('accepts files whose times changed but whose bytes did not', async () => {
    const target = newTarget();
    (await openAgent(target, artefacts, fakeContext())).kill();
    execFileSync('touch', [join(target.folder, artefacts.agent.sha256, 'agent.js')]);
    const opened = await openAgent(target, artefacts, fakeContext());
    assert.deepEqual(opened.delivered, []);
    await ask(opened);
  });

  it('does not trust a folder that is a link, belongs to somebody else or that others may write to', async () => {
    const real = newTarget();
    (await openAgent(real, artefacts, fakeContext())).kill();
    const link = fixture.path('link');
    symlinkSync(real.folder, link);
    assert.equal((await failure(newTarget(link))).reason, 'folderUnsafe');
    const foreign = fixture.path('foreign');
    mkdirSync(foreign);
    execFileSync('chown', ['65534', foreign]);
    assert.equal((await failure(newTarget(foreign))).reason, 'folderUnsafe');
    for (const mode of [0o1777, 0o775]) {
      const shared = fixture.path(`shared-${mode}`);
      mkdirSync(shared);
      chmodSync(shared, mode);
      assert.equal((await failure(newTarget(shared))).reason, 'folderUnsafe');
      assert.equal(statSync(shared).mode & 0o7777, mode);
    }
  });

  it('says which folder cannot be written', async () => {
    const file = fixture.path('file');
    writeFileSync(file, '');
    const error = await failure(newTarget(join(file, 'inside')));
    assert.equal(error.reason, 'folderNotWritable');
    assert.match(error.detail, /Not a directory/);
  });

  it('recognises a folder without execute permission before it sends anything', async () => {
    const folder = fixture.path('noexec');
    const progress: ConnectProgress[] = [];
    const context = fakeContext({ onProgress: (step) => progress.push(step) });
    const error = await failure(newTarget(folder), context, realArtefacts);
    assert.equal(error.reason, 'folderNotExecutable');
    assert.deepEqual(error.args, { folder });
    assert.ok(!progress.some(({ step }) => step === 'upload'));
    assert.equal((await runOn(machine, ['ls', '-A', folder])).stdout, '');
  });

  it('recognises a disk that is too small, and one that fills up on the way', async () => {
    const folder = fixture.path('small');
    const error = await failure(newTarget(folder), fakeContext(), realArtefacts);
    assert.equal(error.reason, 'diskFull');
    assert.ok('neededKilobytes' in error.args && error.args.neededKilobytes > 20 * 1024);
    assert.ok(error.args.freeKilobytes > 0 && error.args.freeKilobytes <= 20 * 1024);
    // A file that is larger than it says gets past the first look.
    const runtime = realArtefacts.runtimes.x64;
    assert.ok(runtime);
    const files = { ...realArtefacts, runtimes: { x64: { ...runtime, bytes: 1024 } } };
    assert.equal((await failure(newTarget(folder), fakeContext(), files)).reason, 'diskFull');
    assert.equal((await runOn(machine, ['ls', '-A', folder])).stdout, '');
  });

  it('refuses bytes that are not those that were promised', async () => {
    const target = newTarget();
    const wrong: Artefact = { ...artefacts.agent, open: () => Readable.from([Buffer.from('something else')]) };
    const error = await failure(target, fakeContext(), { ...artefacts, agent: wrong });
    assert.equal(error.reason, 'checksumMismatch');
    assert.ok(!existsSync(join(target.folder, wrong.sha256)));
  });

  it('recognises a runtime for another processor or system', async () => {
    const foreign = fixture.path('foreign-node');
    // The header of an AArch64 executable, which this kernel does not run.
    const header = Buffer.alloc(64);
    Buffer.from('7f454c4602010100', 'hex').copy(header);
    header.writeUInt16LE(2, 16);
    header.writeUInt16LE(183, 18);
    writeFileSync(foreign, header);
    const arm = await loadArtefacts({ agent: fixture.path('agent.js'), runtimes: { x64: foreign } });
    const wrong = await failure(newTarget(), fakeContext(), arm);
    assert.equal(wrong.reason, 'architectureUnsupported');
    assert.deepEqual(wrong.args, { machine: 'x86_64' });

    const old = fixture.path('old-libc');
    writeFileSync(old, '#!/bin/sh\necho "node: /lib/libc.so.6: version \\`GLIBC_2.28\' not found" >&2\nexit 1\n');
    const files = await loadArtefacts({ agent: fixture.path('agent.js'), runtimes: { x64: old } });
    const error = await failure(newTarget(), fakeContext(), files);
    assert.equal(error.reason, 'glibcTooOld');
    assert.ok('found' in error.args && 'needed' in error.args);
    assert.match(error.args.found, /^2\.\d+$/);
    assert.equal(error.args.needed, '2.28');
  });

  it('needs a runtime for the processor that the node has', async () => {
    const error = await failure(newTarget(), fakeContext(), { agent: artefacts.agent, runtimes: {} });
    assert.equal(error.message, 'probe: architectureUnsupported {"machine":"x86_64"}');
  });

  it('stops and cleans up when it is cancelled during the upload', async () => {
    const target = newTarget();
    const cancelling = new AbortController();
    const context = fakeContext({
      signal: cancelling.signal,
      onProgress: (progress) => {
        if (progress.step === 'upload' && progress.doneBytes > 1024 * 1024) cancelling.abort();
      },
    });
    assert.equal((await failure(target, context, realArtefacts)).reason, 'cancelled');
    await until(() => readdirSync(target.folder).length === 0);
  });

  it('removes unfinished deliveries of long ago', async () => {
    const target = newTarget();
    mkdirSync(join(target.folder, '.incoming.abcdef'), { recursive: true });
    chmodSync(target.folder, 0o755);
    execFileSync('touch', ['-d', '2 hours ago', join(target.folder, '.incoming.abcdef')]);
    (await openAgent(target, artefacts, fakeContext())).kill();
    assert.ok(!existsSync(join(target.folder, '.incoming.abcdef')));
  });

  it('uninstalls all that it put there, and nothing else', async () => {
    const target = newTarget();
    (await openAgent(target, artefacts, fakeContext())).kill();
    writeFileSync(join(target.folder, 'note'), 'mine');
    const removed = await uninstallAgent(target, fakeContext());
    assert.deepEqual(
      [...removed].sort(),
      [artefacts.agent, artefacts.runtimes.x64].map((one) => join(target.folder, one?.sha256 ?? '')).sort(),
    );
    assert.deepEqual(readdirSync(target.folder), ['note']);
    assert.deepEqual(await uninstallAgent(newTarget(), fakeContext()), []);
  });
});

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    assert.ok(Date.now() < deadline, 'In vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
