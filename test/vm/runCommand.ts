import { type SpawnOptions, spawn } from 'node:child_process';
import { buffer } from 'node:stream/consumers';
import { TestNodeError } from './testNodeError.ts';

/** A command of this machine as data. */
export interface HostCommand {
  readonly argv: readonly [string, ...string[]];
  /** Written to standard input, which is empty otherwise. */
  readonly stdin?: string | Uint8Array;
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds after which the command is killed; none by default. */
  readonly timeoutMs?: number;
}

/** How a command ended. */
export interface CommandResult {
  /** Exit code, or null when a signal ended it. */
  readonly exitCode: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/**
 * Runs a command to its end, whatever its exit code.
 *
 * @throws TestNodeError `command-missing` when there is no such command.
 */
export async function tryCommand(command: HostCommand): Promise<CommandResult> {
  const [file, ...args] = command.argv;
  const options: SpawnOptions = { stdio: 'pipe', env: { ...process.env, ...command.env } };
  if (command.cwd !== undefined) {
    options.cwd = command.cwd;
  }
  if (command.timeoutMs !== undefined) {
    options.timeout = command.timeoutMs;
    options.killSignal = 'SIGKILL';
  }
  const child = spawn(file, args, options);
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) {
    throw new TestNodeError('command-failed', `${file} was started without pipes.`);
  }
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => {
      const missing = 'code' in cause && cause.code === 'ENOENT';
      const message = missing ? `${file} is not installed on this machine.` : `${file} could not be started.`;
      reject(new TestNodeError(missing ? 'command-missing' : 'command-failed', message, { cause }));
    });
    child.once('close', (code) => resolve(code));
  });
  // A command may end before it has read everything; its exit code tells what that means.
  stdin.on('error', () => undefined);
  stdin.end(command.stdin);
  const [exitCode, out, err] = await Promise.all([ended, buffer(stdout), buffer(stderr)]);
  return { exitCode, stdout: out, stderr: err.toString() };
}

/**
 * Runs a command that has to succeed and gives back its standard output.
 *
 * @throws TestNodeError `command-failed` with the command's own words, `command-missing`.
 */
export async function runCommand(command: HostCommand): Promise<Buffer> {
  const result = await tryCommand(command);
  if (result.exitCode !== 0) {
    const words = result.stderr.trim().split('\n').slice(-20).join('\n');
    throw new TestNodeError(
      'command-failed',
      `${command.argv[0]} failed with exit code ${String(result.exitCode)}: ${words}`,
    );
  }
  return result.stdout;
}
