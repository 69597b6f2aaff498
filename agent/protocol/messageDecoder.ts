const maxHeaderBytes = 4_096;

/** Bytes of one message: Services and EndpointSlices of a large cluster as JSON stay well under this. */
const maxBodyBytes = 256 * 1024 * 1024;

const endOfHeaders = '\r\n\r\n';

/** What comes in is not a stream of messages; nothing after it can be trusted. */
export class BrokenStreamError extends Error {
  override readonly name = 'BrokenStreamError';
  readonly code = 'broken-stream';
}

/** A JSON-RPC 2.0 message; what its other members are is checked by who handles it. */
export interface RpcMessage {
  readonly jsonrpc: '2.0';
}

/**
 * Takes messages out of a stream that frames them as the Language Server Protocol's base protocol says. It gives up at
 * the first thing that is not such a message, instead of waiting for more: garbage comes from a login banner, or from a
 * peer that is not one, and a length without end would fill the memory.
 */
export class MessageDecoder {
  readonly #onMessage: (message: RpcMessage) => void;
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes that have to be there before it is worth looking again. */
  #wanted = 0;
  #bodyLength: number | undefined;
  #stopped = false;

  constructor(onMessage: (message: RpcMessage) => void) {
    this.#onMessage = onMessage;
  }

  /** @throws BrokenStreamError */
  push(chunk: Buffer): void {
    if (this.#stopped) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length >= this.#wanted) this.#readMessages();
  }

  /**
   * Says that nothing more comes.
   *
   * @throws BrokenStreamError when a message is not complete
   */
  end(): void {
    if (!this.#stopped && (this.#length > 0 || this.#bodyLength !== undefined)) {
      throw new BrokenStreamError('The stream ended within a message.');
    }
  }

  /** Drops what is there and what still comes. */
  stop(): void {
    this.#stopped = true;
    this.#chunks = [];
  }

  #readMessages(): void {
    let bytes = this.#chunks.length === 1 ? (this.#chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks);
    while (!this.#stopped) {
      if (this.#bodyLength === undefined) {
        // A stream that begins with something else is noticed at once, however little there is of it.
        if (!'content-'.startsWith(bytes.toString('latin1', 0, 8).toLowerCase())) {
          throw new BrokenStreamError('What comes in is no message.');
        }
        const end = bytes.indexOf(endOfHeaders);
        if ((end === -1 ? bytes.length : end) > maxHeaderBytes) throw new BrokenStreamError('The header does not end.');
        if (end === -1) break;
        this.#bodyLength = bodyLength(bytes.toString('latin1', 0, end));
        bytes = bytes.subarray(end + endOfHeaders.length);
      }
      if (bytes.length < this.#bodyLength) break;
      const body = bytes.toString('utf8', 0, this.#bodyLength);
      bytes = bytes.subarray(this.#bodyLength);
      this.#bodyLength = undefined;
      this.#onMessage(parseMessage(body));
    }
    this.#chunks = bytes.length === 0 || this.#stopped ? [] : [bytes];
    this.#length = bytes.length;
    this.#wanted = this.#bodyLength ?? 0;
  }
}

function bodyLength(headers: string): number {
  for (const header of headers.split('\r\n')) {
    const match = /^content-length:\s*(\d{1,15})\s*$/i.exec(header);
    if (!match) continue;
    const length = Number(match[1]);
    if (length > maxBodyBytes) throw new BrokenStreamError(`A message of ${length} bytes is too long.`);
    return length;
  }
  throw new BrokenStreamError('The header has no Content-Length.');
}

function parseMessage(body: string): RpcMessage {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new BrokenStreamError('A message is not JSON.');
  }
  if (!isMessage(value)) throw new BrokenStreamError('A message is not JSON-RPC 2.0.');
  return value;
}

function isMessage(value: unknown): value is RpcMessage {
  return typeof value === 'object' && value !== null && 'jsonrpc' in value && value.jsonrpc === '2.0';
}

/** A message with its header. */
export function encodeMessage(message: object): string {
  const body = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(body)}${endOfHeaders}${body}`;
}
