import type { ChangeState, NodeChange } from '../../../agent/protocol/changeMessages.ts';
import type { Localizer } from '../../l10n/localizer.ts';
import type { KnownChanges } from '../../nodes/knownChanges.ts';
import { type Fact, joinDescription } from './elementPresentation.ts';
import type { NumberWords } from './numberWords.ts';

/** How many connections still use what a change took out of use. */
export function drainingText(connections: number, l10n: Localizer, numbers: NumberWords): string {
  return connections === 1
    ? l10n.t('1 connection draining')
    : l10n.t('{0} connections draining', numbers.integer(connections));
}

/** What is known of changes to a node, for its tooltip. */
export function changeFacts(state: ChangeState, l10n: Localizer, numbers: NumberWords): readonly Fact[] {
  const { latest } = state;
  return [
    { name: l10n.t('Test node'), value: state.marked ? l10n.t('yes ({0})', state.markFile) : l10n.t('no') },
    ...(latest === undefined
      ? []
      : [
          {
            name: l10n.t('Last change'),
            value: joinDescription(
              latest.from === latest.to ? latest.to : `${latest.from} → ${latest.to}`,
              changeStateText(latest.state, l10n),
              numbers.time(latest.appliedAt),
            ),
          },
        ]),
  ];
}

/** The words of a node's changes that `when` clauses of menus look for in `viewItem`. */
export function changeWords({ state, pending }: KnownChanges): readonly string[] {
  if (!state.writable) return [];
  return [
    state.marked ? 'testNode' : 'unmarked',
    ...(pending === undefined ? [] : ['pendingChange']),
    ...(state.undoable ? ['undoable'] : []),
  ];
}

function changeStateText(state: NodeChange['state'], l10n: Localizer): string {
  switch (state) {
    case 'pending':
      return l10n.t('change not confirmed yet');
    case 'confirmed':
      return l10n.t('confirmed');
    case 'rolled-back':
      return l10n.t('rolled back');
    case 'roll-back-failed':
      return l10n.t('rolling back failed');
  }
}
