import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const largestOutput = 256 * 1024 * 1024;

/** A network namespace of its own, with its own rules; gone when it is disposed of. Needs root. */
export class NetworkNamespace implements Disposable {
  readonly name: string;

  constructor(purpose: string) {
    this.name = `ksr-${purpose}-${process.pid}-${randomBytes(3).toString('hex')}`;
    execFileSync('ip', ['netns', 'add', this.name]);
    this.run('ip', ['link', 'set', 'lo', 'up']);
  }

  /** Runs a command in the namespace and waits for its end. */
  run(command: string, argv: readonly string[], stdin = ''): CommandResult {
    const result = spawnSync('ip', ['netns', 'exec', this.name, command, ...argv], {
      input: stdin,
      encoding: 'utf8',
      maxBuffer: largestOutput,
    });
    // A command that fails before it has read its input breaks the pipe; its exit code says the rest.
    if (result.error && !('code' in result.error && result.error.code === 'EPIPE')) throw result.error;
    return { status: result.status, stdout: result.stdout, stderr: result.stderr };
  }

  /** Runs a command that must succeed; returns what it printed. */
  output(command: string, argv: readonly string[], stdin = ''): string {
    const { status, stdout, stderr } = this.run(command, argv, stdin);
    if (status !== 0) throw new Error(`${command} ${argv.join(' ')} failed with ${status}: ${stderr}`);
    return stdout;
  }

  [Symbol.dispose](): void {
    execFileSync('ip', ['netns', 'delete', this.name]);
  }
}
