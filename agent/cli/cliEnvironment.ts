import type { FileSource } from '../interpret/loadDump.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { ChangeEnvironment } from '../node/change/changeEnvironment.ts';
import type { StateOptions } from './changeCommandLine.ts';

/** What the command line works with; `main.ts` gives the real ones, tests their own. */
export interface CliEnvironment {
  readonly version: string;
  readonly files: FileSource;
  /** All of standard input. */
  readStdin(): Promise<Uint8Array>;
  /** Reads this machine's kernel. */
  collect(): Promise<Snapshot>;
  /** Serves JSON-RPC until the client leaves; resolves to the exit status. */
  serve(state: StateOptions): Promise<number>;
  /** How this machine's kernel is changed; what is to be remembered is kept in `stateFolder`. */
  changes(stateFolder: string): ChangeEnvironment;
  /**
   * Lets a process that is started now confirm a change.
   *
   * @throws ChangeError `not-confirmed`
   */
  confirmInNewProcess(change: string, stateFolder: string): Promise<void>;
  /** Resolves when the bytes are taken, so that a slow reader is waited for. */
  writeStdout(bytes: Uint8Array | string): Promise<void>;
  /** Writes a file in a folder, which is made when it is not there, and tells its path. */
  writeFile(folder: string, name: string, text: string): Promise<string>;
  writeStderr(text: string): void;
}
