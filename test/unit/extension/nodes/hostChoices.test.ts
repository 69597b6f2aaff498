import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { english } from '../../../../extension/l10n/localizer.ts';
import { type HostSources, hostChoices } from '../../../../extension/nodes/hostChoices.ts';

const sources: HostSources = {
  typed: '',
  typedIsHost: false,
  remembered: ['root@10.0.0.1'],
  listed: [
    { alias: 'node-1', file: '/home/u/.ssh/config', line: 1 },
    { alias: 'root@10.0.0.1', file: '/home/u/.ssh/config', line: 4 },
  ],
  localIsLinux: true,
};
const labels = (changes: Partial<HostSources>): readonly string[] =>
  hostChoices({ ...sources, ...changes }, english).map(({ kind, label }) => (kind === 'group' ? `-- ${label}` : label));

describe('list of hosts', () => {
  it('shows what was used before, then the SSH configuration without it, then this machine', () => {
    assert.deepEqual(labels({}), [
      '-- used before',
      'root@10.0.0.1',
      '-- SSH configuration',
      'node-1',
      '-- without SSH',
      'This machine',
    ]);
  });

  it('offers what was typed when it is a host that is not listed', () => {
    assert.equal(labels({ typed: 'u@h:22', typedIsHost: true })[0], 'u@h:22');
    assert.equal(labels({ typed: 'node-1', typedIsHost: true })[0], '-- used before');
    assert.equal(labels({ typed: 'no host', typedIsHost: false })[0], '-- used before');
  });

  it('leaves out empty groups, and this machine where it cannot be a node', () => {
    assert.deepEqual(labels({ remembered: [], listed: [], localIsLinux: false }), []);
  });
});
