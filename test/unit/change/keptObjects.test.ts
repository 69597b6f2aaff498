import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type KeptObjects, parseKeptObjects, printKeptObjects } from '../../../agent/change/keptObjects.ts';

const kept: KeptObjects = {
  mode: 'ipvs',
  options: {
    nodeName: 'node-a',
    nodeIps: ['10.0.0.1', 'fd00::1'],
    zone: 'a',
    localDetector: { kind: 'clusterCidr', cidrs: ['10.244.0.0/16'] },
    ipvs: { scheduler: 'sh', excludeCidrs: [] },
  },
  objects: ['kind: Service\n', '', '{"kind": "Sérvice"}'],
};

describe('kept objects', () => {
  it('are read as they were written', () => {
    assert.deepEqual(parseKeptObjects(printKeptObjects(kept)), kept);
    assert.deepEqual(parseKeptObjects(printKeptObjects({ ...kept, objects: [] })), { ...kept, objects: [] });
  });

  for (const text of ['', 'x', '{}\n', '{"mode": "userspace", "options": {}, "lengths": []}\n']) {
    it(`are not taken from ${JSON.stringify(text)}`, () => assert.equal(parseKeptObjects(text), undefined));
  }
});
