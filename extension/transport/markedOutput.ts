import type { Readable } from 'node:stream';
import { TransportError } from '../common/transportError.ts';
import type { TransportStep } from '../common/transportReasons.ts';
import type { ExitStatus, RemoteProcess } from './transport.ts';

/** A line of a script's answer: what follows the marker, up to the first space, and the rest. */
export interface MarkedLine {
  readonly word: string;
  readonly rest: string;
}

/** What a login shell may print before the script's first answer; more than that is not our script. */
const maximumNoise = 256 * 1024;

/**
 * Reads the lines with which a script answers on stdout. What a login shell prints before the first one is dropped.
 * After {@link release} stdout is as if nobody had read it: it begins with the byte after the last line taken.
 */
export class MarkedOutput {
  readonly #stdout: Readable;
  readonly #prefix: string;
  readonly #exited: Promise<ExitStatus>;
  #buffer = Buffer.alloc(0);
  #ended = false;
  /** Whether something was left unread because there was too much. */
  #held = false;
  #wake: (() => void) | undefined;

  constructor(process: RemoteProcess, marker: string) {
    this.#stdout = process.stdout;
    this.#exited = process.exited;
    this.#prefix = `${marker}:`;
    this.#stdout.on('readable', this.#onReadable);
    this.#stdout.once('end', this.#onEnd);
    this.#stdout.once('error', this.#onEnd);
    process.exited.then(() => setImmediate(this.#onEnd));
  }

  /** Whether the output is at its end, and not just too long to be the script's. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The next marked line without taking it; undefined when the output ended, or is not the script's. */
  async peek(): Promise<MarkedLine | undefined> {
    const found = await this.#find();
    return found?.line;
  }

  /** Takes the next marked line, and drops what stands before it. */
  async next(): Promise<MarkedLine | undefined> {
    const found = await this.#find();
    if (found !== undefined) this.#buffer = this.#buffer.subarray(found.end);
    return found?.line;
  }

  /** The text up to the marked line `word`, which is taken as well; undefined when it does not come. */
  async textUntil(word: string): Promise<string | undefined> {
    for (;;) {
      const at = this.#buffer.indexOf(`${this.#prefix}${word}\n`);
      if (at !== -1) {
        const text = this.#buffer.toString('utf8', 0, at);
        this.#buffer = this.#buffer.subarray(at + this.#prefix.length + word.length + 1);
        return text;
      }
      if (this.#ended || this.#buffer.length > maximumNoise) return undefined;
      await this.#more();
    }
  }

  /** Why no further line came: the connection went away, or the output is not our script's. */
  async explainEnd(step: TransportStep): Promise<TransportError> {
    const status = this.#ended ? await this.#exited : undefined;
    return status !== undefined && status.code === undefined && status.signal === undefined
      ? new TransportError('connectionLost', { step, args: {} })
      : new TransportError('unexpectedOutput', { step, args: {}, detail: this.#buffer.toString('utf8', 0, 1024) });
  }

  /** Gives stdout to its next reader, beginning after what was taken. */
  release(): void {
    // Read in this mode, and not by 'data' events, the stream is left neither flowing nor paused.
    this.#stdout.off('readable', this.#onReadable);
    this.#stdout.off('end', this.#onEnd);
    this.#stdout.off('error', this.#onEnd);
    if (this.#buffer.length > 0 && !this.#ended) this.#stdout.unshift(this.#buffer);
    this.#buffer = Buffer.alloc(0);
  }

  async #find(): Promise<{ readonly line: MarkedLine; readonly end: number } | undefined> {
    for (;;) {
      const at = this.#buffer.indexOf(this.#prefix);
      const lineEnd = at === -1 ? -1 : this.#buffer.indexOf(0x0a, at);
      if (lineEnd !== -1) {
        const content = this.#buffer.toString('utf8', at + this.#prefix.length, lineEnd);
        const space = content.indexOf(' ');
        const line = {
          word: space === -1 ? content : content.slice(0, space),
          rest: space === -1 ? '' : content.slice(space + 1),
        };
        return { line, end: lineEnd + 1 };
      }
      if (this.#ended || this.#buffer.length > maximumNoise) return undefined;
      await this.#more();
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#held) this.#onReadable();
    });
  }

  readonly #onReadable = (): void => {
    // What is too long is left where it is, so that a node that never stops printing does not fill our memory.
    this.#held = this.#buffer.length > maximumNoise;
    while (!this.#held) {
      const chunk: unknown = this.#stdout.read();
      if (chunk === null) break;
      if (Buffer.isBuffer(chunk)) this.#buffer = Buffer.concat([this.#buffer, chunk]);
      this.#held = this.#buffer.length > maximumNoise;
    }
    this.#wake?.();
  };

  readonly #onEnd = (): void => {
    this.#ended = true;
    this.#wake?.();
  };
}
