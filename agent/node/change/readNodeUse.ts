import { readBoundAddresses } from '../../plan/draining/boundAddresses.ts';
import type { NodeUse } from '../../plan/draining/nodeUse.ts';
import { readConnections } from '../../plan/ipvs/readConnections.ts';
import type { Machine } from '../machine.ts';

/** Where the kernel shows the node's own sockets. */
const socketFiles = ['/proc/net/tcp', '/proc/net/tcp6', '/proc/net/udp', '/proc/net/udp6'];

/** What of ipvs mode is in use on a node right now; nothing, when the kernel has no ipvs. */
export async function readNodeUse(machine: Machine): Promise<NodeUse> {
  const [connections = '', ...sockets] = await Promise.all(
    ['/proc/net/ip_vs_conn', ...socketFiles].map(async (path) => {
      const file = await machine.readFile(path);
      return file.kind === 'read' ? file.text : '';
    }),
  );
  return { inUse: readConnections(connections), boundAddresses: readBoundAddresses(...sockets) };
}
