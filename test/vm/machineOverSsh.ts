import type { Command, CommandEnd, CommandResult } from '../../agent/node/command.ts';
import { concurrencyLimit } from '../../agent/node/concurrencyLimit.ts';
import type { FileResult, Machine } from '../../agent/node/machine.ts';
import { decodeDump } from '../../agent/ruleset/common/encoding.ts';
import type { TestNode } from './testNode.ts';

/** sshd's `MaxSessions` is 10 for the one connection that all commands share. */
const sessions = 4;

/**
 * The test node as what the agent's collecting runs on, without an agent there: what it does to the kernel is the same.
 * Processes and loopback ports of the node are not looked at.
 */
export class MachineOverSsh implements Machine {
  readonly #node: TestNode;
  readonly #kernelRelease: string;
  readonly #limited = concurrencyLimit(sessions);

  static async of(node: TestNode): Promise<MachineOverSsh> {
    return new MachineOverSsh(node, (await node.run(['uname', '-r'])).toString().trim());
  }

  private constructor(node: TestNode, kernelRelease: string) {
    this.#node = node;
    this.#kernelRelease = kernelRelease;
  }

  hostName(): string {
    return 'testnode';
  }

  kernelRelease(): string {
    return this.#kernelRelease;
  }

  async run(command: Command): Promise<CommandResult> {
    const started = performance.now();
    const { exitCode, stdout, stderr } = await this.#limited(() => this.#node.tryRun(command.argv));
    const { text, encoding } = decodeDump(stdout);
    const end: CommandEnd = exitCode === 127 ? { kind: 'notFound' } : { kind: 'exited', code: exitCode ?? 255 };
    return { end, stdout: text, encoding, stderr, durationMs: performance.now() - started };
  }

  async readFile(path: string): Promise<FileResult> {
    const { exitCode, stdout } = await this.#limited(() => this.#node.tryRun(['cat', path]));
    return exitCode === 0 ? { kind: 'read', text: stdout.toString() } : { kind: 'missing' };
  }

  async listFolder(): Promise<readonly string[]> {
    return [];
  }

  async readLink(): Promise<undefined> {
    return undefined;
  }

  async getFromLoopback(): Promise<undefined> {
    return undefined;
  }
}
