import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import * as z from 'zod/mini';
import { TestNodeError } from './testNodeError.ts';

/** A message of the QEMU Machine Protocol: the answer to a command, an event, or the greeting. */
const messageSchema = z.object({
  return: z.optional(z.unknown()),
  error: z.optional(z.object({ desc: z.string() })),
});

/** A connection to the monitor of a running virtual machine. Commands are answered in their order. */
export class QemuMonitor {
  readonly #socket: Socket;
  readonly #pending: { resolve(value: unknown): void; reject(reason: TestNodeError): void }[] = [];
  #closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    createInterface({ input: socket }).on('line', (line) => this.#receive(line));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#closed = true;
      for (const { reject } of this.#pending.splice(0)) {
        reject(new TestNodeError('monitor-failed', "The connection to QEMU's monitor closed."));
      }
    });
  }

  /**
   * Connects to the monitor's Unix socket and waits until QEMU answers, which it does once the machine runs.
   * The monitor serves one connection at a time; others wait for their turn, so close it soon.
   *
   * @param timeoutMs how long connecting, and every command later, may take
   * @throws TestNodeError `monitor-failed`
   */
  static async connect(path: string, timeoutMs = 60_000): Promise<QemuMonitor> {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
    } catch (cause) {
      throw new TestNodeError('monitor-failed', `QEMU's monitor cannot be reached at ${path}.`, { cause });
    }
    const monitor = new QemuMonitor(socket);
    // Between commands it may be silent for as long as a machine takes to boot.
    socket.setTimeout(timeoutMs, () => {
      if (monitor.#pending.length > 0) socket.destroy();
    });
    await monitor.execute('qmp_capabilities');
    return monitor;
  }

  /** Runs a command of the machine protocol. */
  execute(command: string, commandArguments: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (this.#closed) {
      return Promise.reject(new TestNodeError('monitor-failed', "The connection to QEMU's monitor is closed."));
    }
    return new Promise((resolve, reject) => {
      this.#pending.push({ resolve, reject });
      this.#socket.write(`${JSON.stringify({ execute: command, arguments: commandArguments })}\n`);
    });
  }

  /** Runs a command of the monitor for humans, which has snapshots, and gives back what it prints. */
  async executeHuman(commandLine: string): Promise<string> {
    return String(await this.execute('human-monitor-command', { 'command-line': commandLine }));
  }

  /**
   * Saves the whole machine (memory, devices, disk layer) under a name, or goes back to it.
   *
   * @throws TestNodeError `monitor-failed` with QEMU's words
   */
  async snapshot(action: 'savevm' | 'loadvm', name: string): Promise<void> {
    const output = await this.executeHuman(`${action} ${name}`);
    if (output.trim() !== '') {
      throw new TestNodeError('monitor-failed', `QEMU's ${action} failed: ${output.trim()}`);
    }
  }

  /** The port of this machine that QEMU forwards to a TCP port of the guest. */
  async forwardedPort(guestPort: number): Promise<number> {
    const table = await this.executeHuman('info usernet');
    const row = new RegExp(`TCP\\[HOST_FORWARD\\]\\s+\\d+\\s+\\S+\\s+(\\d+)\\s+\\S+\\s+${guestPort}\\s`).exec(table);
    const port = Number(row?.[1]);
    if (!Number.isInteger(port)) {
      throw new TestNodeError('monitor-failed', `QEMU forwards no port to the guest's port ${guestPort}.`);
    }
    return port;
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(line: string): void {
    const message = messageSchema.safeParse(parseJson(line));
    if (!message.success || (message.data.return === undefined && message.data.error === undefined)) {
      return;
    }
    const waiting = this.#pending.shift();
    if (message.data.error === undefined) {
      waiting?.resolve(message.data.return);
    } else {
      waiting?.reject(new TestNodeError('monitor-failed', `QEMU: ${message.data.error.desc}`));
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
