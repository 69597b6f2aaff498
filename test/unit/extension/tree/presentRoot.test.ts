import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChangeState } from '../../../../agent/protocol/changeMessages.ts';
import type { SnapshotSummary } from '../../../../agent/protocol/messages.ts';
import { changeStatus } from '../../../../extension/change/changeStatusText.ts';
import { TransportError } from '../../../../extension/common/transportError.ts';
import { english } from '../../../../extension/l10n/localizer.ts';
import { type KnownChanges, knownChanges } from '../../../../extension/nodes/knownChanges.ts';
import type { RootState } from '../../../../extension/nodes/root.ts';
import { statusBarText } from '../../../../extension/nodes/statusBarText.ts';
import { numberWords } from '../../../../extension/tree/presentation/numberWords.ts';
import { presentRoot } from '../../../../extension/tree/presentation/presentRoot.ts';

const snapshot: SnapshotSummary = {
  snapshot: '1',
  takenAt: '2026-11-21T12:00:00Z',
  nodeName: 'testnode',
  origin: 'live',
  mode: 'ipvs',
  backends: { iptables: ['legacy'], nftables: false, ipvs: true },
  services: 1_234,
  problems: { error: 1, warning: 2, information: 3 },
  kubeProxy: { running: true, version: 'v1.36.3', mode: 'ipvs' },
  timing: { collectMs: 317.4, interpretMs: 12 },
};
const lost = new TransportError('connectionLost', { step: 'session', args: {} });

function present(state: RootState, shown: SnapshotSummary | 'none' = snapshot, changes?: KnownChanges) {
  const root = {
    kind: 'node',
    label: 'node-1',
    source: 'root@node-1',
    state,
    snapshot: shown === 'none' ? undefined : shown,
    canUninstall: true,
    changes,
  } as const;
  return presentRoot(root, english, numberWords('en'));
}

describe('roots', () => {
  it('say mode, size and health', () => {
    const shown = present({ kind: 'ready' });
    assert.equal(shown.description, 'ipvs · 1,234 Services · 3 problems');
    assert.deepEqual(shown.icon, { id: 'vm-running', color: 'problemsErrorIcon.foreground' });
    assert.equal(shown.contextWords, 'root;node;ready;reachable;uninstallable');
    assert.ok(shown.facts.some(({ value }) => value === 'running · v1.36.3 · ipvs'));
  });

  it('say that there are no rules of Services', () => {
    assert.equal(
      present(
        { kind: 'ready' },
        { ...snapshot, mode: 'none', services: 0, problems: { error: 0, warning: 0, information: 0 } },
      ).description,
      'no Service rules',
    );
  });

  it('say what connecting is at', () => {
    const progress = { step: 'upload', file: 'runtime', doneBytes: 50, totalBytes: 200 } as const;
    assert.equal(present({ kind: 'connecting', progress }, 'none').description, 'Copying the runtime to the node: 25%');
    assert.equal(
      present({ kind: 'reading', progress: { part: 'ipset-save', done: 2, total: 9 } }, 'none').description,
      'reading ipset-save (2 of 9)...',
    );
  });

  it('say that a connection was lost and can be made again', () => {
    const shown = present({ kind: 'reconnecting', attempt: 2, error: lost });
    assert.equal(shown.description, 'ipvs · connection lost, attempt 2 to reconnect');
    assert.match(shown.contextWords, /reachable;unreachable/);
    assert.match(present({ kind: 'disconnected' }).contextWords, /;unreachable/);
  });

  it('explain a failure in the tooltip', () => {
    const shown = present({ kind: 'disconnected', error: lost }, 'none');
    assert.equal(shown.description, 'The connection ended');
    assert.deepEqual(
      shown.facts.filter(({ name }) => name === 'Reason').map(({ value }) => value),
      ['The connection to the node was lost. Connect again.'],
    );
  });
});

describe('nodes that can be changed', () => {
  const change = {
    change: '1',
    kind: 'switch',
    appliedAt: '2026-11-21T12:00:00Z',
    from: 'iptables',
    to: 'ipvs',
    state: 'pending',
    deadline: '2026-11-21T12:01:00Z',
    secondsLeft: 42,
  } as const;
  const state: ChangeState = {
    marked: true,
    markFile: '/etc/mark',
    writable: true,
    kubeProxyRunning: false,
    undoable: true,
    draining: 0,
    hasObjects: true,
  };
  const none = { ...snapshot, problems: { error: 0, warning: 0, information: 0 } };
  const shown = (given: Partial<ChangeState>, root: RootState = { kind: 'ready' }) =>
    present(root, none, knownChanges({ ...state, ...given }, 0));

  it('say that they are marked', () => {
    assert.equal(shown({}).description, 'ipvs · test node · 1,234 Services');
    assert.equal(shown({ marked: false }).description, 'ipvs · 1,234 Services');
    assert.match(shown({}).contextWords, /;testNode;undoable$/);
    assert.match(shown({ marked: false, undoable: false }).contextWords, /;unmarked$/);
    assert.ok(!/testNode|unmarked/.test(shown({ writable: false }).contextWords));
  });

  it('say that a change waits to be confirmed, and what drains', () => {
    assert.equal(
      shown({ latest: change, draining: 2 }).description,
      'ipvs · test node · change not confirmed yet · 2 connections draining · 1,234 Services',
    );
    assert.match(shown({ latest: change }).contextWords, /;pendingChange;/);
    assert.ok(
      shown({ latest: change }).facts.some(({ value }) => value.startsWith('iptables → ipvs · change not confirmed')),
    );
  });

  it('say nothing of a change while they are not connected', () => {
    assert.equal(
      shown({ latest: change, draining: 2 }, { kind: 'disconnected' }).description,
      'ipvs · test node · disconnected',
    );
  });

  it('count down by the time that the node said is left', () => {
    const root = { label: 'node-1', changes: knownChanges({ ...state, latest: change }, 1_000) };
    const words = changeStatus([root], 3_500, english, numberWords('en'));
    assert.equal(words?.text, 'node-1 rolls back in 40 s');
    assert.equal(words?.pending, root);
    const draining = { label: 'node-1', changes: knownChanges({ ...state, draining: 1 }, 0) };
    assert.equal(changeStatus([draining], 0, english, numberWords('en'))?.text, 'node-1: 1 connection draining');
    const still = { label: 'node-1', changes: knownChanges(state, 0) };
    assert.equal(changeStatus([still], 0, english, numberWords('en')), undefined);
  });
});

describe('status bar', () => {
  const root = (state: RootState) => ({ kind: 'node', label: 'node-1', state, snapshot }) as const;

  it('is empty while nothing is open', () => {
    assert.equal(statusBarText([], english), undefined);
  });

  it('shows node and mode, and stays calm during a refresh', () => {
    assert.equal(statusBarText([root({ kind: 'ready' })], english)?.text, 'node-1 · ipvs');
    assert.equal(statusBarText([root({ kind: 'reading' })], english)?.text, 'node-1 · ipvs');
  });

  it('counts several, and says in the tooltip how each stands', () => {
    const words = statusBarText([root({ kind: 'ready' }), root({ kind: 'disconnected', error: lost })], english);
    assert.equal(words?.text, '2 nodes and dumps');
    assert.equal(words?.failed, true);
    assert.equal(words?.tooltip, 'node-1 · ipvs\nnode-1 · ipvs · The connection ended');
  });
});
