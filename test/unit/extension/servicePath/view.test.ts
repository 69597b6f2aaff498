import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fromView, type PathGraph, type PathNode, toView } from '../../../../webview/protocol/servicePath.ts';
import { edgePath } from '../../../../webview/servicePath/edgePath.ts';
import { layOut, nodeHeight, rowGap } from '../../../../webview/servicePath/layout.ts';
import { nextNode } from '../../../../webview/servicePath/navigation.ts';
import { collapsedId, visibleGraph } from '../../../../webview/servicePath/visibleGraph.ts';

const node = (id: string, kind: PathNode['kind']): PathNode => ({ id, kind, label: id, detail: '', spoken: id });

/** Two frontends, an external chain before the cluster's one, and endpoints. */
const graph: PathGraph = {
  title: 'default/app1:http',
  nodes: [
    node('clusterIP', 'frontend'),
    node('nodePort', 'frontend'),
    node('KUBE-EXT', 'chain'),
    node('KUBE-SVC', 'chain'),
    node('e1', 'endpoint'),
    node('e2', 'endpoint'),
  ],
  edges: [
    { from: 'clusterIP', to: 'KUBE-SVC' },
    { from: 'nodePort', to: 'KUBE-EXT' },
    { from: 'KUBE-EXT', to: 'KUBE-SVC' },
    { from: 'KUBE-SVC', to: 'e1', share: 0.5, text: '50%' },
    { from: 'KUBE-SVC', to: 'e2', share: 0.5, text: '50%' },
  ],
};

describe('layout of the Service path', () => {
  const layout = layOut(graph, 1_000);
  const placeOf = (id: string) => {
    const placed = layout.nodes.find((other) => other.node.id === id);
    assert.ok(placed, id);
    return placed;
  };

  it('puts each node right of what leads to it', () => {
    for (const { from, to } of graph.edges) assert.ok(placeOf(from).column < placeOf(to).column, `${from} -> ${to}`);
    assert.equal(placeOf('e1').column, placeOf('e2').column);
  });

  it('fits into the width that there is, but stays readable', () => {
    assert.ok(layout.width <= 1_000);
    assert.ok(layOut(graph, 100).width > 500);
  });

  it('leads a line that skips a column between the rows', () => {
    const from = placeOf('clusterIP');
    const passed = placeOf('KUBE-EXT');
    const [, horizontal = ''] = /L([\d.]+ [\d.]+)/.exec(edgePath(from, placeOf('KUBE-SVC'), layout)) ?? [];
    const y = Number(horizontal.split(' ')[1]);
    const fromRowTop = (y - passed.y) % (nodeHeight + rowGap);
    assert.ok(fromRowTop > nodeHeight, `${y} is between the rows that begin at ${passed.y}`);
  });

  it('ends for rules that go round in circles', () => {
    const circle = { ...graph, edges: [...graph.edges, { from: 'KUBE-SVC', to: 'KUBE-EXT' }] };
    assert.equal(layOut(circle, 1_000).nodes.length, graph.nodes.length);
  });

  it('moves with the arrow keys', () => {
    assert.equal(nextNode('ArrowRight', 'nodePort', graph, layout), 'KUBE-EXT');
    assert.equal(nextNode('ArrowLeft', 'e1', graph, layout), 'KUBE-SVC');
    assert.equal(nextNode('ArrowDown', 'e1', graph, layout), 'e2');
    assert.equal(nextNode('ArrowUp', 'e1', graph, layout), undefined);
    assert.equal(nextNode('x', 'e1', graph, layout), undefined);
  });
});

describe('what is shown of the Service path', () => {
  const word = (count: number): string => `${count} more`;

  it('is what matches the filter with all before and behind it', () => {
    const shown = visibleGraph(graph, { filter: 'KUBE-ext', allEndpoints: false }, word);
    assert.deepEqual(
      shown.nodes.map(({ id }) => id),
      ['nodePort', 'KUBE-EXT', 'KUBE-SVC', 'e1', 'e2'],
    );
    assert.deepEqual(visibleGraph(graph, { filter: 'nothing', allEndpoints: false }, word).nodes, []);
  });

  it('is the first 50 endpoints until the others are asked for', () => {
    const endpoints = Array.from({ length: 120 }, (_, index) => node(`e${index}`, 'endpoint'));
    const many: PathGraph = {
      title: '',
      nodes: [node('KUBE-SVC', 'chain'), ...endpoints],
      edges: endpoints.map(({ id }) => ({ from: 'KUBE-SVC', to: id })),
    };
    const collapsed = visibleGraph(many, { filter: '', allEndpoints: false }, word);
    assert.equal(collapsed.nodes.length, 52);
    assert.equal(collapsed.nodes.at(-1)?.label, '70 more');
    assert.deepEqual(collapsed.edges.at(-1), { from: 'KUBE-SVC', to: collapsedId });
    assert.equal(visibleGraph(many, { filter: '', allEndpoints: true }, word).nodes.length, 121);
  });
});

describe('messages of the Service path', () => {
  it('are refused when they are not what was agreed', () => {
    assert.equal(fromView.safeParse({ type: 'openRules' }).success, false);
    assert.equal(fromView.safeParse({ type: 'openRules', element: 'e' }).success, true);
    assert.equal(toView.safeParse({ type: 'graph', graph: { nodes: [] } }).success, false);
  });
});
