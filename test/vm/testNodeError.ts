/**
 * Why something about the test node failed.
 *
 * - `command-failed`: a command of this machine failed; the message carries its output.
 * - `command-missing`: a command of this machine is not installed; see `debianPackages`.
 * - `build-failed`: the disk image could not be built.
 * - `boot-failed`: the virtual machine ended, or did not answer in time.
 * - `monitor-failed`: QEMU's monitor refused a command or went away.
 * - `already-running`: the node runs already and its name can be used once only.
 * - `not-running`: the node was expected to run.
 * - `remote-failed`: a command on the node failed.
 * - `node-silent`: ssh itself failed, so that it is not known what the command did.
 * - `bad-case`: the folder holds no recorded rules of the wanted mode.
 */
export type TestNodeErrorCode =
  | 'command-failed'
  | 'command-missing'
  | 'build-failed'
  | 'boot-failed'
  | 'monitor-failed'
  | 'already-running'
  | 'not-running'
  | 'remote-failed'
  | 'node-silent'
  | 'bad-case';

/** The one error type that the test node's functions reject with. */
export class TestNodeError extends Error {
  override readonly name = 'TestNodeError';
  readonly code: TestNodeErrorCode;

  constructor(code: TestNodeErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
