import type { Disposable } from '../common/disposable.ts';
import { Emitter, type Event } from '../common/emitter.ts';
import type { Logger } from '../common/logger.ts';
import { describeError, TransportError } from '../common/transportError.ts';
import type { TransportReason } from '../common/transportReasons.ts';
import { retryDelaySeconds } from './backoff.ts';

/** Something that can be lost and made again. */
export interface Link extends Disposable {
  /** Settles when the link is gone, with the reason; never rejects. */
  readonly lost: Promise<TransportError>;
}

/** Where a connection stands. `reason` says why it left the connected state. */
export type ConnectionState<L> =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected'; readonly link: L }
  /** Waiting for `retryInSeconds`, or trying when that is 0. */
  | {
      readonly kind: 'reconnecting';
      readonly reason: TransportError;
      readonly attempt: number;
      readonly retryInSeconds: number;
    }
  /** Given up, for a reason that a further attempt cannot change: the user has to act. */
  | { readonly kind: 'failed'; readonly reason: TransportError }
  /** Ended by us. */
  | { readonly kind: 'disconnected' };

/** Reasons that may pass by themselves. All others end the reconnecting, so that nobody is asked again and again. */
const passing: ReadonlySet<TransportReason> = new Set([
  'timeout',
  'connectionLost',
  'hostNotFound',
  'connectionRefused',
  'hostUnreachable',
  'notAnSshServer',
  'jumpRefused',
  'agentExited',
  'agentKilled',
  'commandRefused',
  'uploadFailed',
]);

/**
 * A link that is lost sooner than this, in milliseconds, counts as one more failed attempt: an agent that ends as soon
 * as it reads the node is not started again every second.
 */
const steadyMs = 60_000;

export interface ReconnectingOptions<L extends Link> {
  /** Makes the link. `interactive` is false for the attempts that follow a loss: these may not ask. */
  readonly connect: (attempt: { readonly signal: AbortSignal; readonly interactive: boolean }) => Promise<L>;
  readonly log: Logger;
  /** From 0 up to 1; `Math.random` by default. */
  readonly random?: () => number;
  /** Settles after `seconds`, or as soon as `signal` aborts. */
  readonly sleep?: (seconds: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds of a clock that only goes forward; `performance.now` by default. */
  readonly now?: () => number;
}

/**
 * Keeps a link up: a lost one is made again with growing pauses, until that succeeds, fails for a reason that does not
 * pass by itself, or is cancelled.
 */
export class ReconnectingConnection<L extends Link> implements Disposable {
  readonly onDidChangeState: Event<ConnectionState<L>>;
  readonly #options: Required<ReconnectingOptions<L>>;
  readonly #states = new Emitter<ConnectionState<L>>();
  #state: ConnectionState<L> = { kind: 'disconnected' };
  #running: AbortController | undefined;
  #disposed = false;

  constructor(options: ReconnectingOptions<L>) {
    this.onDidChangeState = this.#states.event;
    this.#options = { random: Math.random, sleep, now: () => performance.now(), ...options };
  }

  get state(): ConnectionState<L> {
    return this.#state;
  }

  /**
   * Connects, and from then on reconnects. A connection that stands or is being made is ended first.
   *
   * @throws TransportError when the first attempt fails; the state is then `failed`, or `disconnected` after a
   * cancellation or {@link dispose}
   */
  async connect(): Promise<L> {
    if (this.#disposed) throw new TransportError('cancelled', { step: 'connect', args: {} });
    this.disconnect();
    const running = new AbortController();
    this.#running = running;
    this.#enter({ kind: 'connecting' });
    try {
      const link = await this.#attempt(running, true);
      this.#stand(link, running, 0);
      return link;
    } catch (error) {
      const reason = asTransportError(error);
      if (this.#running === running) {
        this.#running = undefined;
        this.#enter(reason.reason === 'cancelled' ? { kind: 'disconnected' } : { kind: 'failed', reason });
      }
      throw reason;
    }
  }

  /** Ends the connection, or the attempt to make one. */
  disconnect(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    const previous = this.#state;
    running.abort();
    if (previous.kind === 'connected') previous.link.dispose();
    this.#enter({ kind: 'disconnected' });
  }

  dispose(): void {
    this.#disposed = true;
    this.disconnect();
    this.#states.dispose();
  }

  /** A link that arrives after its attempt was cancelled is closed, not returned. */
  async #attempt(running: AbortController, interactive: boolean): Promise<L> {
    const link = await this.#options.connect({ signal: running.signal, interactive });
    if (running.signal.aborted) {
      link.dispose();
      throw new TransportError('cancelled', { step: 'connect', args: {} });
    }
    return link;
  }

  /** @param attempts how many were made since a link was steady */
  #stand(link: L, running: AbortController, attempts: number): void {
    const since = this.#options.now();
    this.#enter({ kind: 'connected', link });
    link.lost.then((reason) => {
      if (this.#running !== running) return;
      link.dispose();
      this.#options.log.warn(`Connection lost: ${reason.message}`);
      const steady = this.#options.now() - since >= steadyMs;
      void this.#reconnect(reason, running, steady ? 0 : attempts);
    });
  }

  async #reconnect(lost: TransportError, running: AbortController, attempts: number): Promise<void> {
    let reason = lost;
    for (let attempt = attempts + 1; this.#running === running; attempt++) {
      if (!passing.has(reason.reason)) {
        this.#running = undefined;
        this.#enter({ kind: 'failed', reason });
        return;
      }
      const retryInSeconds = retryDelaySeconds(attempt, this.#options.random());
      this.#enter({ kind: 'reconnecting', reason, attempt, retryInSeconds });
      await this.#options.sleep(retryInSeconds, running.signal);
      if (this.#running !== running) return;
      this.#enter({ kind: 'reconnecting', reason, attempt, retryInSeconds: 0 });
      try {
        this.#stand(await this.#attempt(running, false), running, attempt);
        this.#options.log.info(`Connected again after ${attempt} attempts`);
        return;
      } catch (error) {
        reason = asTransportError(error);
        this.#options.log.warn(`Attempt ${attempt} to connect again: ${reason.message}`);
      }
    }
  }

  #enter(state: ConnectionState<L>): void {
    this.#state = state;
    this.#states.fire(state);
  }
}

function asTransportError(error: unknown): TransportError {
  return error instanceof TransportError
    ? error
    : new TransportError('connectionLost', { step: 'connect', args: {}, detail: describeError(error), cause: error });
}

function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, seconds * 1000);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
