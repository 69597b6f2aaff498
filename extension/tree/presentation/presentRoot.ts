import type { SnapshotSummary } from '../../../agent/protocol/messages.ts';
import { errorWords, progressText } from '../../l10n/errorTexts.ts';
import type { Localizer } from '../../l10n/localizer.ts';
import type { KnownChanges } from '../../nodes/knownChanges.ts';
import type { RootState } from '../../nodes/root.ts';
import { type ElementIcon, type Fact, joinDescription } from './elementPresentation.ts';
import { changeFacts, changeWords, drainingText } from './nodeChanges.ts';
import type { NumberWords } from './numberWords.ts';

/** What of a root is shown. */
export interface RootFacts {
  readonly kind: 'node' | 'dumps';
  readonly label: string;
  readonly source: string;
  readonly state: RootState;
  readonly snapshot: SnapshotSummary | undefined;
  readonly canUninstall: boolean;
  /** Undefined where the node cannot be changed. */
  readonly changes: KnownChanges | undefined;
}

export interface RootPresentation {
  readonly label: string;
  readonly description: string;
  readonly icon: ElementIcon;
  readonly facts: readonly Fact[];
  /** The words that `when` clauses of menus look for in `viewItem`. */
  readonly contextWords: string;
}

/** Presents a node or a set of dumps: mode, state and health. */
export function presentRoot(root: RootFacts, l10n: Localizer, numbers: NumberWords): RootPresentation {
  const { snapshot } = root;
  const problems = snapshot === undefined ? 0 : snapshot.problems.error + snapshot.problems.warning;
  const state = stateText(root.state, l10n);
  return {
    label: root.label,
    description: joinDescription(
      snapshot === undefined ? undefined : modeText(snapshot.mode, l10n),
      root.changes === undefined ? undefined : changesText(root, root.changes, l10n, numbers),
      state === '' ? snapshotText(snapshot, problems, l10n, numbers) : state,
    ),
    icon: rootIcon(root, problems),
    facts: rootFacts(root, l10n, numbers),
    contextWords: rootWords(root).join(';'),
  };
}

/** The name of a proxy mode as it is written everywhere. */
export function modeText(mode: SnapshotSummary['mode'], l10n: Localizer): string {
  return mode === 'none' ? l10n.t('no Service rules') : mode;
}

/** What a root is doing; empty when it just stands there, read. */
export function stateText(state: RootState, l10n: Localizer): string {
  switch (state.kind) {
    case 'ready':
      return '';
    case 'connecting':
      return state.progress === undefined ? l10n.t('connecting...') : progressText(state.progress, l10n);
    case 'reading':
      return state.progress === undefined || state.progress.total === 0
        ? l10n.t('reading...')
        : l10n.t('reading {0} ({1} of {2})...', state.progress.part, state.progress.done, state.progress.total);
    case 'reconnecting':
      return l10n.t('connection lost, attempt {0} to reconnect', state.attempt);
    case 'failed':
      return errorWords(state.error, l10n).summary;
    case 'disconnected':
      return state.error === undefined ? l10n.t('disconnected') : errorWords(state.error, l10n).summary;
  }
}

/** Whether it is a test node, and what of its last change is not over yet. */
function changesText(
  { state }: RootFacts,
  { state: changes, pending }: KnownChanges,
  l10n: Localizer,
  numbers: NumberWords,
): string {
  // What is not connected may have gone on since it was read.
  const isKnown = state.kind === 'ready' || state.kind === 'reading';
  return joinDescription(
    changes.marked ? l10n.t('test node') : undefined,
    isKnown && pending !== undefined ? l10n.t('change not confirmed yet') : undefined,
    isKnown && changes.draining > 0 ? drainingText(changes.draining, l10n, numbers) : undefined,
  );
}

function snapshotText(
  snapshot: SnapshotSummary | undefined,
  problems: number,
  l10n: Localizer,
  numbers: NumberWords,
): string {
  if (snapshot === undefined) return '';
  return joinDescription(
    snapshot.mode === 'none'
      ? undefined
      : snapshot.services === 1
        ? l10n.t('1 Service')
        : l10n.t('{0} Services', numbers.integer(snapshot.services)),
    problems === 0
      ? undefined
      : problems === 1
        ? l10n.t('1 problem')
        : l10n.t('{0} problems', numbers.integer(problems)),
  );
}

