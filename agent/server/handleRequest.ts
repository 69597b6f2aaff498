import type * as z from 'zod/mini';
import type { RequestDefinition } from '../protocol/messages.ts';
import type { ClientConnection } from './clientConnection.ts';
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

/** Answers a kind of request; params that do not have the form of its schema are refused before the handler sees them. */
export function handleRequest<Params extends z.ZodMiniType, Result extends z.ZodMiniType>(
  connection: ClientConnection,
  definition: RequestDefinition<Params, Result>,
  handler: (params: z.infer<Params>, signal: AbortSignal) => z.infer<Result> | Promise<z.infer<Result>>,
): void {
  const { method } = definition;
  connection.onRequest(method, (given, signal) => {
    const parsed = definition.params.safeParse(given ?? {});
    if (!parsed.success) {
      const { place, issue } = firstIssue(parsed.error);
      throw requestError(
        'invalidMessage',
        'invalid-message',
        `The params of ${method} are not valid${place && ` at ${place}`}: ${issue}.`,
        { method, place, issue },
      );
    }
    return handler(parsed.data, signal);
  });
}
