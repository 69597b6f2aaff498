import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isUnlocked, lockFile, whenUnlocked } from './fileLock.ts';

describe('lockFile', () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-'));
  });

  after(() => rm(folder, { recursive: true }));

  it('lets one holder in at a time, and the next one when that is done', async () => {
    const path = join(folder, 'turns');
    const first = await lockFile(path, true);
    assert.ok(first);
    assert.equal(await isUnlocked(path), false);
    assert.equal(await lockFile(path, false), undefined);
    const waiting = lockFile(path, true);
    await first.release();
    const second = await waiting;
    assert.ok(second);
    await second.release();
    assert.equal(await isUnlocked(path), true);
  });

  it('is free when its holder was killed', async () => {
    const path = join(folder, 'killed');
    const script = `
      const { lockFile } = await import(${JSON.stringify(join(import.meta.dirname, 'fileLock.ts'))});
      await lockFile(${JSON.stringify(path)}, true);
      console.log('locked');
      setInterval(() => {}, 1_000_000);`;
    const holder = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    assert.equal(await isUnlocked(path), false);
    holder.kill('SIGKILL');
    await whenUnlocked(path);
    assert.equal(await isUnlocked(path), true);
  });

  it('takes a file that nobody has made yet as free', async () => {
    assert.equal(await isUnlocked(join(folder, 'missing', 'file')), true);
  });
});
