import {
  adviceByReason,
  type TransportAdvice,
  type TransportReason,
  type TransportReasonArgs,
  type TransportStep,
} from './transportReasons.ts';

interface TransportFailure<R extends TransportReason> {
  readonly step: TransportStep;
  readonly args: TransportReasonArgs[R];
  /** What the system or the other side said, unchanged; never a secret. Empty when nothing was said. */
  readonly detail?: string;
  readonly cause?: unknown;
}

/**
 * Why connecting to a node, delivering the agent or keeping the connection failed. It carries codes and values only:
 * whoever shows it words it by {@link reason}, {@link step} and {@link advice} in the user's language.
 */
export class TransportError<R extends TransportReason = TransportReason> extends Error {
  override readonly name = 'TransportError';
  readonly reason: R;
  readonly step: TransportStep;
  readonly args: TransportReasonArgs[R];
  readonly detail: string;
  readonly advice: TransportAdvice;

  constructor(reason: R, failure: TransportFailure<R>) {
    const detail = failure.detail?.trim() ?? '';
    super(
      `${failure.step}: ${reason} ${JSON.stringify(failure.args)}${detail === '' ? '' : `: ${detail}`}`,
      failure.cause === undefined ? undefined : { cause: failure.cause },
    );
    this.reason = reason;
    this.step = failure.step;
    this.args = failure.args;
    this.detail = detail;
    this.advice = adviceByReason[reason];
  }
}

/** Whether `error` is a {@link TransportError} for `reason`; narrows its `args`. */
export function isTransportError<R extends TransportReason>(error: unknown, reason: R): error is TransportError<R> {
  return error instanceof TransportError && error.reason === reason;
}

/** The text of anything that was thrown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
