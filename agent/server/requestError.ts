import { ResponseError } from 'vscode-jsonrpc';
import type { ModelProblem } from '../model/nodeModel.ts';
import { type ErrorData, errorNumbers } from '../protocol/errors.ts';

/** An answer that says why a request was not fulfilled. */
export function requestError(
  kind: keyof typeof errorNumbers,
  code: string,
  message: string,
  args: ModelProblem['args'] = {},
): ResponseError<ErrorData> {
  return new ResponseError(errorNumbers[kind], message, { code, args });
}

export function cancelledError(): ResponseError<ErrorData> {
  return requestError('cancelled', 'cancelled', 'The request was cancelled.');
}
