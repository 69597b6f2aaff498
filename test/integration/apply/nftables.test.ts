import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assumedKernelFacts, completeProxyOptions } from '../../../agent/compile/defaultProxyOptions.ts';
import { compileNftables } from '../../../agent/compile/nftables/compileNftables.ts';
import type { ProxyOptions } from '../../../agent/compile/proxyOptions.ts';
import { resolveServices } from '../../../agent/compile/resolveServices.ts';
import type { IpFamily } from '../../../agent/model/address.ts';
import type { NftablesTable } from '../../../agent/model/serviceRules.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';
import { planNftables } from '../../../agent/plan/nftables/planNftables.ts';
import { sameRules } from '../../../agent/plan/nftables/sameMeaning.ts';
import { generatedSet, objectLines } from '../../peers/generatedObjects.ts';
import { type ApiObject, mixedObjects } from '../../peers/mixedObjects.ts';
import { assertStands, NftablesKernel } from './nftablesKernel.ts';

const families: readonly IpFamily[] = ['ipv4', 'ipv6'];

/** The node of the mixed objects. */
const testNode = completeProxyOptions(
  { nodeName: 'testnode', nodeIps: ['10.0.2.15'], zone: 'zone-a' },
  assumedKernelFacts(['10.0.2.15']),
);

function compiled(objects: readonly ApiObject[], options: ProxyOptions, family: IpFamily): NftablesTable {
  const { objects: read } = readObjects(objectLines(objects), 'objects.jsonl');
  return compileNftables(resolveServices(read, options, family), options, family);
}

describe('the kernel after nftables rules were applied', () => {
  for (const family of families) {
    it(`holds what each of several sets of Services asks for, and all else as it was: ${family}`, () => {
      using kernel = new NftablesKernel();
      const foreign = kernel.foreignTables();
      let current: NftablesTable | undefined;
      for (const seed of [1, 2, 3, 4, 5, 6, 7, 13, 20, 31]) {
        const { objects, options } = generatedSet(seed);
        const desired = compiled(objects, options, family);
        kernel.change(current, desired, family);
        assertStands(kernel, desired, family);
        current = desired;
      }
      assert.ok((current?.chains.size ?? 0) > 50);
      kernel.change(kernel.read(family), undefined, family);
      assertStands(kernel, undefined, family);
      assert.equal(kernel.foreignTables(), foreign);
    });

    it(`goes back to what was read from it: ${family}`, () => {
      using kernel = new NftablesKernel();
      const { objects, options } = generatedSet(8);
      const first = compiled(objects, options, family);
      kernel.change(undefined, first, family);
      const before = kernel.read(family);
      const { objects: others, options: otherOptions } = generatedSet(9);
      kernel.change(before, compiled(others, otherOptions, family), family);
      // Back to what was read, as a rollback does.
      kernel.change(kernel.read(family), before, family);
      assertStands(kernel, first, family);
    });
  }

  it('holds the mask of any bit that packets are marked with', () => {
    using kernel = new NftablesKernel();
    let current: NftablesTable | undefined;
    for (const masqueradeBit of [0, 15, 31]) {
      const desired = compiled([], { ...testNode, masqueradeBit, masqueradeAll: true }, 'ipv4');
      kernel.change(current, desired, 'ipv4');
      assertStands(kernel, desired, 'ipv4');
      current = desired;
    }
  });

  it('keeps the clients of endpoints that stay', () => {
    using kernel = new NftablesKernel();
    const before = compiled(mixedObjects(5, 40), testNode, 'ipv4');
    kernel.change(undefined, before, 'ipv4');
    const [client] = [...before.sets.keys()].filter((name) => name.startsWith('affinity-'));
    assert.ok(client);
    kernel.nft(`add element ip kube-proxy ${client} { 192.0.2.200 timeout 1h }\n`);
    assert.ok(kernel.list().includes('192.0.2.200'));
    const after = compiled(mixedObjects(5, 39), testNode, 'ipv4');
    assert.ok(kernel.change(before, after, 'ipv4').length > 0);
    assert.ok(kernel.list().includes('192.0.2.200'));
  });
});

describe('nftables rules while they are applied', () => {
  it('lead every packet to a chain as it was or as it will be', () => {
    using kernel = new NftablesKernel();
    const before = compiled(mixedObjects(3, 250), testNode, 'ipv4');
    const after = compiled(mixedObjects(4, 300), testNode, 'ipv4');
    kernel.change(undefined, before, 'ipv4');
    const { steps } = planNftables(before, after, 'ipv4');
    assert.ok(steps.length > 3, 'the change must not fit into one transaction');
    for (const step of steps) {
      kernel.run(step);
      const standing = kernel.read('ipv4');
      assert.ok(standing);
      assertWhole(standing, before, after);
    }
    assertStands(kernel, after, 'ipv4');
  });

  it('can be gone on with or gone back from wherever applying broke off', () => {
    using kernel = new NftablesKernel();
    const before = compiled(mixedObjects(6, 200), testNode, 'ipv4');
    const after = compiled(mixedObjects(7, 260), testNode, 'ipv4');
    const { steps } = planNftables(before, after, 'ipv4');
    for (const count of steps.keys()) {
      kernel.change(kernel.read('ipv4'), before, 'ipv4');
      assertStands(kernel, before, 'ipv4');
      for (const step of steps.slice(0, count)) kernel.run(step);
      kernel.change(kernel.read('ipv4'), after, 'ipv4');
      assertStands(kernel, after, 'ipv4');
    }
  });
});

/** Fails where a packet could find something that stands neither before nor after the change. */
function assertWhole(standing: NftablesTable, before: NftablesTable, after: NftablesTable): void {
  const isWhole = (name: string): boolean => {
    const rules = standing.chains.get(name)?.rules ?? [];
    return [before, after].some(({ chains }) => {
      const known = chains.get(name);
      return known !== undefined && sameRules(rules, known.rules);
    });
  };
  for (const name of ['service-ips', 'service-nodeports', 'firewall-ips', 'no-endpoint-services']) {
    for (const [key, verdict] of standing.sets.get(name)?.elements ?? []) {
      const chain = verdict.replace(/^goto /, '');
      assert.ok(verdict === 'drop' || isWhole(chain), `${name} leads ${key} to half of ${chain}`);
    }
  }
  for (const [name, { hook }] of standing.chains) assert.ok(hook === undefined || isWhole(name), name);
  // Who is served before and after is served all the time.
  for (const key of before.sets.get('service-ips')?.elements.keys() ?? []) {
    if (!after.sets.get('service-ips')?.elements.has(key)) continue;
    assert.ok(standing.sets.get('service-ips')?.elements.has(key), `nobody serves ${key}`);
  }
}
