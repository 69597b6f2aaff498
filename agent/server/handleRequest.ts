import { CancellationToken, type MessageConnection } from 'vscode-jsonrpc';
import type * as z from 'zod/mini';
import type { RequestDefinition } from '../protocol/messages.ts';
import { requestError } from './requestError.ts';

/** Where in a value the first thing stands that its schema does not allow, as `a.b[0]`, and what is wrong with it. */
function firstIssue(error: z.core.$ZodError): { place: string; issue: string } {
  const [issue] = error.issues;
  const place = (issue?.path ?? [])
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
  return { place, issue: issue?.message ?? '' };
}

/** An AbortSignal that follows a token. */
function signalOf(token: unknown): AbortSignal {
  const controller = new AbortController();
  if (!CancellationToken.is(token)) return controller.signal;
  if (token.isCancellationRequested) controller.abort();
  else token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

/** Answers a kind of request; params that do not have the form of its schema are refused before the handler sees them. */
export function handleRequest<Params extends z.ZodMiniType, Result extends z.ZodMiniType>(
  connection: MessageConnection,
  definition: RequestDefinition<Params, Result>,
  handler: (params: z.infer<Params>, signal: AbortSignal) => z.infer<Result> | Promise<z.infer<Result>>,
): void {
  const { method } = definition;
  // vscode-jsonrpc spreads params that are an array; all this protocol's are one object.
  connection.onRequest(method, (...given: unknown[]) => {
    const token = given.pop();
    const parsed = definition.params.safeParse(given.length === 1 ? (given[0] ?? {}) : given);
    if (!parsed.success) {
      const { place, issue } = firstIssue(parsed.error);
      throw requestError(
        'invalidMessage',
        'invalid-message',
        `The params of ${method} are not valid${place && ` at ${place}`}: ${issue}.`,
        { method, place, issue },
      );
    }
    return handler(parsed.data, signalOf(token));
  });
}
