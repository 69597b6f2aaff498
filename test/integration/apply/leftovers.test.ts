import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import * as z from 'zod/mini';
import { SeededRandom } from '../../peers/seededRandom.ts';
import { BundledAgent, ChangedNode } from './changedNode.ts';
import { shopObjects } from './shopObjects.ts';

const agent = new BundledAgent();
after(() => agent[Symbol.dispose]());

const found = z.object({
  mode: z.string(),
  leftovers: z.array(
    z.object({
      part: z.string(),
      family: z.string(),
      backend: z.optional(z.string()),
      place: z.string(),
      count: z.number(),
    }),
  ),
});

const foreign = '-A INPUT -s 192.0.2.1/32 -j DROP';

function recorded(mode: string, file: string): string {
  return readFileSync(join(import.meta.dirname, '../../golden/data/mixed-60', mode, file), 'utf8');
}

/** Rules as kube-proxy had made them, among one of somebody else. The counters that they name do not exist here. */
function kubeProxyRules(): string {
  return recorded('iptables', 'iptables-save.txt')
    .replace(/ -m nfacct --nfacct-name +\S+/g, '')
    .replace('-A FORWARD ', `${foreign}\n-A FORWARD `);
}

async function leftovers(node: ChangedNode): Promise<z.infer<typeof found>> {
  const { stdout, stderr, end } = await node.agent('leftovers', '--json');
  assert.equal(end, 0, stderr);
  return found.parse(JSON.parse(stdout));
}

async function run(node: ChangedNode, ...argv: string[]): Promise<string> {
  const { stdout, stderr, end } = await node.agent(...argv);
  assert.equal(end, 0, stderr);
  return stdout;
}

function iptables(node: ChangedNode, backend: 'legacy' | 'nft'): string {
  return node.namespace.output(`iptables-${backend}-save`, []);
}

describe('what an earlier mode left behind', () => {
  it('is found, removed, and put back on demand, while everything else stays', async () => {
    using node = new ChangedNode(agent);
    node.namespace.output('iptables-nft-restore', [], kubeProxyRules());
    node.namespace.output('nft', ['-f', '-'], recorded('nftables', 'nft.txt'));
    const before = node.rules();

    const { mode, leftovers: all } = await leftovers(node);
    assert.equal(mode, 'nftables');
    const places = all.map(({ place }) => place);
    for (const place of ['nat KUBE-SERVICES', 'nat KUBE-SEP-*', 'filter INPUT', 'mangle KUBE-PROXY-CANARY']) {
      assert.ok(places.includes(place), place);
    }
    assert.ok(all.every(({ part, backend }) => part === 'iptables' && backend === 'nf_tables'));

    await run(node, 'clean-up', '--yes');
    assert.deepEqual(await leftovers(node), { mode: 'nftables', leftovers: [] });
    const rules = iptables(node, 'nft');
    assert.ok(rules.includes(foreign));
    assert.equal(rules.includes('KUBE-'), false);
    assert.equal(await run(node, 'clean-up', '--yes'), 'The node is as wanted.\n');

    await run(node, 'undo', '--yes');
    assert.deepEqual(node.rules(), before);
  });

  it('in the other backend keeps rules from being applied until it is removed', async () => {
    using node = new ChangedNode(agent);
    node.namespace.output('iptables-nft-restore', [], kubeProxyRules());
    node.namespace.output('iptables-legacy-restore', [], kubeProxyRules());
    const objects = node.objectsFile('objects.json', shopObjects(new SeededRandom(1)));
    const apply = [
      'apply',
      '--yes',
      '--objects',
      objects,
      '--node',
      'node-a',
      '--node-ip',
      '10.0.0.1',
      '--set-prerequisites',
    ];
    const refused = await node.agent(...apply);
    assert.equal(refused.end, 1);
    assert.match(refused.stderr, /both backends of iptables; clean up first/);

    const { mode, leftovers: all } = await leftovers(node);
    assert.equal(mode, 'iptables');
    const [backend, ...others] = new Set(all.map((each) => each.backend));
    assert.deepEqual(others, []);
    await run(node, 'clean-up', '--yes');
    const [left, kept] = backend === 'legacy' ? (['legacy', 'nft'] as const) : (['nft', 'legacy'] as const);
    assert.equal(iptables(node, left).includes('KUBE-'), false);
    assert.ok(iptables(node, left).includes(foreign));
    assert.ok(iptables(node, kept).includes('KUBE-SEP-'));
    assert.deepEqual((await leftovers(node)).leftovers, []);
    await run(node, ...apply);
  });

  it('is nothing on a node that nobody has programmed', async () => {
    using node = new ChangedNode(agent);
    assert.match(await run(node, 'leftovers'), /^The node's mode is none\.\nNothing is left behind\.\n$/);
  });
});
