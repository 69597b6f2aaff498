import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { serviceOwners } from '../../../agent/change/serviceOwners.ts';
import { compileRules } from '../../../agent/compile/compileRules.ts';
import { assumedKernelFacts, completeProxyOptions } from '../../../agent/compile/defaultProxyOptions.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';

const caseFile = join(import.meta.dirname, '../../golden/data/random-1/objects.jsonl');

describe('serviceOwners', () => {
  it('says of every virtual server of both families to which Service it belongs', () => {
    const given = { nodeName: 'node-a', nodeIps: ['192.0.2.10', '2001:db8::10'] };
    const options = completeProxyOptions(given, assumedKernelFacts(given.nodeIps));
    const { objects } = readObjects(readFileSync(caseFile, 'utf8'), 'objects');
    const owners = serviceOwners(objects, options);
    const { families } = compileRules(objects, options, 'ipvs');
    const keys = [...families.values()].flatMap(({ virtualServers }) => [...virtualServers.keys()]);
    assert.ok(keys.length > 5);
    assert.deepEqual(
      keys.filter((key) => !owners.has(key)),
      [],
    );
    const names = new Set(objects.services.map(({ namespace, name }) => `${namespace}/${name}`));
    assert.deepEqual(
      [...owners.values()].filter((owner) => !names.has(owner)),
      [],
    );
  });
});
