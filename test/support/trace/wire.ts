import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** What is to be sent: from another machine or a pod through one of the node's links, or by a process of the node. */
export type Sending =
  | { readonly kind: 'frame'; readonly device: string; readonly packet: Buffer }
  | { readonly kind: 'local'; readonly mark: number; readonly source: string; readonly packet: Buffer };

/** What was seen after something was sent. Devices are the node's. */
export type Sighting =
  | { readonly kind: 'frame'; readonly device: string; readonly packet: Buffer }
  | { readonly kind: 'log'; readonly prefix: string; readonly mark: number; readonly packet: Buffer }
  | { readonly kind: 'failed'; readonly error: number; readonly packet: Buffer };

/** The node's own hardware address on all links. */
export const nodeHardwareAddress = '020000000001';
const worldHardwareAddress = '020000000002';

/** The process `wire.pl`, which sends and sees packets on the links of a node. */
export class Wire implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  private constructor(argv: readonly string[]) {
    const [file = '', ...args] = argv;
    this.#child = spawn(file, args, { stdio: 'pipe' });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
    });
    // It ends when it fails; then reading tells of it.
    this.#child.stdin.on('error', () => undefined);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** @param argv starts `wire.pl` */
  static async start(argv: readonly string[]): Promise<Wire> {
    const wire = new Wire(argv);
    await wire.#until('ready');
    return wire;
  }

  /** Sends packets, waits until all have arrived where they go, and tells what was seen. */
  async exchange(sendings: readonly Sending[]): Promise<Sighting[]> {
    const lines = sendings.map((sending) => {
      if (sending.kind === 'local') {
        return `local ${sending.mark} ${sending.source} ${sending.packet.toString('hex')}\n`;
      }
      const type = (sending.packet[0] ?? 0) >> 4 === 6 ? '86dd' : '0800';
      const header = `${nodeHardwareAddress}${worldHardwareAddress}${type}`;
      return `frame ${sending.device} ${header}${sending.packet.toString('hex')}\n`;
    });
    this.#child.stdin.write(`${lines.join('')}sync\n`);
    return (await this.#until('synced')).map(readSighting);
  }

  /**
   * Asks from which address a process of the node would send to each destination; undefined where there is no way.
   */
  async chooseSources(
    questions: readonly { readonly mark: number; readonly destination: string }[],
  ): Promise<(string | undefined)[]> {
    const lines = questions.map(({ mark, destination }) => `choose ${mark} ${destination}\n`);
    this.#child.stdin.write(`${lines.join('')}sync\n`);
    const chosen = (await this.#until('synced')).flatMap((line) => /^chosen (\S+)/.exec(line)?.[1] ?? []);
    return chosen.map((address) => (address === '-' ? undefined : address));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    await ended;
  }

  async #until(end: string): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`wire.pl ended: ${this.#errors}`);
      if (value === end) return lines;
      lines.push(value);
    }
  }
}

function readSighting(line: string): Sighting {
  const [kind, ...words] = line.split(' ');
  const packet = Buffer.from(words.at(-1) ?? '', 'hex');
  if (kind === 'frame') return { kind, device: words[0] ?? '', packet: packet.subarray(14) };
  if (kind === 'failed') return { kind, error: Number(words[0]), packet };
  return { kind: 'log', prefix: words[0] ?? '', mark: Number(words[3]), packet };
}
