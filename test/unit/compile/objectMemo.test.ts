import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compileIptables } from '../../../agent/compile/iptables/compileIptables.ts';
import { ObjectMemo } from '../../../agent/compile/objectMemo.ts';
import type { ProxyOptions } from '../../../agent/compile/proxyOptions.ts';
import { resolveServices } from '../../../agent/compile/resolveServices.ts';
import type { IpFamily } from '../../../agent/model/address.ts';
import type { IptablesRules } from '../../../agent/model/serviceRules.ts';
import type { KubernetesObjects } from '../../../agent/objects/kubernetesObjects.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';
import { generatedSet, objectLines } from '../../peers/generatedObjects.ts';
import { EditedObjects } from '../../support/editedObjects.ts';

function compiled(objects: KubernetesObjects, options: ProxyOptions, family: IpFamily): IptablesRules {
  return compileIptables(resolveServices(objects, options, family), options, family);
}

describe('a memo', () => {
  it('makes a value anew when something that it depends on is another', () => {
    const memo = new ObjectMemo<object, number>();
    let made = 0;
    const [a, b, part] = [{}, {}, {}];
    const ask = (key: object, ...parts: unknown[]): number => memo.get(key, parts, () => ++made);
    assert.deepEqual([ask(a, 1, part), ask(a, 1, part), ask(b, 1, part), ask(a, 1, part)], [1, 1, 2, 1]);
    assert.deepEqual([ask(a, 2, part), ask(a, 2, {}), ask(a, 2)], [3, 4, 5]);
  });

  it('never shows in rules: they are those of the same objects read anew', () => {
    const { objects, options } = generatedSet(42);
    const edited = new EditedObjects(readObjects(objectLines(objects), 'objects.jsonl').objects, 7);
    const optionsInTurn: readonly ProxyOptions[] = [
      options,
      { ...options, masqueradeAll: !options.masqueradeAll },
      { ...options, nodeName: 'node-b' },
      { ...options, localDetector: { kind: 'interfaceNamePrefix', prefix: 'veth' } },
      { ...options, zone: 'zone-c', localhostNodePorts: !options.localhostNodePorts },
      { ...options, nodeIps: new Map([['ipv4', '198.51.100.1']]) },
    ];
    for (let number = 0; number < 60; number++) {
      edited.edit();
      const current = optionsInTurn[number % optionsInTurn.length] ?? options;
      for (const family of ['ipv4', 'ipv6'] as const) {
        const anew = compiled(structuredClone(edited.objects), current, family);
        assert.deepEqual(compiled(edited.objects, current, family), anew, `edit ${number}`);
      }
    }
  });

  it('never shows in rules of more endpoints than get comments', () => {
    const { objects, options } = generatedSet(80);
    const { objects: many } = readObjects(objectLines(objects), 'objects.jsonl');
    const few = { ...many, endpointSlices: many.endpointSlices.filter(({ endpoints }) => endpoints.length < 20) };
    for (const set of [many, few, many]) {
      assert.deepEqual(compiled(set, options, 'ipv4'), compiled(structuredClone(set), options, 'ipv4'));
    }
  });
});
