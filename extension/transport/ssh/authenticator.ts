import type { KeyboardInteractiveCallback, Prompt } from 'ssh2';
import { cancellable } from '../../common/cancellation.ts';
import { describeError, TransportError } from '../../common/transportError.ts';
import type { Credentials, SecretSource } from '../credentials.ts';
import { asksForPassword } from '../passwordPrompt.ts';
import { type AuthenticationMethod, type HostSettings, labelOf } from '../sshConfig/hostSettings.ts';
import type { ConnectContext } from '../transport.ts';
import type { Deadline } from './deadline.ts';
import type { Identities, Identity } from './identities.ts';
import { IdentityOffer } from './identityOffer.ts';
import type { AnyAuthMethod } from './ssh2.ts';

/** What the last request to the server was. */
type Attempt =
  | { readonly kind: 'none' }
  | { readonly kind: 'publickey'; readonly identity: Identity; readonly offer: IdentityOffer }
  | { readonly kind: 'password'; readonly source: SecretSource }
  | { readonly kind: 'keyboard-interactive' };

const maximumKeyboardInteractiveAttempts = 3;

/**
 * Decides what to try next, in OpenSSH's order: each key, then keyboard-interactive, then the password. It follows the
 * server where that asks for several methods in a row. Nothing secret is logged.
 */
export class Authenticator {
  readonly #settings: HostSettings;
  readonly #credentials: Credentials;
  readonly #context: ConnectContext;
  readonly #deadline: Deadline;
  readonly #unsupportedKeyTypes: readonly string[];
  readonly #identities: Identity[];
  readonly #onFailure: (error: unknown) => void;
  readonly #keyboardSources = new Map<string, SecretSource>();
  #passwordSource: SecretSource | undefined;
  #passwordExhausted = false;
  #keyboardAttempts = 0;
  #attempt: Attempt | undefined;
  #methods: readonly string[] = [];

  /** @param onFailure called when authentication cannot go on (nothing left to try, or cancelled) */
  constructor(options: {
    readonly settings: HostSettings;
    readonly identities: Identities;
    readonly credentials: Credentials;
    readonly context: ConnectContext;
    readonly deadline: Deadline;
    readonly onFailure: (error: unknown) => void;
  }) {
    this.#settings = options.settings;
    this.#credentials = options.credentials;
    this.#context = options.context;
    this.#deadline = options.deadline;
    this.#identities = [...options.identities.usable];
    this.#unsupportedKeyTypes = options.identities.unsupportedKeyTypes;
    this.#onFailure = options.onFailure;
  }

