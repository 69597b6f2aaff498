import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, describe, it } from 'node:test';
import { isUnlocked, whenUnlocked } from './fileLock.ts';
import { pidFile } from './machine.ts';
import { nodeFolder, stopMachine } from './nodeFolder.ts';
import { startTestNode } from './startTestNode.ts';
import { TestNode } from './testNode.ts';

/** Names that no other test process uses. */
const parentName = `parent-${process.pid}`;
const outlivingName = `outliving-${process.pid}`;

/** Starts a node from a process of its own, which then does nothing until it is killed. */
async function startInChild(name: string, outlive: boolean): Promise<ChildProcess> {
  const script = `
    const { startTestNode } = await import(${JSON.stringify(join(import.meta.dirname, 'startTestNode.ts'))});
    await startTestNode({ name: ${JSON.stringify(name)}, outlive: ${outlive} });
    console.log('started');
    setInterval(() => {}, 1_000_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  assert.equal(line, 'started');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'close');
}

describe('the life of a test node', () => {
  after(async () => {
    for (const folder of [nodeFolder(parentName), nodeFolder(outlivingName)]) {
      await stopMachine(folder);
      await rm(folder.path, { recursive: true, force: true });
    }
  });

  it('ends with its parent, even if that is killed; and is its own when asked to outlive it', async () => {
    const bound = nodeFolder(parentName);
    const [parent, other] = await Promise.all([startInChild(parentName, false), startInChild(outlivingName, true)]);
    const pid = Number(await readFile(pidFile(bound.path), 'utf8'));
    assert.match(await readFile(`/proc/${pid}/cmdline`, 'utf8'), /^qemu-system-x86_64/);
    await kill(other);
    await kill(parent);
    await whenUnlocked(bound.runningLock);
    await assert.rejects(readFile(`/proc/${pid}/cmdline`), { code: 'ENOENT' });
    const outliving = await TestNode.find(outlivingName);
    assert.equal((await outliving?.run(['hostname']))?.toString(), 'testnode\n');
    await outliving?.stop();
    assert.ok(await isUnlocked(nodeFolder(outlivingName).runningLock));
    assert.equal(await TestNode.find(outlivingName), undefined);
  });

  it('is one of several at once, each with its own port, keys and state', async () => {
    await using first = await startTestNode();
    await using second = await startTestNode();
    assert.notEqual(first.name, second.name);
    assert.notEqual(first.ssh.port, second.ssh.port);
    assert.notEqual(first.keys.hostKey, second.keys.hostKey);
    await first.run(['touch', '/root/only-here']);
    const listings = await Promise.all([first, second].map((node) => node.run(['ls', '/root'])));
    assert.deepEqual(listings.map(String), ['only-here\n', '']);
    const stranger = await second.tryRun(['true'], { user: 'root' });
    assert.equal(stranger.exitCode, 0);
    await assert.rejects(startTestNode({ name: first.name }), { code: 'already-running' });
  });
});
