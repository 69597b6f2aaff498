/** Calls back when the other side keeps us waiting for too long. The time in which a user is asked does not count. */
export class Deadline {
  readonly #seconds: number;
  readonly #onExpired: (seconds: number) => void;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(seconds: number, onExpired: (seconds: number) => void) {
    this.#seconds = seconds;
    this.#onExpired = onExpired;
  }

  /** Starts to count from zero. */
  restart(): void {
    this.pause();
    if (!this.#stopped) this.#timer = setTimeout(() => this.#onExpired(this.#seconds), this.#seconds * 1000);
  }

  pause(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Stops for good. */
  stop(): void {
    this.pause();
    this.#stopped = true;
  }
}
