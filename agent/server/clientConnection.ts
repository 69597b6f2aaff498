import type { Readable, Writable } from 'node:stream';
import type { ErrorData } from '../protocol/errors.ts';
import { encodeMessage, MessageDecoder, type RpcMessage } from '../protocol/messageDecoder.ts';

/** An answer that says why a request was not fulfilled. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  readonly number: number;
  readonly data: ErrorData | undefined;

  /** @param number see `errorNumbers` */
  constructor(number: number, message: string, data: ErrorData | undefined) {
    super(message);
    this.number = number;
    this.data = data;
  }
}

/** Fulfils a request; the signal is aborted when the client no longer wants the answer. */
type RequestHandler = (params: unknown, signal: AbortSignal) => unknown;

/** JSON-RPC 2.0, 5.1. */
const methodNotFound = -32601;
const internalError = -32603;

/**
 * The agent's end of the conversation with a client: answers its requests in JSON-RPC 2.0, each as soon as it is
 * fulfilled. The agent is uploaded to nodes, and needs a tenth of what vscode-jsonrpc can do.
 */
export class ClientConnection {
  readonly #input: Readable;
  readonly #output: Writable;
  readonly #decoder = new MessageDecoder((message) => this.#receive(message));
  readonly #handlers = new Map<string, RequestHandler>();
  /** What ends a request that is not answered yet. */
  readonly #running = new Map<unknown, AbortController>();
  #onEnd: (broken: Error | undefined) => void = () => {};
  #afterNextMessage: (() => void) | undefined;
  #closed = false;

  constructor(input: Readable, output: Writable) {
    this.#input = input;
    this.#output = output;
  }

  /** @param onEnd called once: with what was wrong with the stream, or without when it came to its end */
  listen(onEnd: (broken: Error | undefined) => void): void {
    this.#onEnd = onEnd;
    const attempt = (step: () => void, isLast: boolean): void => {
      try {
        if (!this.#closed) step();
        if (isLast) this.#end(undefined);
      } catch (error) {
        this.#end(error instanceof Error ? error : new Error(String(error)));
      }
    };
    this.#input.on('data', (chunk: Buffer) => attempt(() => this.#decoder.push(chunk), false));
    for (const event of ['end', 'close']) this.#input.on(event, () => attempt(() => this.#decoder.end(), true));
    // The listener stays: an error that nobody hears would end the process.
    this.#input.on('error', (error) => this.#end(error));
  }

  onRequest(method: string, handler: RequestHandler): void {
    this.#handlers.set(method, handler);
  }

  /** Reports how far a request is that carried a token. */
  sendProgress(token: string, value: unknown): void {
    this.#send({ method: '$/progress', params: { token, value } });
  }

  /** Calls back when the next message has been handed to the system. */
  afterNextMessage(callback: () => void): void {
    this.#afterNextMessage = callback;
  }

  /** Hears and says nothing more. The streams are left to who owns them. */
  dispose(): void {
    this.#closed = true;
    this.#decoder.stop();
  }

  #end(broken: Error | undefined): void {
    if (this.#closed) return;
    this.dispose();
    this.#onEnd(broken);
  }

  #receive(message: RpcMessage & { method?: unknown; id?: unknown; params?: unknown }): void {
    const { method, id, params } = message;
    if (typeof method !== 'string') return;
    if (id !== undefined) void this.#answer(id, method, params);
    else if (method === '$/cancelRequest') this.#cancel(params);
  }

  #cancel(params: unknown): void {
    if (typeof params === 'object' && params !== null && 'id' in params) this.#running.get(params.id)?.abort();
  }

  async #answer(id: unknown, method: string, params: unknown): Promise<void> {
    const controller = new AbortController();
    this.#running.set(id, controller);
    try {
      const handler = this.#handlers.get(method);
      if (handler === undefined) throw new RequestError(methodNotFound, `There is no method ${method}.`, undefined);
      this.#send({ id, result: (await handler(params, controller.signal)) ?? null });
    } catch (error) {
      this.#send({ id, error: describeError(error, method) });
    } finally {
      this.#running.delete(id);
    }
  }

  #send(message: object): void {
    if (this.#closed) return;
    const callback = this.#afterNextMessage;
    this.#afterNextMessage = undefined;
    // What goes wrong is told by the stream's own event.
    this.#output.write(encodeMessage({ jsonrpc: '2.0', ...message }), () => callback?.());
  }
}

function describeError(error: unknown, method: string): object {
  if (error instanceof RequestError) return { code: error.number, message: error.message, data: error.data };
  const said = error instanceof Error ? error.message : String(error);
  return { code: internalError, message: `${method} failed: ${said}` };
}
