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
  readonly #onSigning: (underWay: boolean) => void;
  readonly #onFailure: (error: unknown) => void;
  #signed = false;

  /**
   * @param onSigning called when the server accepts the key and wants a signature, and when it has been made
   * @param onFailure called with what kept the signature from being made
   */
  constructor(
    identity: Identity,
    publicKey: ParsedKey,
    onSigning: (underWay: boolean) => void,
    onFailure: (error: unknown) => void,
  ) {
    super();
    this.#identity = identity;
    this.#publicKey = publicKey;
    this.#onSigning = onSigning;
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
    this.#onSigning(true);
    this.#identity.sign(data, hash).then(
      (signature) => {
        this.#signed = true;
        this.#onSigning(false);
        answer?.(undefined, signature);
      },
      (error: unknown) => {
        this.#onFailure(error);
        answer?.(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }
}
