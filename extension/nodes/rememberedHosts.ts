import type { Memento } from 'vscode';

const storageKey = 'hosts';
const limit = 20;

/** The hosts that were connected to, newest first, kept across windows. */
export class RememberedHosts {
  readonly #memory: Pick<Memento, 'get' | 'update'>;

  constructor(memory: Pick<Memento, 'get' | 'update'>) {
    this.#memory = memory;
  }

  /** As they were typed or chosen: `node-1`, `user@host:port`. */
  get all(): readonly string[] {
    const stored = this.#memory.get<unknown>(storageKey, []);
    return Array.isArray(stored) ? stored.filter((host) => typeof host === 'string') : [];
  }

  async remember(host: string): Promise<void> {
    await this.#memory.update(storageKey, [host, ...this.all.filter((other) => other !== host)].slice(0, limit));
  }

  async forget(host: string): Promise<void> {
    await this.#memory.update(
      storageKey,
      this.all.filter((other) => other !== host),
    );
  }
}
