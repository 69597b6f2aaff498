import type { ModelProblem } from '../model/nodeModel.ts';
import { errorNumbers } from '../protocol/errors.ts';
import { RequestError } from './clientConnection.ts';

/** An answer that says why a request was not fulfilled. */
export function requestError(
  kind: keyof typeof errorNumbers,
  code: string,
  message: string,
  args: ModelProblem['args'] = {},
): RequestError {
  return new RequestError(errorNumbers[kind], message, { code, args });
}

export function cancelledError(): RequestError {
  return requestError('cancelled', 'cancelled', 'The request was cancelled.');
}
