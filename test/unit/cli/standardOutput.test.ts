import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { caseFolder } from '../../golden/cases.ts';

const main = join(import.meta.dirname, '../../../agent/main.ts');
const argv = [main, 'read', '--from', caseFolder('mixed-60', 'iptables'), '--json'];

describe('standard output', () => {
  it('may be closed by its reader', async () => {
    const agent = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    agent.stdout.once('data', () => agent.stdout.destroy());
    const ended = once(agent, 'close');
    assert.equal(await text(agent.stderr), '');
    assert.deepEqual(await ended, [0, null]);
  });

  it('that takes nothing is told in a sentence', async () => {
    const full = openSync('/dev/full', 'w');
    const agent = spawn(process.execPath, argv, { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    const ended = once(agent, 'close');
    assert.ok(agent.stderr);
    assert.equal(await text(agent.stderr), 'Standard output could not be written (ENOSPC).\n');
    assert.deepEqual(await ended, [1, null]);
  });
});
