import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TreeElement } from '../../../../agent/protocol/treeElement.ts';
import { pathGraph } from '../../../../extension/servicePath/pathGraph.ts';
import { type WalkedElement, walkService } from '../../../../extension/servicePath/walkService.ts';
import { context, elements } from '../elements.ts';

const clusterIP: typeof elements.frontend = {
  ...elements.frontend,
  id: 'clusterIP',
  frontend: 'clusterIP',
  family: 'ipv4',
  ip: '10.96.0.10',
  verdict: 'endpoints',
  localOnly: false,
};
const nodePort: TreeElement = { ...clusterIP, id: 'nodePort', frontend: 'nodePort', ip: undefined, port: 30080 };
const endpoint = (ip: string): WalkedElement => leaf({ ...elements.endpoint, id: ip, ip, localShare: 1 });
const chain = (name: string, role: 'cluster' | 'local' | 'external'): TreeElement => ({
  ...elements.chain,
  id: name,
  name,
  role,
});

function leaf(element: TreeElement, ...children: readonly WalkedElement[]): WalkedElement {
  return { element, children };
}

/** The lines of a graph as `FROM -> TO SHARE`, by label. */
function lines(port: WalkedElement): readonly string[] {
  const { nodes, edges } = pathGraph(port, context);
  const label = (id: string): string => nodes.find((node) => node.id === id)?.label ?? `?${id}`;
  return edges.map(({ from, to, text }) => [label(from), '->', label(to), text].filter(Boolean).join(' ')).sort();
}

describe('path of a Service', () => {
  it('follows iptables rules from their frontends through chains to endpoints', () => {
    const cluster = leaf(chain('KUBE-SVC-A', 'cluster'), endpoint('10.244.0.5'), endpoint('10.244.0.6'));
    const port = leaf(
      elements.servicePort,
      {
        element: clusterIP,
        children: [],
        rule: '-A KUBE-SERVICES -d 10.96.0.10/32 -m comment --comment "x/y drop" -j KUBE-SVC-A',
      },
      { element: nodePort, children: [], rule: '-A KUBE-NODEPORTS -p tcp --dport 30080 -j KUBE-EXT-A' },
      leaf(chain('KUBE-EXT-A', 'external'), cluster, leaf(chain('KUBE-SVL-A', 'local'), endpoint('10.244.0.5'))),
      cluster,
    );
    assert.deepEqual(lines(port), [
      '*:30080 -> KUBE-EXT-A',
      '10.96.0.10:80 -> KUBE-SVC-A',
      'KUBE-EXT-A -> KUBE-SVC-A',
      'KUBE-EXT-A -> KUBE-SVL-A',
      'KUBE-SVC-A -> 10.244.0.5:8080 33.3%',
      'KUBE-SVC-A -> 10.244.0.6:8080 33.3%',
      'KUBE-SVL-A -> 10.244.0.5:8080 100%',
    ]);
  });

  it('follows nftables map elements', () => {
    const port = leaf(
      elements.servicePort,
      leaf(clusterIP),
      leaf(nodePort),
      leaf({ ...elements.mapElement, id: 'm1', verdict: 'goto service-A/default/app1/tcp/http' }),
      leaf({ ...elements.mapElement, id: 'm2', key: 'tcp . 30080', verdict: 'drop' }),
      leaf(chain('service-A/default/app1/tcp/http', 'cluster'), endpoint('10.244.0.5')),
    );
    assert.deepEqual(lines(port), [
      '*:30080 -> tcp . 30080',
      '10.96.0.10 . tcp . 80 -> service-A/default/app1/tcp/http',
      '10.96.0.10:80 -> 10.96.0.10 . tcp . 80',
      'service-A/default/app1/tcp/http -> 10.244.0.5:8080 33.3%',
      'tcp . 30080 -> dropped',
    ]);
  });

  it('finds the virtual servers of a frontend', () => {
    const server = (ip: string, number: number): TreeElement => ({
      ...elements.virtualServer,
      id: `${ip}:${number}`,
      protocol: 'tcp',
      ip,
      port: number,
    });
    const port = leaf(
      elements.servicePort,
      leaf(clusterIP),
      leaf(nodePort),
      leaf(server('10.96.0.10', 80), endpoint('10.244.0.5')),
      leaf(server('192.0.2.1', 30080), endpoint('10.244.0.5')),
    );
    assert.deepEqual(lines(port), [
      '*:30080 -> 192.0.2.1:30080',
      '10.96.0.10:80 -> 10.244.0.5:8080 33.3%',
      '10.96.0.10:80 -> 10.96.0.10:80',
      '192.0.2.1:30080 -> 10.244.0.5:8080 33.3%',
    ]);
  });

  it('ends where packets are refused, and draws nothing that the rules do not say', () => {
    const refused: TreeElement = { ...clusterIP, verdict: 'reject' };
    assert.deepEqual(lines(leaf(elements.servicePort, leaf(refused))), ['10.96.0.10:80 -> rejected']);
    assert.deepEqual(lines(leaf(elements.servicePort, leaf(clusterIP), leaf(chain('KUBE-SVC-A', 'cluster')))), []);
  });
});

describe('walk of a Service', () => {
  it('reads everything below it, and the rule of each frontend', async () => {
    const below: Record<string, readonly TreeElement[]> = {
      [elements.servicePort.id]: [
        { ...clusterIP, location: { part: 'iptables-save', line: 9, column: 0, length: 0 } },
        chain('KUBE-SVC-A', 'cluster'),
      ],
      'KUBE-SVC-A': [1, 2, 3].map((number) => ({ ...elements.endpoint, id: `e${number}` })),
    };
    const walked = await walkService(elements.servicePort, {
      children: async (parent, offset) => {
        const all = below[parent] ?? [];
        return { total: all.length, elements: all.slice(offset, offset + 2) };
      },
      document: async () => ({ language: 'iptables', title: '', text: '*nat\n-A X -j Y', targetLine: 1, lines: [] }),
    });
    assert.equal(walked.children[0]?.rule, '-A X -j Y');
    assert.deepEqual(
      walked.children[1]?.children.map(({ element }) => element.id),
      ['e1', 'e2', 'e3'],
    );
  });
});
