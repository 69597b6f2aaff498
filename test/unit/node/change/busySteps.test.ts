import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { localChangeableMachine } from '../../../../agent/node/change/changeableMachine.ts';
import { changeWith } from '../../../../agent/node/change/runSteps.ts';
import type { CommandResult } from '../../../../agent/node/command.ts';

const deletion = { argv: ['nft', '-f', '-'], stdin: 'delete chain ip kube-proxy old\n' } as const;

function ended(code: number, stderr: string): CommandResult {
  return { end: { kind: 'exited', code }, stdout: '', encoding: 'utf-8', stderr, durationMs: 1 };
}

const busy = ended(1, '/dev/stdin:1:1-30: Error: Could not process rule: Device or resource busy\n');
const done = ended(0, '');

/** A machine whose tools end as they are told, one after the other. */
function machineWith(...results: CommandResult[]) {
  const left = [...results];
  return {
    ...localChangeableMachine,
    change: () => Promise.resolve(left.shift() ?? assert.fail('one run too many')),
    left,
  };
}

describe('a step that deletes what may be busy', () => {
  it('is run again until it is not', async () => {
    const machine = machineWith(busy, busy, done);
    await changeWith({ machine, lockFd: 0 }, { ...deletion, busyForMs: 60_000 });
    assert.equal(machine.left.length, 0);
  });

  it('fails at once when it does not expect to be busy', async () => {
    const machine = machineWith(busy);
    await assert.rejects(changeWith({ machine, lockFd: 0 }, deletion), { code: 'step-failed' });
  });

  it('fails at once for another reason', async () => {
    const machine = machineWith(ended(1, 'Error: No such file or directory'));
    const failing = changeWith({ machine, lockFd: 0 }, { ...deletion, busyForMs: 60_000 });
    await assert.rejects(failing, { code: 'step-failed' });
  });
});
