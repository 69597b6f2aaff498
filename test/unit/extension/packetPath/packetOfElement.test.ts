import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TraceDestination } from '../../../../agent/protocol/traceMessages.ts';
import type { TreeElement } from '../../../../agent/protocol/treeElement.ts';
import { packetOfElement } from '../../../../extension/packetPath/packetOfElement.ts';
import { elements } from '../elements.ts';

const clusterIP: TraceDestination = {
  namespace: 'default',
  name: 'app1',
  portName: 'http',
  kind: 'clusterIP',
  ip: '10.96.0.10',
  port: 80,
  protocol: 'tcp',
  endpoints: [],
};
const nodePort: TraceDestination = { ...clusterIP, kind: 'nodePort', ip: '192.0.2.1', port: 30080 };

/** The packet of a line of the tree as text, and what was asked for it. */
async function packetOf(...path: readonly TreeElement[]) {
  const asked: string[] = [];
  const found = await packetOfElement(path, async (filter) => {
    asked.push(filter);
    return [nodePort, clusterIP];
  });
  const { destination, port, protocol } = found?.packet ?? {};
  return { packet: found && `${destination}:${port}/${protocol}`, wanted: found?.wanted, asked };
}

describe('packet of a line of the tree', () => {
  it('goes to a frontend itself', async () => {
    assert.deepEqual(await packetOf(elements.frontend, elements.servicePort), {
      packet: '2001:db8::1:80/tcp',
      wanted: undefined,
      asked: [],
    });
  });

  it('goes to an address of the node for a node port', async () => {
    const frontend: TreeElement = { ...elements.frontend, frontend: 'nodePort', ip: undefined, port: 30080 };
    assert.deepEqual(await packetOf(frontend, elements.servicePort), {
      packet: '192.0.2.1:30080/tcp',
      wanted: undefined,
      asked: ['default app1 30080'],
    });
  });

  it('goes to the cluster IP of a Service or one of its ports', async () => {
    assert.equal((await packetOf(elements.service)).packet, '10.96.0.10:80/tcp');
    assert.deepEqual(await packetOf(elements.servicePort, elements.service), {
      packet: '10.96.0.10:80/tcp',
      wanted: undefined,
      asked: ['default app1 80'],
    });
  });

  it('shows the way to an endpoint first, through the virtual server that it stands under', async () => {
    assert.equal((await packetOf(elements.endpoint, elements.chain, elements.servicePort)).wanted, '10.244.0.5:8080');
    assert.deepEqual(await packetOf(elements.endpoint, elements.virtualServer), {
      packet: '10.96.0.10:53/udp',
      wanted: '10.244.0.5:8080',
      asked: [],
    });
  });
});
