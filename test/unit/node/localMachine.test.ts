import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { localMachine } from '../../../agent/node/localMachine.ts';

describe('localMachine.readFile', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'ksr-machine-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('reads files, also those of /proc, whose size says nothing', async () => {
    writeFileSync(join(folder, 'file'), 'text');
    assert.deepEqual(await localMachine.readFile(join(folder, 'file')), { kind: 'read', text: 'text' });
    const comm = await localMachine.readFile('/proc/self/comm');
    assert.ok(comm.kind === 'read' && comm.text.length > 1);
  });

  it('waits for no pipe, and reads no device and no folder', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const path of [join(folder, 'pipe'), '/dev/zero', folder]) {
      assert.deepEqual(await localMachine.readFile(path), { kind: 'failed', code: 'not-a-file' }, path);
    }
  });

  it('tells what is not there', async () => {
    assert.deepEqual(await localMachine.readFile(join(folder, 'absent')), { kind: 'missing' });
    assert.deepEqual(await localMachine.readFile('/proc/self/comm/absent'), { kind: 'missing' });
  });
});
