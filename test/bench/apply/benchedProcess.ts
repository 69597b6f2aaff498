import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';
import type { Measurement } from './worker.ts';

/** USER_HZ of Linux on all common architectures. */
const ticksPerSecond = 100;

export interface BenchedMeasurement extends Measurement {
  readonly processorSeconds: number;
}

/** A running worker, or the oracle, that applies rules when it is told to and says how long that took. */
export class BenchedProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: Interface;
  readonly #ended: Promise<unknown>;
  #stderr = '';

  constructor([program, ...args]: readonly [string, ...string[]], env: Readonly<Record<string, string>> = {}) {
    this.#child = spawn(program, args, { stdio: 'pipe', env: { ...process.env, ...env } });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error(`${program} was started without pipes.`);
    this.#lines = createInterface({ input: stdout });
    this.#ended = once(this.#child, 'close');
    // kube-proxy logs every change of every endpoint list; the end says what went wrong.
    stderr.on('data', (data: Buffer) => {
      this.#stderr = `${this.#stderr}${data.toString()}`.slice(-2000);
    });
  }

  /**
   * Processor seconds that it and the tools that it ran have used: on a machine that others use as well, these tell more
   * than the clock does.
   */
  #processorSeconds(): number {
    const text = readFileSync(`/proc/${this.#child.pid ?? 'self'}/stat`, 'utf8');
    // utime, stime, cutime and cstime of proc(5); the second field is a name in parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond;
  }

  /** @throws Error when the process ends instead of answering */
  async measure(command: 'full' | 'change'): Promise<BenchedMeasurement> {
    const before = this.#processorSeconds();
    const answer = once(this.#lines, 'line');
    this.#child.stdin?.write(`${command}\n`);
    const ended = this.#ended.then(() => {
      throw new Error(`It ended: ${this.#stderr}`);
    });
    const [line] = await Promise.race([answer, ended]);
    const measurement: Measurement = JSON.parse(String(line));
    return { ...measurement, processorSeconds: this.#processorSeconds() - before };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }
}
