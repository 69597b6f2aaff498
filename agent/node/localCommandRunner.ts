import { type ChildProcess, spawn } from 'node:child_process';
import { decodeDump } from '../ruleset/common/encoding.ts';
import { type Command, type CommandEnd, type CommandResult, type CommandRunner, maxDumpBytes } from './command.ts';

const maxStderrBytes = 64 * 1024;

/** Where the netfilter tools stand; a login over SSH often has no `sbin` in its PATH. */
const systemFolders = ['/usr/local/sbin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/bin', '/bin'];

/** The folders in which programs are looked up: those of PATH, and the system's. */
export function programFolders(): readonly string[] {
  const given = (process.env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...new Set([...given, ...systemFolders])];
}

/** The child's environment: fixed messages, and a PATH that holds the system's folders. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: programFolders().join(':'), LC_ALL: 'C' };
}

/** Keeps bytes up to a limit. */
class ByteCollector {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** False when the limit is reached; what fits is kept. */
  add(chunk: Buffer): boolean {
    const room = this.#limit - this.#length;
    const kept = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#chunks.push(kept);
    this.#length += kept.length;
    return chunk.length <= room;
  }

  /** Everything in one piece; the collector is empty afterwards, so that the bytes do not stand there twice. */
  take(): Buffer {
    const all = Buffer.concat(this.#chunks, this.#length);
    this.#chunks.length = 0;
    this.#length = 0;
    return all;
  }
}

/**
 * Kills a command with everything it started. Most only read, so there is nothing that they would have to tidy up; what
 * one that writes leaves behind is put right by who runs it.
 */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

/** What runs now. */
const running = new Set<ChildProcess>();

// A group of its own gets no signal that the agent's group gets, so the agent takes it along when it ends.
process.on('exit', () => {
  for (const child of running) killGroup(child);
});

function failureToStart(error: NodeJS.ErrnoException): CommandEnd {
  return error.code === 'ENOENT' ? { kind: 'notFound' } : { kind: 'notStarted', code: error.code ?? 'unknown' };
}

/**
 * A group of its own (`detached`) lets everything be killed that the program starts. The folder is one that always
 * exists: a missing one would be reported like a missing program.
 */
function start(command: Command, inherited: readonly number[]): ChildProcess {
  const [program, ...args] = command.argv;
  return spawn(program, args, {
    cwd: '/',
    env: environment(),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe', ...inherited],
  });
}

/**
 * Runs a command on this machine.
 *
 * @param inherited open files that the command keeps open as long as it runs
 */
export function runLocally(
  command: Command,
  signal: AbortSignal | undefined,
  inherited: readonly number[] = [],
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const started = performance.now();
    const stdout = new ByteCollector(Math.min(command.maxOutputBytes, maxDumpBytes));
    const stderr = new ByteCollector(maxStderrBytes);
    let finished = false;
    let stopped: CommandEnd | undefined;

    const finish = (end: CommandEnd): void => {
      if (finished) return;
      finished = true;
      running.delete(child);
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      const output = decodeDump(stdout.take());
      resolve({
        end: stopped ?? end,
        stdout: output.text,
        encoding: output.encoding,
        stderr: decodeDump(stderr.take()).text,
        durationMs: performance.now() - started,
      });
    };

    const child = start(command, inherited);
    running.add(child);
    const stop = (end: CommandEnd): void => {
      stopped ??= end;
      killGroup(child);
    };
    const cancel = (): void => stop({ kind: 'cancelled' });
    const timer = setTimeout(() => stop({ kind: 'timedOut', afterMs: command.timeoutMs }), command.timeoutMs);

    // Without free file descriptors the child has no streams; `error` then says so.
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!stdout.add(chunk)) stop({ kind: 'outputTooLong', limit: command.maxOutputBytes });
    });
    child.stderr?.on('data', (chunk: Buffer) => stderr.add(chunk));
    child.on('error', (error) => finish(failureToStart(error)));
    child.on('close', (code, killedBy) => {
      finish(killedBy === null ? { kind: 'exited', code: code ?? 0 } : { kind: 'signalled', signal: killedBy });
    });
    // A program that does not read its input to the end closes the pipe; how it ended tells the rest.
    child.stdin?.on('error', () => {});
    child.stdin?.end(command.stdin ?? '');

    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
  });
}

/** Runs commands on this machine. */
export const localCommandRunner: CommandRunner = { run: (command, signal) => runLocally(command, signal) };
