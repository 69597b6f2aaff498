import { cancellable } from '../common/cancellation.ts';
import { TransportError } from '../common/transportError.ts';
import type { TransportStep } from '../common/transportReasons.ts';
import type { SecretRequest, SecretStore } from './prompts.ts';
import type { ConnectContext } from './transport.ts';

/** Asks for a secret of which one copy may already be known. */
export interface SecretSource {
  /** The next secret to try; undefined when there is none left to try (three answers were wrong). */
  next(): Promise<string | undefined>;
  /** The last secret was right: it is kept in memory, and in the store when the user agreed. */
  accepted(): Promise<void>;
  /** The last secret was wrong: it is forgotten everywhere. */
  rejected(): Promise<void>;
}

const maximumAttempts = 3;

/**
 * The secrets of this session, so that a reconnect does not ask again. Passwords live in memory, and in `store` only
 * when the user agreed to it.
 */
export class Credentials {
  readonly #memory = new Map<string, string>();
  readonly #store: SecretStore | undefined;

  constructor(store?: SecretStore) {
    this.#store = store;
  }

  /** Tries the known secret first, then asks up to three times. `step` is where a failure belongs. */
  source(request: Omit<SecretRequest, 'attempt'>, context: ConnectContext, step: TransportStep): SecretSource {
    const key = `${request.kind}:${request.subject}`;
    const memory = this.#memory;
    const store = this.#store;
    let triedKnown = false;
    let attempt = 0;
    let last: { readonly secret: string; readonly remember: boolean } | undefined;
    return {
      async next() {
        if (!triedKnown) {
          triedKnown = true;
          const known = memory.get(key) ?? (await store?.get(key));
          if (known !== undefined) {
            last = { secret: known, remember: false };
            return known;
          }
        }
        if (attempt >= maximumAttempts) return undefined;
        if (!context.interactive) {
          throw new TransportError('promptNeeded', { step, args: { prompt: request.kind } });
        }
        attempt++;
        const answer = await cancellable(
          context.prompts.askSecret({ ...request, attempt }, context.signal),
          context.signal,
          step,
        );
        if (answer === undefined) throw new TransportError('cancelled', { step, args: {} });
        last = answer;
        return answer.secret;
      },
      async accepted() {
        if (last === undefined) return;
        memory.set(key, last.secret);
        if (last.remember) await store?.store(key, last.secret);
      },
      async rejected() {
        last = undefined;
        memory.delete(key);
        await store?.delete(key);
      },
    };
  }
}
