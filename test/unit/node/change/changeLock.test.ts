import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ChangeLock } from '../../../../agent/node/change/changeLock.ts';
import { TemporaryFolder } from './temporaryFolder.ts';

const module = join(import.meta.dirname, '../../../../agent/node/change/changeLock.ts');

/** A process that takes the lock, says so, and holds it until it is killed; with a tool that has the lock from it. */
function holder(path: string, tool = false) {
  const source = `
    const { ChangeLock } = await import(${JSON.stringify(module)});
    const { spawn } = await import('node:child_process');
    const lock = await ChangeLock.acquire(${JSON.stringify(path)});
    if (${tool}) spawn('cat', [], { detached: true, stdio: ['pipe', 'ignore', 'ignore', lock.fd] });
    console.log('held');
    setInterval(() => {}, 1000);`;
  return spawn(process.execPath, ['--input-type=module', '-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
}

const isUnderWay = (pid?: number) => (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'change-under-way' && 'args' in error
    ? pid === undefined || assert.deepEqual(error.args, { pid }) === undefined
    : false;

describe('ChangeLock', () => {
  it('is held by one at a time, who is named to others', async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, 'lock');
    const lock = await ChangeLock.acquire(path);
    await assert.rejects(ChangeLock.acquire(path), isUnderWay(process.pid));
    await lock.release();
    await (await ChangeLock.acquire(path)).release();
  });

  it('is waited for', async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, 'lock');
    const lock = await ChangeLock.acquire(path);
    const waiting = ChangeLock.acquire(path, 600_000);
    await assert.rejects(ChangeLock.acquire(path, 1), isUnderWay());
    await lock.release();
    await (await waiting).release();
  });

  it('is no more waited for when that is cancelled', async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, 'lock');
    const lock = await ChangeLock.acquire(path);
    const cancel = new AbortController();
    const waiting = ChangeLock.acquire(path, 600_000, cancel.signal);
    cancel.abort();
    await assert.rejects(waiting, { code: 'cancelled' });
    await lock.release();
  });

  it('is free when its holder is killed', async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, 'lock');
    const child = holder(path);
    await once(child.stdout, 'data');
    await assert.rejects(ChangeLock.acquire(path), isUnderWay(child.pid));
    child.kill('SIGKILL');
    await (await ChangeLock.acquire(path, 600_000)).release();
  });

  it('is held by the tools of a holder that was killed, until they end', async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, 'lock');
    // The tool reads from a pipe of the holder, and so ends soon after it; `flock` waits for that.
    const child = holder(path, true);
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await ChangeLock.acquire(path, 600_000)).release();

    const lock = await ChangeLock.acquire(path);
    const tool = spawn('cat', [], { stdio: ['pipe', 'ignore', 'ignore', lock.fd] });
    await once(tool, 'spawn');
    await lock.release();
    await assert.rejects(ChangeLock.acquire(path), isUnderWay());
    tool.stdin?.end();
    await once(tool, 'exit');
    await (await ChangeLock.acquire(path)).release();
  });
});
