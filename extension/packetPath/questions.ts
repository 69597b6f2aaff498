import type { Concern } from '../../webview/protocol/packetPath.ts';
import type { Disposable } from '../common/disposable.ts';
import { describeError } from '../common/transportError.ts';
import { errorWords } from '../l10n/errorTexts.ts';
import type { PacketPathHost } from './packetPathHost.ts';

/** An answer that comes sooner is not announced: what is shown would only flicker. */
const patienceMs = 150;

/** Questions to the agent that are under way: of each concern the newest counts, and an older one is cancelled. */
export class Questions implements Disposable {
  readonly #host: PacketPathHost;
  readonly #underWay = new Map<Concern, AbortController>();

  constructor(host: PacketPathHost) {
    this.#host = host;
  }

  /** Asks, and lets `tell` post the answer unless a newer question of the concern came in between. */
  async ask<T>(
    concern: Concern,
    busy: string | undefined,
    question: (signal: AbortSignal) => Promise<T>,
    tell: (answer: T) => void,
  ): Promise<void> {
    this.cancel(concern);
    const abort = new AbortController();
    this.#underWay.set(concern, abort);
    const tellBusy = setTimeout(() => {
      if (busy !== undefined && !abort.signal.aborted) this.#host.post({ type: 'busy', concern, text: busy });
    }, patienceMs);
    try {
      const answer = await question(abort.signal);
      clearTimeout(tellBusy);
      if (!abort.signal.aborted) tell(answer);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.#host.log.warn(`Packet path: ${describeError(error)}`);
      this.#host.post({ type: 'failed', concern, text: errorWords(error, this.#host.l10n).detail });
    } finally {
      clearTimeout(tellBusy);
      if (this.#underWay.get(concern) === abort) this.#underWay.delete(concern);
    }
  }

  cancel(concern: Concern): void {
    this.#underWay.get(concern)?.abort();
    this.#underWay.delete(concern);
  }

  dispose(): void {
    for (const abort of this.#underWay.values()) abort.abort();
    this.#underWay.clear();
  }
}
