import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { localChangeableMachine } from '../../../../agent/node/change/changeableMachine.ts';
import { changeWith } from '../../../../agent/node/change/runSteps.ts';
import type { Command, CommandEnd, CommandResult } from '../../../../agent/node/command.ts';
import { couldNotBegin } from '../../../../agent/plan/planStep.ts';

const step = { argv: ['ipvsadm', '-R'], quickArgv: ['perl', '-e', '...'], stdin: '-D -t 10.96.0.10:80\n' } as const;

/** A machine whose quicker program ends so, and which has the other one. */
function machineWith(end: CommandEnd) {
  const programs: string[] = [];
  return {
    ...localChangeableMachine,
    programs,
    change: ({ argv: [program], stdin }: Command): Promise<CommandResult> => {
      assert.equal(stdin, step.stdin);
      programs.push(program);
      const ended: CommandEnd = program === 'perl' ? end : { kind: 'exited', code: 0 };
      return Promise.resolve({ end: ended, stdout: '', encoding: 'utf-8', stderr: '', durationMs: 1 });
    },
  };
}

describe('a step with a quicker way', () => {
  const useless: readonly CommandEnd[] = [
    { kind: 'notFound' },
    { kind: 'notStarted', code: 'EACCES' },
    { kind: 'exited', code: couldNotBegin },
  ];
  for (const end of useless) {
    it(`takes the other way when that changed nothing: ${JSON.stringify(end)}`, async () => {
      const machine = machineWith(end);
      await changeWith({ machine, lockFd: 0 }, step);
      assert.deepEqual(machine.programs, ['perl', 'ipvsadm']);
    });
  }

  it('takes no other way when that did it', async () => {
    const machine = machineWith({ kind: 'exited', code: 0 });
    await changeWith({ machine, lockFd: 0 }, step);
    assert.deepEqual(machine.programs, ['perl']);
  });

  it('fails when that failed midway', async () => {
    const machine = machineWith({ kind: 'exited', code: 1 });
    await assert.rejects(changeWith({ machine, lockFd: 0 }, step), { code: 'step-failed' });
    assert.deepEqual(machine.programs, ['perl']);
  });
});
