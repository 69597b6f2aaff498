import type { IdentityCallback, SignCallback, SigningRequestOptions } from 'ssh2';
import type { Identity } from './identities.ts';
import { BaseAgent, type ParsedKey } from './ssh2.ts';

/**
 * Offers one identity to ssh2 in the guise of an agent with a single key. That way ssh2 first asks the server whether
 * it would accept the key, and the passphrase is asked for only then, as OpenSSH does.
 */
export class IdentityOffer extends BaseAgent<ParsedKey> {
  readonly #identity: Identity;
  readonly #publicKey: ParsedKey;
  readonly #onSign: () => void;
  readonly #onFailure: (error: unknown) => void;
  #signed = false;

  /**
   * @param onSign called when the server accepts the key and wants a signature
   * @param onFailure called with what kept the signature from being made
   */
  constructor(identity: Identity, publicKey: ParsedKey, onSign: () => void, onFailure: (error: unknown) => void) {
    super();
    this.#identity = identity;
    this.#publicKey = publicKey;
    this.#onSign = onSign;
    this.#onFailure = onFailure;
  }

  /** Whether the server was given a signature. */
  get signed(): boolean {
    return this.#signed;
  }

  override getIdentities(callback: IdentityCallback<ParsedKey>): void {
    callback(undefined, [this.#publicKey]);
  }

  override sign(
    _key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    const answer = typeof options === 'function' ? options : callback;
    const hash = typeof options === 'function' ? undefined : options.hash;
    this.#onSign();
    this.#identity.sign(data, hash).then(
      (signature) => {
        this.#signed = true;
        answer?.(undefined, signature);
      },
      (error: unknown) => {
        this.#onFailure(error);
        answer?.(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }
}
