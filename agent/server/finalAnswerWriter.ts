import { type Message, StreamMessageWriter } from 'vscode-jsonrpc/node';

/** Writes messages, and tells when one that is still to come has gone out: the answer to `shutdown` is the last one. */
export class FinalAnswerWriter extends StreamMessageWriter {
  #callback: (() => void) | undefined;

  /** Calls back when the next message has been handed to the system. */
  afterNextMessage(callback: () => void): void {
    this.#callback = callback;
  }

  override async write(message: Message): Promise<void> {
    await super.write(message);
    this.#callback?.();
  }
}
