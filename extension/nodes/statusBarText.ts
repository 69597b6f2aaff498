import type { Localizer } from '../l10n/localizer.ts';
import { modeText, stateText } from '../tree/presentation/presentRoot.ts';
import type { Root } from './root.ts';

type ShownRoot = Pick<Root, 'kind' | 'label' | 'state' | 'snapshot'>;

export interface StatusBarWords {
  readonly icon: string;
  readonly text: string;
  readonly tooltip: string;
  /** Whether something needs attention: a lost connection, a failed reading. */
  readonly failed: boolean;
}

/** What the status bar says of the open roots; undefined when there are none. */
export function statusBarText(roots: readonly ShownRoot[], l10n: Localizer): StatusBarWords | undefined {
  const [first] = roots;
  if (first === undefined) return undefined;
  const states = roots.map(({ state }) => state.kind);
  const failed = roots.some(
    ({ state }) => state.kind === 'failed' || (state.kind === 'disconnected' && 'error' in state),
  );
  const busy = states.some((kind) => kind === 'connecting' || kind === 'reconnecting');
  return {
    icon: busy ? 'loading~spin' : failed ? 'warning' : idleIcon(first),
    text: roots.length === 1 ? lineOf(first, l10n) : l10n.t('{0} nodes and dumps', roots.length),
    tooltip: roots.map((root) => lineOf(root, l10n)).join('\n'),
    failed,
  };
}

function idleIcon({ kind, state }: ShownRoot): string {
  if (kind === 'dumps') return 'file-zip';
  return state.kind === 'disconnected' ? 'vm-outline' : 'vm-running';
}

function lineOf(root: ShownRoot, l10n: Localizer): string {
  const mode = root.snapshot === undefined ? '' : modeText(root.snapshot.mode, l10n);
  // A refresh of a few hundred milliseconds would only flicker here.
  const state = root.state.kind === 'reading' && root.snapshot !== undefined ? '' : stateText(root.state, l10n);
  return [root.label, mode, state].filter((part) => part !== '').join(' · ');
}
