import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readOptions, UsageError } from '../../start/options.ts';

describe('the options of npm start', () => {
  it('start the test node with ten Services in iptables mode by default', () => {
    assert.deepEqual(readOptions([]), {
      target: { kind: 'testNode', caseName: 'random-1', mode: 'iptables' },
      desktop: false,
    });
  });

  it('choose what the test node holds', () => {
    assert.deepEqual(readOptions(['--mode', 'ipvs', '--case=app1', '--desktop']), {
      target: { kind: 'testNode', caseName: 'app1', mode: 'ipvs' },
      desktop: true,
    });
  });

  it('give saved dumps', () => {
    assert.deepEqual(readOptions(['--dumps', 'a folder'])?.target, { kind: 'dumps', folder: 'a folder' });
  });

  it('ask for help', () => {
    assert.equal(readOptions(['--help']), undefined);
    assert.equal(readOptions(['-h']), undefined);
  });

  for (const [text, user, host, port] of [
    ['node1', undefined, 'node1', undefined],
    ['root@node1:2222', 'root', 'node1', 2222],
    ['192.0.2.1:65535', undefined, '192.0.2.1', 65_535],
    ['admin@[2001:db8::1]', 'admin', '2001:db8::1', undefined],
    ['[2001:db8::1]:22', undefined, '2001:db8::1', 22],
  ] as const) {
    it(`name the host ${text}`, () => {
      assert.deepEqual(readOptions(['--host', text])?.target, { kind: 'host', user, host, port });
    });
  }

  for (const [args, reason] of [
    [['--mdoe', 'ipvs'], /--mdoe/],
    [['ipvs'], /npm start -- --help/],
    [['--mode', 'userspace'], /iptables, ipvs, nftables/],
    [['--host', 'a', '--dumps', 'b'], /exclude each other/],
    [['--host', 'a', '--mode', 'ipvs'], /for the test node/],
    [['--host', ''], /\[USER@\]HOST/],
    [['--host', '2001:db8::1'], /brackets/],
    [['--host', 'node1:0'], /1 to 65535/],
    [['--host', 'node1:65536'], /1 to 65535/],
    [['--dumps'], /--dumps/],
  ] as const) {
    it(`are refused with a reason: ${args.join(' ')}`, () => {
      assert.throws(
        () => readOptions(args),
        (error) => error instanceof UsageError && reason.test(error.message),
      );
    });
  }
});
