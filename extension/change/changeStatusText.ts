import type { Localizer } from '../l10n/localizer.ts';
import type { Root } from '../nodes/root.ts';
import { drainingText } from '../tree/presentation/nodeChanges.ts';
import type { NumberWords } from '../tree/presentation/numberWords.ts';

type ShownRoot = Pick<Root, 'label' | 'changes'>;

/** What the status bar says of changes that are not over yet. */
export interface ChangeStatus<R> {
  readonly icon: string;
  readonly text: string;
  /** The node that has to be decided on; undefined where there is nothing to decide. */
  readonly pending: R | undefined;
}

/** The change that is rolled back first, else connections that drain; undefined when there is neither. */
export function changeStatus<R extends ShownRoot>(
  roots: readonly R[],
  now: number,
  l10n: Localizer,
  numbers: NumberWords,
): ChangeStatus<R> | undefined {
  const [first] = roots
    .flatMap((root) => (root.changes?.pending === undefined ? [] : [{ root, at: root.changes.pending.rollsBackAt }]))
    .sort((a, b) => a.at - b.at);
  if (first !== undefined) {
    const seconds = Math.max(0, Math.ceil((first.at - now) / 1_000));
    return {
      icon: 'history',
      text: l10n.t('{0} rolls back in {1} s', first.root.label, numbers.integer(seconds)),
      pending: first.root,
    };
  }
  const draining = roots.find((root) => (root.changes?.state.draining ?? 0) > 0);
  if (draining === undefined) return undefined;
  return {
    icon: 'sync',
    text: `${draining.label}: ${drainingText(draining.changes?.state.draining ?? 0, l10n, numbers)}`,
    pending: undefined,
  };
}
