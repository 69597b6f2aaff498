import type { Readable } from 'node:stream';
import { AbstractMessageReader, type DataCallback, type Disposable } from 'vscode-jsonrpc';
import { MessageDecoder } from '../../agent/protocol/messageDecoder.ts';

/**
 * Reads messages from a stream, and unlike the reader that comes with vscode-jsonrpc gives up where that is no stream of
 * messages: see {@link MessageDecoder}.
 */
export class StrictMessageReader extends AbstractMessageReader {
  readonly #input: Readable;
  #closed = false;

  constructor(input: Readable) {
    super();
    this.#input = input;
  }

  listen(callback: DataCallback): Disposable {
    const decoder = new MessageDecoder(callback);
    const close = (error: unknown): void => {
      if (this.#closed) return;
      this.#closed = true;
      decoder.stop();
      if (error !== undefined) this.fireError(error instanceof Error ? error : new Error(String(error)));
      this.fireClose();
    };
    const onData = (chunk: Buffer): void => {
      try {
        decoder.push(chunk);
      } catch (error) {
        close(error);
      }
    };
    const onEnd = (): void => {
      try {
        decoder.end();
        close(undefined);
      } catch (error) {
        close(error);
      }
    };
    this.#input.on('data', onData).on('end', onEnd).on('close', onEnd).on('error', close);
    return {
      dispose: () => {
        decoder.stop();
        // The listener for errors stays: one that nobody hears would end the process.
        this.#input.off('data', onData).off('end', onEnd).off('close', onEnd);
      },
    };
  }
}
