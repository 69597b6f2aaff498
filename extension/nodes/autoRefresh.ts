import { type Disposable, DisposableStore } from '../common/disposable.ts';
import { Emitter } from '../common/emitter.ts';
import type { Roots } from './roots.ts';

/** Seconds between refreshes when the user turns them on without having set any. */
const defaultSeconds = 10;

/** The longest pause; also keeps the milliseconds within what timers can count. */
const longestSeconds = 3_600;

/**
 * Reads connected nodes again and again while somebody looks. The next pause begins when the last reading ended, so
 * that a slow node is never read all the time. Dumps do not change and are left alone.
 */
export class AutoRefresh implements Disposable {
  readonly #roots: Roots;
  readonly #isVisible: () => boolean;
  readonly #disposables = new DisposableStore();
  readonly #changed = this.#disposables.add(new Emitter<boolean>());
  /** Fires with whether it is on. */
  readonly onDidChange = this.#changed.event;
  #seconds = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(roots: Roots, isVisible: () => boolean) {
    this.#roots = roots;
    this.#isVisible = isVisible;
  }

  get isOn(): boolean {
    return this.#seconds > 0;
  }

  /** Sets the pause between two refreshes, from 1 second to an hour; 0 (or anything that is no number) turns them off. */
  set seconds(seconds: number) {
    this.#seconds = seconds > 0 ? Math.min(longestSeconds, Math.max(1, seconds)) : 0;
    clearTimeout(this.#timer);
    this.#schedule();
    this.#changed.fire(this.isOn);
  }

  /** Turns it off, or on with the configured pause (a default one where none is configured). */
  toggle(configuredSeconds: number): void {
    this.seconds = this.isOn ? 0 : configuredSeconds > 0 ? configuredSeconds : defaultSeconds;
  }

  dispose(): void {
    this.#seconds = 0;
    clearTimeout(this.#timer);
    this.#disposables.dispose();
  }

  #schedule(): void {
    if (this.isOn) this.#timer = setTimeout(() => void this.#refresh(), this.#seconds * 1_000);
  }

  async #refresh(): Promise<void> {
    if (this.#isVisible()) {
      // What failed once may go well the next time.
      const nodes = this.#roots.all.filter(
        ({ kind, state }) => kind === 'node' && (state.kind === 'ready' || state.kind === 'failed'),
      );
      await Promise.all(nodes.map((root) => root.refresh()));
    }
    clearTimeout(this.#timer);
    this.#schedule();
  }
}
