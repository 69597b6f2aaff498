import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CommandEnd, CommandResult } from '../../../agent/node/command.ts';
import { commandPart, readCommand } from '../../../agent/node/commandPart.ts';

const identity = { id: 'iptables-save', kind: 'iptables-save' } as const;

function partOf(end: CommandEnd, result: Partial<CommandResult> = {}) {
  const whole = { end, stdout: '', stderr: '', encoding: 'utf-8', durationMs: 5, ...result } as const;
  return commandPart(identity, readCommand('iptables-save', '-c'), whole);
}

describe('commandPart', () => {
  it('is complete when the tool succeeded, also without output', () => {
    const part = partOf({ kind: 'exited', code: 0 });
    assert.equal(part.status, 'complete');
    assert.equal(part.reason, undefined);
    assert.equal(part.durationMs, 5);
  });

  // What the tools of Debian 12 print.
  const refusals: readonly [stderr: string, code: string, status: string][] = [
    ['Failed to list table names in /proc/net/ip_tables_names: Permission denied', 'permission-denied', 'failed'],
    [
      'iptables-nft-save v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)',
      'permission-denied',
      'failed',
    ],
    [
      'Operation not permitted (you must be root)\nnetlink: Error: cache initialization failed: Operation not permitted',
      'permission-denied',
      'failed',
    ],
    ['ipset v7.17: Kernel error received: Operation not permitted', 'permission-denied', 'failed'],
    [
      'Another app is currently holding the xtables lock. Perhaps you want to use the -w option?',
      'lock-held',
      'failed',
    ],
    [
      "Can't initialize ipvs: Protocol not available\nAre you sure that IP Virtual Server is built in the kernel or as module?",
      'not-supported',
      'missing',
    ],
    ['iptables-save: unrecognized option', 'tool-failed', 'failed'],
  ];
  for (const [stderr, code, status] of refusals) {
    it(`understands "${stderr.slice(0, 60)}"`, () => {
      const part = partOf({ kind: 'exited', code: 1 }, { stderr });
      assert.equal(part.reason?.code, code);
      assert.equal(part.status, status);
      assert.ok(part.reason?.message.includes(stderr.split('\n')[0] ?? ''));
    });
  }

  it('tells each bad end', () => {
    const ends: readonly [CommandEnd, string, string][] = [
      [{ kind: 'signalled', signal: 'SIGSEGV' }, 'crashed', 'failed'],
      [{ kind: 'timedOut', afterMs: 2000 }, 'timed-out', 'failed'],
      [{ kind: 'outputTooLong', limit: 10 }, 'output-too-long', 'failed'],
      [{ kind: 'cancelled' }, 'cancelled', 'failed'],
      [{ kind: 'notFound' }, 'tool-not-found', 'missing'],
      [{ kind: 'notStarted', code: 'EACCES' }, 'tool-not-started', 'failed'],
    ];
    for (const [end, code, status] of ends) {
      const part = partOf(end);
      assert.equal(part.reason?.code, code);
      assert.equal(part.status, status);
      assert.match(part.reason?.message ?? '', /^iptables-save .*\.$/);
    }
  });

  it('is partial when there was output before a bad end', () => {
    for (const end of [
      { kind: 'signalled', signal: 'SIGSEGV' },
      { kind: 'timedOut', afterMs: 1 },
      { kind: 'exited', code: 1 },
    ] as const) {
      assert.equal(partOf(end, { stdout: '*nat\n' }).status, 'partial');
    }
  });

  it('shows no control characters of a tool', () => {
    const part = partOf({ kind: 'exited', code: 1 }, { stderr: '\x1b[31mbad\x07\n' });
    assert.equal(part.reason?.args['said'], '[31mbad');
  });
});
