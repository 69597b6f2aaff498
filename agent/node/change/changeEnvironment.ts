import type { ChangeableMachine } from './changeableMachine.ts';
import type { StateFolder } from './stateFolder.ts';

/** What changes are made in. */
export interface ChangeEnvironment {
  readonly machine: ChangeableMachine;
  readonly folder: StateFolder;
  /** The command that runs this program again, for the timer. */
  readonly program: readonly [program: string, ...args: string[]];
}