  /** For ssh2's `authHandler`. `methodsLeft` is null the first time. */
  handle(methodsLeft: readonly string[] | null, partialSuccess: boolean, next: (method: AnyAuthMethod) => void): void {
    this.#deadline.pause();
    this.#next(methodsLeft, partialSuccess).then(
      (method) => {
        this.#deadline.restart();
        next(method);
      },
      (error: unknown) => this.#onFailure(error),
    );
  }

  /** To be called when the server let us in: what was typed was right. */
  async succeeded(): Promise<void> {
    await this.#judgeSecrets(true);
    this.#context.log.info(`Authenticated to ${labelOf(this.#settings)} (${this.#attempt?.kind ?? 'none'})`);
  }

  async #next(methodsLeft: readonly string[] | null, partialSuccess: boolean): Promise<AnyAuthMethod> {
    const last = this.#attempt;
    const username = this.#settings.user;
    if (last === undefined) {
      this.#attempt = { kind: 'none' };
      return { type: 'none', username };
    }
    if (last.kind === 'publickey') {
      this.#context.log.debug(`${last.identity.description}: ${last.offer.signed ? 'not sufficient' : 'not accepted'}`);
      if (last.offer.signed) {
        // ssh2 keeps to itself what the server answered to an agent's signature. It may have been a partial success,
        // so the server is asked again which methods remain.
        this.#attempt = { kind: 'none' };
        return { type: 'none', username };
      }
    } else {
      this.#methods = methodsLeft ?? [];
      await this.#judgeSecrets(partialSuccess);
      this.#context.log.debug(`The server accepts: ${this.#methods.join(', ')}`);
    }
    for (const method of this.#settings.authenticationMethods) {
      if (!this.#methods.includes(method)) continue;
      const attempt = await this.#try(method);
      if (attempt !== undefined) return attempt;
    }
    const [keyType] = this.#unsupportedKeyTypes;
    if (keyType !== undefined && this.#methods.includes('publickey')) {
      throw new TransportError('needsOpenSsh', { step: 'authenticate', args: { feature: keyType } });
    }
    throw new TransportError('authenticationFailed', {
      step: 'authenticate',
      args: { user: username, host: this.#settings.hostName, methods: this.#methods.join(', ') },
    });
  }

  #try(method: AuthenticationMethod): Promise<AnyAuthMethod | undefined> {
    switch (method) {
      case 'publickey':
        return this.#tryNextKey();
      case 'password':
        return this.#tryPassword();
      case 'keyboard-interactive':
        return Promise.resolve(this.#tryKeyboardInteractive());
    }
  }

  async #tryNextKey(): Promise<AnyAuthMethod | undefined> {
    for (let identity = this.#identities.shift(); identity !== undefined; identity = this.#identities.shift()) {
      const publicKey = await identity.publicKey();
      if (publicKey === undefined) continue;
      this.#context.log.debug(`Offering ${identity.description}`);
      const offer = new IdentityOffer(
        identity,
        publicKey,
        (underWay) => (underWay ? this.#deadline.pause() : this.#deadline.restart()),
        (error) => {
          // Cancelling ends the attempt; any other failure only this key.
          if (error instanceof TransportError) this.#onFailure(error);
          else this.#context.log.warn(`${describeError(error)}`);
        },
      );
      this.#attempt = { kind: 'publickey', identity, offer };
      return { type: 'agent', username: this.#settings.user, agent: offer };
    }
    return undefined;
  }

  async #tryPassword(): Promise<AnyAuthMethod | undefined> {
    if (this.#passwordExhausted) return undefined;
    this.#passwordSource ??= this.#credentials.source(
      { kind: 'password', subject: labelOf(this.#settings), echo: false },
      this.#context,
      'authenticate',
    );
    const password = await this.#passwordSource.next();
    if (password === undefined) {
      this.#passwordExhausted = true;
      return undefined;
    }
    this.#context.log.debug('Trying the password');
    this.#attempt = { kind: 'password', source: this.#passwordSource };
    return { type: 'password', username: this.#settings.user, password };
  }

  #tryKeyboardInteractive(): AnyAuthMethod | undefined {
    if (++this.#keyboardAttempts > maximumKeyboardInteractiveAttempts) return undefined;
    this.#context.log.debug('Trying keyboard-interactive');
    this.#attempt = { kind: 'keyboard-interactive' };
    return {
      type: 'keyboard-interactive',
      username: this.#settings.user,
      prompt: (_name, instructions, _language, prompts, finish) => this.#answer(instructions, prompts, finish),
    };
  }

  #answer(instructions: string, prompts: readonly Prompt[], finish: KeyboardInteractiveCallback): void {
    this.#deadline.pause();
    this.#askEach(instructions, prompts).then(
      (answers) => {
        this.#deadline.restart();
        finish(answers);
      },
      (error: unknown) => this.#onFailure(error),
    );
  }

  async #askEach(instructions: string, prompts: readonly Prompt[]): Promise<string[]> {
    const answers: string[] = [];
    for (const { prompt, echo } of prompts) {
      const text = [instructions.trim(), prompt.trim()].filter((part) => part !== '').join('\n');
      const request = {
        kind: 'keyboardInteractive' as const,
        subject: labelOf(this.#settings),
        prompt: text,
        echo: echo === true,
      };
      if (asksForPassword(prompt) && echo !== true) {
        // The same words mean the same password: it is remembered like one, so that a reconnect need not ask.
        const source =
          this.#keyboardSources.get(prompt) ?? this.#credentials.source(request, this.#context, 'authenticate');
        this.#keyboardSources.set(prompt, source);
        answers.push((await source.next()) ?? '');
      } else {
        answers.push(await this.#askOnce(request));
      }
    }
    return answers;
  }

  /** One-time codes and the like: asked each time, never remembered. */
  async #askOnce(request: {
    readonly kind: 'keyboardInteractive';
    readonly subject: string;
    readonly prompt: string;
    readonly echo: boolean;
  }): Promise<string> {
    const context = this.#context;
    if (!context.interactive) {
      throw new TransportError('promptNeeded', { step: 'authenticate', args: { prompt: 'keyboardInteractive' } });
    }
    const asked = context.prompts.askSecret({ ...request, attempt: this.#keyboardAttempts }, context.signal);
    const answer = await cancellable(asked, context.signal, 'authenticate');
    if (answer === undefined) throw new TransportError('cancelled', { step: 'authenticate', args: {} });
    return answer.secret;
  }

  /** Tells the secrets that were used in the last attempt whether they were right. */
  async #judgeSecrets(right: boolean): Promise<void> {
    const used =
      this.#attempt?.kind === 'password'
        ? [this.#attempt.source]
        : this.#attempt?.kind === 'keyboard-interactive'
          ? [...this.#keyboardSources.values()]
          : [];
    for (const source of used) await (right ? source.accepted() : source.rejected());
  }
}