function rootIcon(root: RootFacts, problems: number): ElementIcon {
  switch (root.state.kind) {
    case 'connecting':
    case 'reconnecting':
      return { id: 'loading~spin' };
    case 'reading':
      // A refresh leaves the icon alone, so that auto refresh does not flicker.
      return root.snapshot === undefined ? { id: 'loading~spin' } : readyIcon(root, problems);
    case 'disconnected':
      return root.state.error === undefined
        ? { id: 'vm-outline', color: 'disabledForeground' }
        : { id: 'vm-outline', color: 'problemsErrorIcon.foreground' };
    case 'failed':
      return { id: 'error', color: 'problemsErrorIcon.foreground' };
    case 'ready':
      return readyIcon(root, problems);
  }
}

function readyIcon(root: RootFacts, problems: number): ElementIcon {
  const id = root.kind === 'dumps' ? 'file-zip' : 'vm-running';
  if (problems === 0) return root.kind === 'dumps' ? { id } : { id, color: 'charts.green' };
  const { error = 0 } = root.snapshot?.problems ?? {};
  return { id, color: error > 0 ? 'problemsErrorIcon.foreground' : 'problemsWarningIcon.foreground' };
}

function rootFacts(root: RootFacts, l10n: Localizer, numbers: NumberWords): readonly Fact[] {
  const facts: Fact[] = [{ name: l10n.t('Source'), value: root.source, code: true }];
  const state = stateText(root.state, l10n);
  if (state !== '') facts.push({ name: l10n.t('State'), value: state });
  if ('error' in root.state && root.state.error !== undefined) {
    facts.push({ name: l10n.t('Reason'), value: errorWords(root.state.error, l10n).detail });
  }
  const { snapshot } = root;
  if (snapshot === undefined) return facts;
  const backends = [
    ...snapshot.backends.iptables.map((backend) => `iptables (${backend})`),
    ...(snapshot.backends.ipvs ? ['ipvs'] : []),
    ...(snapshot.backends.nftables ? ['nftables'] : []),
  ];
  facts.push(
    { name: l10n.t('Node'), value: root.kind === 'node' ? snapshot.nodeName : '', code: true },
    { name: l10n.t('Mode'), value: modeText(snapshot.mode, l10n) },
    { name: l10n.t('Rules in'), value: backends.join(', ') },
    { name: l10n.t('Services'), value: numbers.integer(snapshot.services) },
    {
      name: l10n.t('Problems'),
      value: l10n.t('{0} errors, {1} warnings', snapshot.problems.error, snapshot.problems.warning),
    },
    { name: l10n.t('Read at'), value: numbers.time(snapshot.takenAt) },
    {
      name: l10n.t('Time'),
      value: l10n.t(
        '{0} ms to read, {1} ms to understand',
        numbers.integer(snapshot.timing.collectMs),
        numbers.integer(snapshot.timing.interpretMs),
      ),
    },
  );
  if (root.changes !== undefined) facts.push(...changeFacts(root.changes.state, l10n, numbers));
  if (snapshot.kubeProxy !== undefined) {
    const { running, version, mode } = snapshot.kubeProxy;
    facts.push({
      name: 'kube-proxy',
      value: joinDescription(running ? l10n.t('running') : l10n.t('not running'), version, mode),
    });
  }
  return facts;
}

function rootWords(root: RootFacts): readonly string[] {
  const words: string[] = ['root', root.kind];
  switch (root.state.kind) {
    case 'ready':
    case 'reading':
    case 'failed':
      words.push('ready');
      if (root.kind === 'node') words.push('reachable');
      break;
    case 'disconnected':
      words.push('unreachable');
      break;
    case 'connecting':
      words.push('reachable');
      break;
    case 'reconnecting':
      words.push('reachable', 'unreachable');
  }
  if (root.canUninstall) words.push('uninstallable');
  if (root.changes !== undefined && words.includes('ready')) words.push(...changeWords(root.changes));
  return words;
}
