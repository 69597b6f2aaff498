import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { IpFamily } from '../../../agent/model/address.ts';
import type { TraceOutcome, TraceStep } from '../../../agent/model/packetTrace.ts';

/** Makes nf_tables tell which rules packets match, before all other rules. */
export const traceTable = `table inet trace-rules {
  chain arriving { type filter hook prerouting priority -2000000000; meta nftrace set 1; }
  chain starting { type filter hook output priority -2000000000; meta nftrace set 1; }
}
`;

const ownTables: ReadonlySet<string> = new Set(['inet trace-rules', 'inet trace-probe']);

/** Verdicts that not every kernel tells of (6.1 does not tell of RETURN). */
const untold: ReadonlySet<string> = new Set(['continue', 'return']);

/** `nft monitor trace`: the rules of nf_tables that packets match, those of iptables-nft among them. */
export class RuleTrace implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<null, Readable, null>;
  readonly #lines: AsyncIterator<string>;
  /** By source address and port. */
  readonly #matched = new Map<string, string[]>();
  readonly #keys = new Map<string, string>();

  /** @param argv starts the command in the node's namespace */
  constructor(argv: readonly string[]) {
    const [file = '', ...args] = argv;
    // It complains of iptables-nft's own targets.
    this.#child = spawn(file, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  static readonly command = ['stdbuf', '-oL', 'nft', '-nn', 'monitor', 'trace'] as const;

  /** Reads on until a packet from this source is seen. */
  async until(source: string): Promise<void> {
    while (!this.#matched.has(source)) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error('nft monitor ended.');
      this.#read(value);
    }
  }

  /** The rules with a verdict that a packet from `ADDRESS PORT` matched, in order. */
  of(source: string): readonly string[] {
    return this.#matched.get(source) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill();
    await ended;
  }

  #read(line: string): void {
    const [, id = '', table = '', chain = '', rest = ''] = /^trace id (\S+) (\S+ \S+) (\S+) (.*)$/.exec(line) ?? [];
    if (table === 'inet trace-rules') {
      const [, address, port] = /^packet: .*ip6? saddr (\S+) .*(?:tcp|udp) sport (\d+) /.exec(rest) ?? [];
      if (port === undefined) return;
      const key = `${address} ${port}`;
      this.#keys.set(id, key);
      if (!this.#matched.has(key)) this.#matched.set(key, []);
    }
    const verdict = /^rule .*\(verdict (.*)\)$/.exec(rest)?.[1];
    const matched = this.#matched.get(this.#keys.get(id) ?? '');
    if (verdict === undefined || untold.has(verdict) || ownTables.has(table)) return;
    matched?.push(`${table} ${chain}: ${verdict}`);
  }
}

/** What {@link RuleTrace.of} would give if the packet went the way of this outcome. */
export function matchedRules({ steps }: TraceOutcome, family: IpFamily): readonly string[] {
  return steps.flatMap((step) => {
    const verdict = step.kind === 'rule' ? verdictOf(step) : undefined;
    if (verdict === undefined) return [];
    const { table = '', chain = '' } = step;
    const named = table.includes(' ') ? table : `${family === 'ipv4' ? 'ip' : 'ip6'} ${table}`;
    return [`${named} ${chain}: ${verdict}`];
  });
}

function verdictOf({ effect }: TraceStep): string | undefined {
  switch (effect.kind) {
    case 'jump':
    case 'goto':
      return `${effect.kind} ${effect.chain}`;
    case 'accept':
    case 'drop':
      return effect.kind;
    case 'reject':
      return 'drop';
    case 'dnat':
    case 'snat':
    case 'masquerade':
      return 'accept';
    default:
      return undefined;
  }
}
