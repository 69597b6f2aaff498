/** Calls back again and again; real time in use, a hand-moved one in tests. */
export interface Ticker {
  /** @returns stops it */
  every(milliseconds: number, callback: () => void): () => void;
}

export const realTicker: Ticker = {
  every: (milliseconds, callback) => {
    const timer = setInterval(callback, milliseconds);
    return () => clearInterval(timer);
  },
};

/** How often a silence is looked at. */
const checks = 10;

/**
 * Notices that the peer has gone. Only time in which the peer could have been heard counts: while the process is busy
 * (parsing 33 MB takes a second or more on a slow node) messages wait unread, and no check takes place either.
 */
export class Watchdog {
  readonly #stop: () => void;
  #silentChecks = 0;

  constructor(timeoutMs: number, ticker: Ticker, onSilence: () => void) {
    this.#stop = ticker.every(timeoutMs / checks, () => {
      this.#silentChecks++;
      if (this.#silentChecks < checks) return;
      this.stop();
      onSilence();
    });
  }

  /** The peer was heard. */
  heard(): void {
    this.#silentChecks = 0;
  }

  stop(): void {
    this.#stop();
  }
}
