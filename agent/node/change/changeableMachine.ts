import { constants } from 'node:fs';
import { access, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command, CommandResult } from '../command.ts';
import { programFolders, runLocally } from '../localCommandRunner.ts';
import { localMachine } from '../localMachine.ts';
import type { Machine } from '../machine.ts';

/** Everything that changing a node needs from it. */
export interface ChangeableMachine extends Machine {
  /**
   * Runs a command that writes; never rejects. The command keeps the open file `lockFd` as long as it runs, so that the
   * lock outlives a caller that is killed.
   */
  change(command: Command, lockFd: number, signal?: AbortSignal): Promise<CommandResult>;
  /** Writes a kernel setting; `path` is one under `/proc/sys`. Rejects with the system's error. */
  writeSetting(path: string, value: string): Promise<void>;
  /** Whether a program is installed. It is not run: some load modules as soon as they start. */
  hasProgram(name: string): Promise<boolean>;
  /** Whether this process may change the node at all. */
  isRoot(): boolean;
}

async function hasProgram(name: string): Promise<boolean> {
  for (const folder of programFolders()) {
    try {
      await access(join(folder, name), constants.X_OK);
      return true;
    } catch {
      // In the next folder, perhaps.
    }
  }
  return false;
}

/** The machine that this process runs on. */
export const localChangeableMachine: ChangeableMachine = {
  ...localMachine,
  change: (command, lockFd, signal) => runLocally(command, signal, [lockFd]),
  writeSetting: (path, value) => writeFile(`/proc/sys/${path}`, `${value}\n`),
  hasProgram,
  isRoot: () => process.getuid?.() === 0,
};
