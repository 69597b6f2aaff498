import type { errorNumbers } from '../protocol/errors.ts';
import { requestError } from './requestError.ts';

/**
 * How many are kept. Of snapshots: the one that is shown, the one before it, and two of another window or a
 * comparison.
 */
const capacity = 4;

/** The error of a name that stands for nothing any more. */
const unknown = {
  snapshot: ['unknownSnapshot', 'unknown-snapshot'],
  plan: ['unknownPlan', 'unknown-plan'],
} as const satisfies Record<string, readonly [keyof typeof errorNumbers, string]>;

/** Keeps the newest snapshots or plans of one client under names. */
export class NewestStore<T> {
  readonly #kind: keyof typeof unknown;
  readonly #kept = new Map<string, T>();
  #added = 0;

  constructor(kind: keyof typeof unknown) {
    this.#kind = kind;
  }

  /** Keeps one more, if need be in place of the oldest. */
  add(item: T): string {
    const name = `${this.#kind}-${++this.#added}`;
    this.#kept.set(name, item);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > capacity && oldest !== undefined) this.#kept.delete(oldest);
    return name;
  }

  /** @throws RequestError `unknown-snapshot`, `unknown-plan` */
  get(name: string): T {
    const item = this.#kept.get(name);
    if (item === undefined) {
      const kind = this.#kind;
      const [error, code] = unknown[kind];
      throw requestError(error, code, `There is no ${kind} ${name} any more.`, { [kind]: name });
    }
    return item;
  }

  /** Whether one is still kept. */
  has(name: string): boolean {
    return this.#kept.has(name);
  }

  release(name: string): void {
    this.#kept.delete(name);
  }

  releaseAll(): void {
    this.#kept.clear();
  }
}
