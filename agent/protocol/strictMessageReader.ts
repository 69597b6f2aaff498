import type { Readable } from 'node:stream';
import { AbstractMessageReader, type DataCallback, type Disposable, type Message } from 'vscode-jsonrpc';

const maxHeaderBytes = 4_096;

/** Bytes of one message: Services and EndpointSlices of a large cluster as JSON stay well under this. */
const maxBodyBytes = 256 * 1024 * 1024;

const endOfHeaders = '\r\n\r\n';

/** What comes in is not a stream of messages; nothing after it can be trusted. */
export class BrokenStreamError extends Error {
  override readonly name = 'BrokenStreamError';
  readonly code = 'broken-stream';
}

/**
 * Reads messages framed as the Language Server Protocol's base protocol says. Unlike the reader that comes with
 * vscode-jsonrpc it gives up at the first thing that is not such a message, instead of waiting for more: garbage comes
 * from a login banner, or from a peer that is not one, and a length without end would fill the memory.
 */
export class StrictMessageReader extends AbstractMessageReader {
  readonly #input: Readable;
  #chunks: Buffer[] = [];
  #length = 0;
  /** Bytes that have to be there before it is worth looking again. */
  #wanted = 0;
  #bodyLength: number | undefined;
  #callback: DataCallback | undefined;
  #closed = false;

  constructor(input: Readable) {
    super();
    this.#input = input;
  }

  listen(callback: DataCallback): Disposable {
    this.#callback = callback;
    const onData = (chunk: Buffer): void => this.#onData(chunk);
    const onEnd = (): void => this.#onEnd();
    const onError = (error: Error): void => this.#close(error);
    this.#input.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', onError);
    return {
      dispose: () => {
        this.#callback = undefined;
        // The listener for errors stays: one that nobody hears would end the process.
        this.#input.off('data', onData).off('end', onEnd).off('close', onEnd);
      },
    };
  }

  #onData(chunk: Buffer): void {
    if (this.#closed) return;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length < this.#wanted) return;
    try {
      this.#readMessages();
    } catch (error) {
      this.#close(error instanceof Error ? error : new BrokenStreamError(String(error)));
    }
  }

  #readMessages(): void {
    let bytes = this.#chunks.length === 1 ? (this.#chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks);
    while (!this.#closed) {
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
      this.#callback?.(parseMessage(body));
    }
    this.#chunks = bytes.length === 0 ? [] : [bytes];
    this.#length = bytes.length;
    this.#wanted = this.#bodyLength ?? 0;
  }

  #onEnd(): void {
    if (this.#length > 0 || this.#bodyLength !== undefined) {
      this.#close(new BrokenStreamError('The stream ended within a message.'));
    } else {
      this.#close(undefined);
    }
  }

  #close(error: Error | undefined): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#chunks = [];
    if (error) this.fireError(error);
    this.fireClose();
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

/** The form that vscode-jsonrpc expects; what its methods and params are is checked by who handles them. */
function parseMessage(body: string): Message {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new BrokenStreamError('A message is not JSON.');
  }
  if (!isMessage(value)) throw new BrokenStreamError('A message is not JSON-RPC 2.0.');
  return value;
}

function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && 'jsonrpc' in value && value.jsonrpc === '2.0';
}
