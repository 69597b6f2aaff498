import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import type { Measurement } from './worker.ts';

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

  /** @throws Error when the process ends instead of answering */
  async measure(command: 'full' | 'change'): Promise<Measurement> {
    const answer = once(this.#lines, 'line');
    this.#child.stdin?.write(`${command}\n`);
    const ended = this.#ended.then(() => {
      throw new Error(`It ended: ${this.#stderr}`);
    });
    const [line] = await Promise.race([answer, ended]);
    return JSON.parse(String(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end();
    await this.#ended;
  }
}
