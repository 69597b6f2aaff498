/**
 * Why a node was not changed, or not as it was asked for. The message is a complete English sentence; `code` is stable
 * and kebab-case.
 *
 * - Refused, with nothing changed: `not-root`, `not-marked`, `kube-proxy-running`, `mixed-backends`, `change-under-way`,
 *   `change-pending`, `plan-outdated`, `prerequisites-unmet`, `no-room`, `timer-not-armed`, `read-failed`, ...
 * - Failed, with everything put back: `step-failed`, `not-as-planned`, `cancelled`.
 * - `roll-back-failed`: what stood before could not be put back yet; the timer goes on trying.
 */
export class ChangeError extends Error {
  override readonly name = 'ChangeError';
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;

  constructor(code: string, message: string, args: Readonly<Record<string, string | number>> = {}) {
    super(message);
    this.code = code;
    this.args = args;
  }
}
