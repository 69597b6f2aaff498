import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dumpsLabel, parseTargets, rootId } from '../../../../extension/nodes/rootTarget.ts';

describe('targets', () => {
  it('have the same id for the same files in any order', () => {
    assert.equal(rootId({ kind: 'dumps', paths: ['/b', '/a'] }), rootId({ kind: 'dumps', paths: ['/a', '/b'] }));
  });

  it('name dumps by their last folders, on every platform', () => {
    assert.equal(dumpsLabel(['/data/app1/iptables/']), 'app1/iptables');
    assert.equal(dumpsLabel(['C:\\dumps\\node-1']), 'dumps/node-1');
    assert.equal(dumpsLabel(['/a/b/nft.txt', '/a/b/ipset.txt']), 'b/nft.txt +1');
  });

  it('are read back from storage, and what is no target is left out', () => {
    const targets = [{ kind: 'ssh', host: 'h' }, { kind: 'local' }, { kind: 'dumps', paths: ['/a'] }];
    assert.deepEqual(parseTargets(targets), targets);
    assert.deepEqual(parseTargets([null, { kind: 'ssh' }, { kind: 'dumps', paths: [1] }, 'x']), []);
    assert.deepEqual(parseTargets('nonsense'), []);
  });
});
