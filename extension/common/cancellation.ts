import { TransportError } from './transportError.ts';
import type { TransportStep } from './transportReasons.ts';

/** Throws a `cancelled` error when `signal` was aborted. */
export function throwIfCancelled(signal: AbortSignal, step: TransportStep): void {
  if (signal.aborted) throw new TransportError('cancelled', { step, args: {} });
}

/** Settles as `work` does, or rejects as `cancelled` as soon as `signal` aborts. `work` itself goes on unobserved. */
export function cancellable<T>(work: Promise<T>, signal: AbortSignal, step: TransportStep): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new TransportError('cancelled', { step, args: {} }));
    if (signal.aborted) {
      work.catch(() => {});
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** Settles as `work` does, or rejects as `timeout` after `seconds`, or as `cancelled` when `signal` aborts. */
export function withTimeout<T>(
  work: Promise<T>,
  seconds: number,
  signal: AbortSignal,
  step: TransportStep,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new TransportError('timeout', { step, args: { seconds } })), seconds * 1000);
  });
  return cancellable(Promise.race([work, late]), signal, step).finally(() => clearTimeout(timer));
}
