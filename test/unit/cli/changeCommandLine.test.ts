import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCommandLine } from '../../../agent/cli/commandLine.ts';
import { UsageError } from '../../../agent/cli/usageError.ts';

const state = {
  stateFolder: '/run/kube-service-rules',
  markFile: '/etc/kube-service-rules/test-node',
};
const options = {
  ...state,
  dryRun: false,
  confirmWithin: undefined,
  drainWithin: undefined,
  yes: false,
  takeOver: false,
  setPrerequisites: false,
  json: false,
};

function read(line: string) {
  return readCommandLine(line.split(' '));
}

describe('command lines that change a node', () => {
  const understood: readonly [line: string, expected: object][] = [
    ['undo', { command: 'undo', ...options }],
    ['clean-up --yes --dry-run', { command: 'clean-up', ...options, yes: true, dryRun: true }],
    [
      'undo --confirm-within 30 --take-over --set-prerequisites --json',
      { command: 'undo', ...options, confirmWithin: 30, takeOver: true, setPrerequisites: true, json: true },
    ],
    ['undo --drain-within 0', { command: 'undo', ...options, drainWithin: 0 }],
    ['confirm', { command: 'confirm', change: undefined, json: false, ...state }],
    ['rollback abc --json', { command: 'rollback', change: 'abc', json: true, ...state }],
    ['rollback --watch abc --state-folder /s', { command: 'watch', change: 'abc', ...state, stateFolder: '/s' }],
    ['mark', { command: 'mark', json: false, ...state }],
    ['unmark', { command: 'unmark', json: false, ...state }],
    ['state --json --mark-file /m', { command: 'state', json: true, ...state, markFile: '/m' }],
    ['leftovers --json', { command: 'leftovers', json: true, ...state }],
    ['serve', { command: 'serve', ...state }],
    ['serve --state-folder /s', { command: 'serve', ...state, stateFolder: '/s' }],
    ['apply --help', { command: 'help' }],
  ];
  for (const [line, expected] of understood) {
    it(`understands ${line}`, () => assert.deepEqual(read(line), expected));
  }

  it('understands what kube-proxy would be told', () => {
    const apply = read('apply --mode ipvs --objects a --objects b --node n --node-ip 10.0.0.1 --scheduler sh');
    assert.ok(apply.command === 'apply');
    assert.equal(apply.mode, 'ipvs');
    assert.deepEqual(apply.objects, ['a', 'b']);
    assert.equal(apply.proxy.nodeName, 'n');
    assert.deepEqual(apply.proxy.nodeIps, ['10.0.0.1']);
    assert.equal(apply.proxy.ipvs?.scheduler, 'sh');
    const change = read('switch --to nftables --zone z');
    assert.ok(change.command === 'switch');
    assert.deepEqual([change.mode, change.objects, change.proxy.zone], ['nftables', [], 'z']);
  });

  for (const line of [
    'apply',
    'apply --objects a --mode userspace',
    'apply --objects a --to ipvs',
    'switch',
    'switch --to auto',
    'undo now',
    'undo --objects a',
    'undo --confirm-within 0',
    'undo --confirm-within 3601',
    'undo --confirm-within soon',
    'undo --drain-within 86401',
    'confirm a b',
    'confirm --watch a',
    'rollback --watch a b',
    'mark --yes',
    'state --state-folder here',
    'leftovers --yes',
    'serve now',
    'serve --json',
  ]) {
    it(`refuses ${line}`, () => assert.throws(() => read(line), UsageError));
  }
});
