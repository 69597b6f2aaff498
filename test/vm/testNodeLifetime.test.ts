import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { isUnlocked, whenUnlocked } from './fileLock.ts';
import { pidFile } from './machine.ts';
import { type NodeFolder, nodeFolder, stopMachine } from './nodeFolder.ts';
import { startTestNode } from './startTestNode.ts';
import { TestNode } from './testNode.ts';

/** The kernel ends the machine at once; this is for a machine with much else to do. */
const endTimeoutMs = 30_000;

/** Starts a node from a process of its own, which then does nothing until it is killed. */
async function startInChild(outlive: boolean): Promise<{ readonly child: ChildProcess; readonly folder: NodeFolder }> {
  const script = `
    const { startTestNode } = await import(${JSON.stringify(join(import.meta.dirname, 'startTestNode.ts'))});
    console.log((await startTestNode({ outlive: ${outlive} })).name);
    setInterval(() => {}, 1_000_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [name] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, folder: nodeFolder(String(name)) };
}

/** The command line of a process; empty when it is gone, or dead and not yet buried by its parent. */
function commandLine(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'close');
}

describe('the life of a test node', () => {
  it('ends with its parent, even if that is killed', async () => {
    const { child, folder } = await startInChild(false);
    try {
      const pid = Number(await readFile(pidFile(folder.path), 'utf8'));
      assert.match(await commandLine(pid), /^qemu-system-x86_64/);
      await kill(child);
      const deadline = AbortSignal.timeout(endTimeoutMs);
      await Promise.race([whenUnlocked(folder.runningLock), once(deadline, 'abort')]);
      assert.equal(await commandLine(pid), '');
      assert.equal(await TestNode.find(folder.name), undefined);
    } finally {
      await stopMachine(folder);
    }
  });

  it('is its own when it is asked to outlive its parent', async () => {
    const { child, folder } = await startInChild(true);
    try {
      await kill(child);
      const node = await TestNode.find(folder.name);
      assert.equal((await node?.run(['hostname']))?.toString(), 'testnode\n');
    } finally {
      await stopMachine(folder);
    }
    assert.ok(await isUnlocked(folder.runningLock));
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
    await assert.rejects(startTestNode({ name: first.name }), { code: 'already-running' });
  });
});
