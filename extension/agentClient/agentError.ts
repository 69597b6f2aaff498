import type { ErrorData } from '../../agent/protocol/errors.ts';

/**
 * Why a request to an agent failed. `code` is the agent's own (`unknown-snapshot`, `collect-failed`, ...), or one of:
 *
 * - `agent-closed`: the agent ended, or the connection to it
 * - `agent-silent`: it did not answer the handshake in time
 * - `broken-stream`: what came was not the protocol
 * - `invalid-answer`: an answer does not have the form that the protocol says
 * - `version-mismatch`: it speaks another version of the protocol
 * - `agent-failed`: something in the agent that nobody foresaw
 * - `cancelled`: the caller cancelled
 */
export class AgentError extends Error {
  override readonly name = 'AgentError';
  readonly code: string;
  readonly args: ErrorData['args'];

  constructor(code: string, message: string, args: ErrorData['args'] = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.args = args;
  }
}
