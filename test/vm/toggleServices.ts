/** The Services of the toggle tests: one that traffic is sent to, and others, so that rules are not made in no time. */

/** Where pods of `lay-network.sh` listen. */
export const podPort = 8080;
const endpointHosts = [2, 3, 4];

/** Where the Service takes packets. */
export const toggleFrontends = {
  clusterIp: { ipv4: '10.96.0.10', ipv6: 'fd00:10:96::10', port: 80 },
  nodePort: { ipv4: '10.0.2.15', ipv6: '2001:db8:f::15', port: 30_080 },
} as const;

const protocols = ['TCP', 'UDP'] as const;

/** Services and EndpointSlices in JSON, one on each line; `others` besides the one that traffic is sent to. */
export function toggleObjects(others: number): string {
  const names = ['traffic', ...Array.from({ length: others }, (_, index) => `other-${index}`)];
  return names
    .flatMap((name, index) => [service(name, index), slice(name, 'IPv4'), slice(name, 'IPv6')])
    .map((object) => `${JSON.stringify(object)}\n`)
    .join('');
}

function service(name: string, index: number): unknown {
  const { clusterIp, nodePort } = toggleFrontends;
  const clusterIPs = index === 0 ? [clusterIp.ipv4, clusterIp.ipv6] : [`10.96.1.${index}`, `fd00:10:96:1::${index}`];
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: 'default', name },
    spec: {
      type: index % 2 === 0 ? 'NodePort' : 'ClusterIP',
      ipFamilies: ['IPv4', 'IPv6'],
      clusterIP: clusterIPs[0],
      clusterIPs,
      ports: protocols.map((protocol) => ({
        name: protocol.toLowerCase(),
        protocol,
        port: clusterIp.port,
        ...(index % 2 === 0 && { nodePort: nodePort.port + index }),
      })),
    },
  };
}

function slice(name: string, addressType: 'IPv4' | 'IPv6'): unknown {
  const prefix = addressType === 'IPv4' ? '10.244.0.' : 'fd00:10:244::';
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: 'default',
      name: `${name}-${addressType.toLowerCase()}`,
      labels: { 'kubernetes.io/service-name': name },
    },
    addressType,
    ports: protocols.map((protocol) => ({ name: protocol.toLowerCase(), protocol, port: podPort })),
    endpoints: endpointHosts.map((host) => ({ addresses: [`${prefix}${host}`], conditions: { ready: true } })),
  };
}
