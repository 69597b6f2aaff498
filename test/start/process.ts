import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment of the command; this process's own when left out. */
  readonly env?: NodeJS.ProcessEnv;
  /** Is given each line that the command writes, to standard output or to standard error, as it comes. */
  readonly onLine?: (line: string) => void;
  /** Whether the command may ask questions on this terminal, for example for sudo's password. */
  readonly terminalInput?: boolean;
}

/** A command that could not be started, or that ended with a code other than 0. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code: 'not-found' | 'failed';
  readonly argv: readonly string[];
  /** The last lines that the command wrote. */
  readonly lastLines: readonly string[];

  constructor(code: 'not-found' | 'failed', argv: readonly string[], reason: string, lastLines: readonly string[]) {
    super([`${argv.join(' ')}: ${reason}`, ...lastLines].join('\n'));
    this.code = code;
    this.argv = argv;
    this.lastLines = lastLines;
  }
}

const keptLines = 30;

/**
 * Runs a command to its end.
 * @returns what it wrote to standard output, without the last line break
 * @throws CommandError when it does not exist or ends with a code other than 0
 */
export function runCommand(argv: readonly [string, ...string[]], options: CommandOptions = {}): Promise<string> {
  const [command, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: [options.terminalInput ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    });
    const output: string[] = [];
    const lastLines: string[] = [];
    const take = (line: string) => {
      lastLines.push(line);
      if (lastLines.length > keptLines) {
        lastLines.shift();
      }
      options.onLine?.(line);
    };
    createInterface({ input: child.stdout }).on('line', (line) => {
      output.push(line);
      take(line);
    });
    createInterface({ input: child.stderr }).on('line', take);
    child.on('error', (error) => reject(new CommandError('not-found', argv, error.message, [])));
    child.on('close', (code, signal) => {
      if (code === 0) {
        resolve(output.join('\n'));
      } else {
        reject(new CommandError('failed', argv, signal ? `ended by ${signal}` : `ended with code ${code}`, lastLines));
      }
    });
  });
}

/** Whether a process with this id exists. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Ends a child that was started with `detached`, and the children that it has in turn: asks the process group with
 * SIGTERM, and kills what is left of it when the child has gone, or has not after `graceMs` milliseconds.
 * Does nothing when the child has gone already.
 */
export async function stopGroup(child: ChildProcess, graceMs = 5_000): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  signalGroup(pid, 'SIGTERM');
  const kill = setTimeout(() => signalGroup(pid, 'SIGKILL'), graceMs);
  await gone;
  clearTimeout(kill);
  signalGroup(pid, 'SIGKILL');
}

/** Sends a signal to a process group, which may have ended already. */
function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) {
      throw error;
    }
  }
}
