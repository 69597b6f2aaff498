import type { ChangeableMachine } from '../../agent/node/change/changeableMachine.ts';
import type { ChangeEnvironment } from '../../agent/node/change/changeEnvironment.ts';
import { StateFolder } from '../../agent/node/change/stateFolder.ts';
import type { Command, CommandResult } from '../../agent/node/command.ts';
import { FakeMachine } from './fakeMachine.ts';

/** A machine of a test that can be changed: what is written into its settings is in its files. */
export class FakeChangeableMachine extends FakeMachine implements ChangeableMachine {
  /** Command lines that were run to change it, each with what it read. */
  readonly changed: { readonly line: string; readonly stdin: string }[] = [];
  isRootUser = true;

  async change(command: Command, _lockFd: number, signal?: AbortSignal): Promise<CommandResult> {
    this.changed.push({ line: command.argv.join(' '), stdin: command.stdin ?? '' });
    return this.run(command, signal);
  }

  async writeSetting(path: string, value: string): Promise<void> {
    this.files.set(`/proc/sys/${path}`, `${value}\n`);
  }

  async hasProgram(name: string): Promise<boolean> {
    return [...this.programs.keys()].some((line) => line.split(' ')[0] === name);
  }

  isRoot(): boolean {
    return this.isRootUser;
  }
}

/** What changes are made in where nothing is to be changed. */
export function fakeChangeEnvironment(machine: ChangeableMachine = new FakeChangeableMachine()): ChangeEnvironment {
  return { machine, folder: StateFolder.of('/nonexistent'), program: ['/nonexistent'] };
}
