import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TreeElement } from '../../../../agent/protocol/treeElement.ts';
import { TransportError } from '../../../../extension/common/transportError.ts';
import { english } from '../../../../extension/l10n/localizer.ts';
import { RootTree } from '../../../../extension/tree/rootTree.ts';
import type { TreeNode } from '../../../../extension/tree/treeNode.ts';
import { TreeOptions } from '../../../../extension/tree/treeOptions.ts';
import { elements } from '../elements.ts';
import { fakeRoot, summary } from '../fakeRoot.ts';

const never = new AbortController().signal;
const lost = new TransportError('connectionLost', { step: 'session', args: {} });

function setUp(parts: Parameters<typeof fakeRoot>[0]) {
  const fake = fakeRoot(parts);
  const options = new TreeOptions('name');
  return { ...fake, options, tree: new RootTree(fake.root, options, () => 2, english) };
}

/** Lines as one word or sentence each. */
async function lines(tree: RootTree): Promise<readonly string[]> {
  return (await tree.children(tree.node)).map(line);
}

function line(node: TreeNode): string {
  switch (node.type) {
    case 'root':
      return 'root';
    case 'element':
      return node.element.id;
    case 'more':
      return `more: ${node.total - node.shown}`;
    case 'message':
      return node.text;
  }
}

const entries = (count: number): readonly TreeElement[] =>
  Array.from({ length: count }, (_, index) => ({ ...elements.setEntry, id: `entry/${index}` }));

describe('lines below a root', () => {
  it('are the first page and a line for the next', async () => {
    const { root, tree } = setUp({ children: entries(5) });
    await root.connect(never);
    assert.deepEqual(await lines(tree), ['entry/0', 'entry/1', 'more: 3']);
    tree.more(tree.node);
    assert.deepEqual(await lines(tree), ['entry/0', 'entry/1', 'entry/2', 'entry/3', 'more: 1']);
  });

  it('hold an element that is revealed beyond the page', async () => {
    const { root, tree } = setUp({ children: entries(5) });
    await root.connect(never);
    const changed: TreeNode[] = [];
    const node = await tree.nodeAt([{ ...elements.setEntry, id: 'entry/4' }], (parent) => changed.push(parent));
    assert.equal(line(node), 'entry/4');
    assert.deepEqual(changed, [tree.node]);
    assert.deepEqual(await lines(tree), ['entry/0', 'entry/1', 'more: 3', 'entry/4']);
  });

  it('ask for what the tree is filtered and sorted by', async () => {
    const { root, tree, options, requests } = setUp({});
    await root.connect(never);
    options.filter = ' dns 53 ';
    options.sort = 'traffic';
    assert.deepEqual(await lines(tree), ['Nothing matches "dns 53". Clear Filter']);
    assert.deepEqual(requests, [{ snapshot: '1', offset: 0, limit: 2, filter: { text: 'dns 53' }, sort: 'traffic' }]);
  });

  it('say that nothing is connected yet, or why not', async () => {
    const { tree, link } = setUp({});
    assert.deepEqual(await lines(tree), ['Not connected. Reconnect']);
    link.enter({ kind: 'closed', error: lost });
    assert.deepEqual(await lines(tree), [
      'The connection ended: The connection to the node was lost. Connect again.',
      'Try Again',
    ]);
  });

  it('stay as far as they are loaded while the connection is gone', async () => {
    const { root, tree, link } = setUp({ children: [elements.services] });
    await root.connect(never);
    assert.deepEqual(await lines(tree), ['services']);
    link.enter({ kind: 'reconnecting', attempt: 1, error: lost });
    assert.deepEqual(await lines(tree), ['services']);
    tree.invalidate();
    assert.deepEqual(await lines(tree), ['services']);
    const below: TreeNode = { type: 'element', root, element: elements.services, parent: tree.node };
    assert.deepEqual((await tree.children(below)).map(line), ['Not connected. Reconnect']);
  });

  it('say that there are no rules of kube-proxy', async () => {
    const { root, tree } = setUp({ read: async () => ({ ...summary('1'), mode: 'none' }), children: [elements.parts] });
    await root.connect(never);
    assert.deepEqual(await lines(tree), ['No rules of kube-proxy were found here.', 'parts']);
  });

  it('say above the old ones that a refresh failed', async () => {
    let fails = false;
    const read = async () => {
      if (fails) throw new Error('no more memory');
      return summary('1');
    };
    const { root, tree } = setUp({ read, children: [elements.services] });
    await root.connect(never);
    fails = true;
    await root.refresh();
    assert.deepEqual(await lines(tree), ['Reading the rules failed: no more memory', 'Try Again', 'services']);
  });
});
