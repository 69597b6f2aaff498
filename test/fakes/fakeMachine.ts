import type { Command, CommandResult } from '../../agent/node/command.ts';
import type { FileResult, Machine } from '../../agent/node/machine.ts';

/** What a faked command gives; what is not said is an exit with status 0 and no output. */
export type FakeResult = Partial<CommandResult>;

/**
 * A machine that exists only in a test: its programs, files and loopback ports are tables. A program that is not in
 * the table is not installed, a file that is not in it does not exist.
 */
export class FakeMachine implements Machine {
  /** By the command line, the words joined by spaces. */
  readonly programs = new Map<string, FakeResult | ((signal: AbortSignal | undefined) => Promise<FakeResult>)>();
  /** Text, or why it cannot be read. */
  readonly files = new Map<string, string | FileResult>();
  readonly links = new Map<string, string>();
  /** By `PORT/PATH`. */
  readonly answers = new Map<string, string>();
  /** The command lines that were run. */
  readonly ran: string[] = [];
  /** How many ran at the same time at most. */
  mostAtOnce = 0;
  #running = 0;

  /** A node with all tools and iptables on nf_tables, where nothing is set up. */
  static node(): FakeMachine {
    const machine = new FakeMachine();
    const commands: [string, string][] = [
      ['iptables --version', 'iptables v1.8.9 (nf_tables)\n'],
      ['iptables-save --version', 'iptables-save v1.8.9 (nf_tables)\n'],
      ['ip6tables-save --version', 'ip6tables-save v1.8.9 (nf_tables)\n'],
      ['iptables-save -c', '# iptables-save\n'],
      ['ip6tables-save -c', '# ip6tables-save\n'],
      ['iptables-legacy-save -c', '# iptables-legacy-save\n'],
      ['ip6tables-legacy-save -c', '# ip6tables-legacy-save\n'],
      ['nft list flowtables', ''],
      ['nft list ruleset', ''],
      ['nft -j list ruleset', '{"nftables": []}'],
      ['ipset save', ''],
      ['ipvsadm -Sn', ''],
      ['ipvsadm -Ln --stats --exact', ''],
      ['ipvsadm -L --timeout', ''],
      ['ip -j addr', '[]'],
      ['ip -4 -j route show table all', '[]'],
      ['ip -6 -j route show table all', '[]'],
      ['ip -4 -j rule', '[]'],
      ['ip -6 -j rule', '[]'],
    ];
    for (const [line, stdout] of commands) machine.programs.set(line, { stdout });
    machine.files.set('/proc/modules', 'nf_tables 311296 1 - Live 0x0\nip_set 57344 0 - Live 0x0\n');
    machine.files.set('/proc/sys/net/ipv4/ip_forward', '1\n');
    return machine;
  }

  hostName(): string {
    return 'fake-node';
  }

  kernelRelease(): string {
    return '6.1.0-fake';
  }

  async run(command: Command, signal?: AbortSignal): Promise<CommandResult> {
    const line = command.argv.join(' ');
    this.ran.push(line);
    this.#running++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#running);
    const program = this.programs.get(line);
    const result = typeof program === 'function' ? await program(signal) : program;
    await new Promise(setImmediate);
    this.#running--;
    const base = { stdout: '', stderr: '', encoding: 'utf-8', durationMs: 1 } as const;
    if (result === undefined) return { ...base, end: { kind: 'notFound' } };
    return { ...base, end: { kind: 'exited', code: 0 }, ...result };
  }

  async readFile(path: string): Promise<FileResult> {
    const file = this.files.get(path) ?? { kind: 'missing' };
    return typeof file === 'string' ? { kind: 'read', text: file } : file;
  }

  async listFolder(path: string): Promise<readonly string[]> {
    const names = [...this.files.keys()].flatMap((file) =>
      file.startsWith(`${path}/`) ? (file.slice(path.length + 1).split('/')[0] ?? []) : [],
    );
    return [...new Set(names)];
  }

  async readLink(path: string): Promise<string | undefined> {
    return this.links.get(path);
  }

  async getFromLoopback(port: number, path: string): Promise<string | undefined> {
    return this.answers.get(`${port}${path}`);
  }
}
