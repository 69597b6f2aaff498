import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { cachedFolder } from './cachedFolder.ts';

describe('cachedFolder', () => {
  let parent: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'kube-service-rules-'));
  });

  afterEach(() => rm(parent, { recursive: true }));

  function cached(build: (folder: string) => Promise<void>, onWait: () => void = () => undefined): Promise<string> {
    return cachedFolder({ parent, name: 'content', build, onWait });
  }

  const writeContent = (folder: string): Promise<void> => writeFile(join(folder, 'file'), 'complete');

  it('is built once when two want it at the same time, and shows only when it is complete', async () => {
    let otherWaits = (): void => undefined;
    const otherIsWaiting = new Promise<void>((resolve) => {
      otherWaits = resolve;
    });
    let builds = 0;
    const buildSlowly = async (folder: string): Promise<void> => {
      builds += 1;
      await otherIsWaiting;
      assert.equal((await readdir(parent)).includes('content'), false);
      await writeContent(folder);
    };
    // Whichever takes the lock is the builder, and goes on once the other has to wait for it.
    const paths = await Promise.all([cached(buildSlowly, otherWaits), cached(buildSlowly, otherWaits)]);
    assert.equal(builds, 1);
    assert.deepEqual(paths, [join(parent, 'content'), join(parent, 'content')]);
    assert.equal(await readFile(join(parent, 'content/file'), 'utf8'), 'complete');
  });

  it('leaves nothing of a build that failed', async () => {
    await assert.rejects(
      cached(async (folder) => {
        await writeContent(folder);
        throw new Error('no space left');
      }),
      /no space left/,
    );
    assert.deepEqual(await readdir(parent), ['content.lock']);
  });

  it('is built anew when its builder was killed, whose remains are removed', async () => {
    const script = `
      const { cachedFolder } = await import(${JSON.stringify(join(import.meta.dirname, 'cachedFolder.ts'))});
      await cachedFolder({
        parent: ${JSON.stringify(parent)}, name: 'content', onWait() {},
        build: () => new Promise(() => { console.log('building'); setInterval(() => {}, 1_000_000); }),
      });`;
    const builder = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(builder.stdout, 'data');
    builder.kill('SIGKILL');
    await once(builder, 'close');
    assert.equal((await readdir(parent)).filter((name) => name.startsWith('.building-')).length, 1);
    await cached(writeContent);
    assert.deepEqual((await readdir(parent)).sort(), ['content', 'content.lock']);
  });
});
