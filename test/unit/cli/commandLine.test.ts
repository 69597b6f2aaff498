import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readCommandLine } from '../../../agent/cli/commandLine.ts';
import { UsageError } from '../../../agent/cli/usageError.ts';

const read = { command: 'read', mode: 'auto', from: [], objects: [], nodeName: undefined, output: 'tree' };

describe('the command line', () => {
  const valid: readonly [argv: string, expected: object][] = [
    ['', { command: 'help' }],
    ['--help', { command: 'help' }],
    ['read -h', { command: 'help' }],
    ['--version', { command: 'version' }],
    ['read', read],
    ['read --json', { ...read, output: 'json' }],
    ['read --schema', { ...read, output: 'schema' }],
    ['read --mode ipvs --tree', { ...read, mode: 'ipvs' }],
    ['read --from a b --json c', { ...read, from: ['a', 'b', 'c'], output: 'json' }],
    ['read --from a --from b', { ...read, from: ['a', 'b'] }],
    ['read --from=a --objects o --objects p --node n', { ...read, from: ['a'], objects: ['o', 'p'], nodeName: 'n' }],
    ['parse f --print', { command: 'parse', file: 'f', language: undefined, output: 'print' }],
    ['parse --json - --language nft', { command: 'parse', file: '-', language: 'nft', output: 'json' }],
  ];
  for (const [argv, expected] of valid) {
    it(argv || '(nothing)', () => {
      assert.deepEqual(readCommandLine(argv.split(' ').filter((word) => word !== '')), expected);
    });
  }

  it('compile with what kube-proxy would be told', () => {
    const found = readCommandLine(
      'compile --mode ipvs --objects a --objects - --node n --node-ip 192.0.2.1,fd00::1 --scheduler wlc --out o'.split(
        ' ',
      ),
    );
    assert.equal(found.command, 'compile');
    const { mode, objects, out, proxy } = found;
    assert.deepEqual([mode, objects, out], ['ipvs', ['a', '-'], 'o']);
    assert.deepEqual([proxy.nodeName, proxy.nodeIps, proxy.ipvs?.scheduler], ['n', ['192.0.2.1', 'fd00::1'], 'wlc']);
  });

  const invalid = [
    'write',
    'read --bogus',
    'read a',
    'read --mode userspace',
    'read --json --tree',
    'read --print',
    'read --from',
    'parse',
    'parse a b --print',
    'parse a',
    'parse a --print --json',
    'parse a --print --language json',
    'parse a --from b --print',
    'compile --mode auto --objects o --node n --node-ip 192.0.2.1',
    'compile --objects o --node n --node-ip 192.0.2.1',
    'compile --mode ipvs --node n --node-ip 192.0.2.1',
    'compile --mode ipvs --objects o --node-ip 192.0.2.1',
    'compile --mode ipvs --objects o --node n',
    'compile --mode ipvs --objects o --node n --node-ip 192.0.2.1 p',
    'compile --mode ipvs --objects o --node n --node-ip 192.0.2.1 --json',
    'read --node-ip 192.0.2.1',
  ];
  for (const argv of invalid) {
    it(`${argv} is refused`, () => {
      assert.throws(() => readCommandLine(argv.split(' ')), UsageError);
    });
  }
});
