import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Command } from '../../../agent/node/command.ts';
import { localCommandRunner } from '../../../agent/node/localCommandRunner.ts';

/** A program of Node.js's own, so that the test needs no other tool. */
function script(source: string, options: Partial<Command> = {}): Command {
  return { argv: [process.execPath, '-e', source], timeoutMs: 60_000, maxOutputBytes: 1_000_000, ...options };
}

/**
 * A server that ends when a process that connected to it is gone: how a test learns that a process it cannot see has
 * been killed.
 */
async function witness() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  const connected = once(server, 'connection').then(async ([socket]) => {
    const gone = new Promise<void>((resolve) => socket.on('close', resolve).on('error', () => {}));
    socket.resume();
    return { gone };
  });
  return { port: address.port, connected, close: () => server.close() };
}

/** A program that starts another one, which connects to `port`, and then both wait for ever. */
const parentOf = (port: number) =>
  `require('child_process').spawn(process.execPath,
     ['-e', 'require("net").connect(${port}, "127.0.0.1").resume()'], { stdio: 'inherit' });
   console.log('before the end');
   setInterval(() => {}, 1000);`;

describe('localCommandRunner', () => {
  it('gives output, errors, status and duration', async () => {
    const result = await localCommandRunner.run(
      script('process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3'),
    );
    assert.deepEqual(result.end, { kind: 'exited', code: 3 });
    assert.equal(result.stdout, 'out');
    assert.equal(result.stderr, 'err');
    assert.ok(result.durationMs > 0);
  });

  it('hands over the input and survives a program that does not read it', async () => {
    const echoed = await localCommandRunner.run(script('process.stdin.pipe(process.stdout)', { stdin: 'héllo\n' }));
    assert.equal(echoed.stdout, 'héllo\n');
    const ignored = await localCommandRunner.run(script('process.exit(0)', { stdin: 'x'.repeat(5_000_000) }));
    assert.deepEqual(ignored.end, { kind: 'exited', code: 0 });
  });

  it('uses no shell', async () => {
    const command = script('console.log(process.argv[1])');
    const { stdout } = await localCommandRunner.run({ ...command, argv: [...command.argv, '$(id); `id` | cat > x'] });
    assert.equal(stdout, '$(id); `id` | cat > x\n');
  });

  it('keeps bytes that are not UTF-8', async () => {
    const result = await localCommandRunner.run(script('process.stdout.write(Buffer.from([0x41, 0xff, 0xfe]))'));
    assert.equal(result.encoding, 'latin1');
    assert.equal(result.stdout, 'A\xff\xfe');
  });

  it('looks into the system folders and speaks English', async () => {
    const { stdout } = await localCommandRunner.run(script('console.log(process.env.PATH, process.env.LC_ALL)'));
    for (const folder of ['/usr/sbin', '/sbin', '/usr/local/sbin']) assert.ok(stdout.includes(folder));
    assert.match(stdout, / C\n$/);
  });

  it('tells a missing program from one that may not be started', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-runner-'));
    try {
      const plain = join(folder, 'plain-file');
      await writeFile(plain, 'text', { mode: 0o644 });
      const missing = await localCommandRunner.run(script('', { argv: ['no-such-program-of-anybody'] }));
      assert.deepEqual(missing.end, { kind: 'notFound' });
      const refused = await localCommandRunner.run(script('', { argv: [plain] }));
      assert.deepEqual(refused.end, { kind: 'notStarted', code: 'EACCES' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('tells the signal that a program died of, and keeps its output', async () => {
    const result = await localCommandRunner.run(
      script('process.stdout.write("half", () => process.kill(process.pid, "SIGSEGV")); setInterval(() => {}, 1000)'),
    );
    assert.deepEqual(result.end, { kind: 'signalled', signal: 'SIGSEGV' });
    assert.equal(result.stdout, 'half');
  });

  it('kills what takes too long, with everything that it started', async () => {
    const { port, connected, close } = await witness();
    const running = localCommandRunner.run(script(parentOf(port), { timeoutMs: 1_500 }));
    const result = await running;
    assert.deepEqual(result.end, { kind: 'timedOut', afterMs: 1_500 });
    assert.equal(result.stdout, 'before the end\n');
    await (await connected).gone;
    close();
  });

  it('kills what is cancelled, with everything that it started', async () => {
    const { port, connected, close } = await witness();
    const controller = new AbortController();
    const running = localCommandRunner.run(script(parentOf(port)), controller.signal);
    const { gone } = await connected;
    controller.abort();
    assert.deepEqual((await running).end, { kind: 'cancelled' });
    await gone;
    close();
  });

  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    it(`leaves nothing behind when the agent ends by ${signal}`, async () => {
      const { port, connected, close } = await witness();
      const folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-runner-'));
      try {
        const tool = `#!${process.execPath}\n${parentOf(port)}`;
        await writeFile(join(folder, 'iptables-save'), tool, { mode: 0o755 });
        const main = fileURLToPath(new URL('../../../agent/main.ts', import.meta.url));
        const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
        const agent = spawn(process.execPath, [main, 'read'], { env, stdio: 'ignore' });
        const ended = once(agent, 'close');
        const { gone } = await connected;
        agent.kill(signal);
        await gone;
        assert.deepEqual(await ended, [status, null]);
      } finally {
        close();
        await rm(folder, { recursive: true });
      }
    });
  }

  it('starts nothing that was cancelled before', async () => {
    const result = await localCommandRunner.run(script('setInterval(() => {}, 1000)'), AbortSignal.abort());
    assert.deepEqual(result.end, { kind: 'cancelled' });
  });

  it('cuts output that is too long and kills the program', async () => {
    const result = await localCommandRunner.run(
      script('setInterval(() => process.stdout.write("0123456789"), 1)', { maxOutputBytes: 25 }),
    );
    assert.deepEqual(result.end, { kind: 'outputTooLong', limit: 25 });
    assert.equal(result.stdout, '0123456789012345678901234'.slice(0, 25));
  });
});
