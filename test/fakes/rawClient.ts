import type { Readable, Writable } from 'node:stream';

/** An answer as it came; nothing of it is checked. */
export interface RawAnswer {
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: { readonly code: string; readonly args: Record<string, unknown> };
  };
}

interface RawMessage extends RawAnswer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
}

/** A client that says whatever a test wants it to say. */
export class RawClient {
  readonly #writable: Writable;
  readonly #waiting = new Map<number, (answer: RawAnswer) => void>();
  readonly notifications: { readonly method: string; readonly params: unknown }[] = [];
  #received = Buffer.alloc(0);
  #nextId = 1;

  constructor({ readable, writable }: { readable: Readable; writable: Writable }) {
    this.#writable = writable;
    readable.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#readMessages();
    });
  }

  /** Sends a request, in pieces of `pieceLength` bytes. */
  send(method: string, params: unknown, pieceLength?: number): { id: number; answer: Promise<RawAnswer> } {
    const id = this.#nextId++;
    const answer = new Promise<RawAnswer>((resolve) => this.#waiting.set(id, resolve));
    this.#write({ jsonrpc: '2.0', id, method, params }, pieceLength);
    return { id, answer };
  }

  request(method: string, params: unknown): Promise<RawAnswer> {
    return this.send(method, params).answer;
  }

  notify(method: string, params: unknown): void {
    this.#write({ jsonrpc: '2.0', method, params });
  }

  /** Resolves when what was sent has been handled: a request that is sent now is answered after it. */
  async settled(): Promise<void> {
    await this.request('not/a/method', {});
  }

  #write(message: unknown, pieceLength?: number): void {
    const body = Buffer.from(JSON.stringify(message));
    const bytes = Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
    const length = pieceLength ?? bytes.length;
    for (let start = 0; start < bytes.length; start += length)
      this.#writable.write(bytes.subarray(start, start + length));
  }

  #readMessages(): void {
    for (;;) {
      const header = /^Content-Length: (\d+)\r\n\r\n/.exec(this.#received.toString('latin1', 0, 64));
      if (!header) return;
      const start = header[0].length;
      const end = start + Number(header[1]);
      if (this.#received.length < end) return;
      const message: RawMessage = JSON.parse(this.#received.toString('utf8', start, end));
      this.#received = this.#received.subarray(end);
      if (message.method !== undefined) {
        this.notifications.push({ method: message.method, params: message.params });
      } else if (message.id !== undefined) {
        this.#waiting.get(message.id)?.(message);
        this.#waiting.delete(message.id);
      }
    }
  }
}
