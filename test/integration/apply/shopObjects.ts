import type { SeededRandom } from '../../peers/seededRandom.ts';

const protocols = ['TCP', 'UDP'] as const;

/** Some Services of both families with endpoints, as one JSON object a line; a few of them every time the same. */
export function shopObjects(random: SeededRandom): string {
  const count = 3 + random.below(8);
  const objects = Array.from({ length: count }, (_, index) => {
    const name = `shop-${index}`;
    const port = { name: 'main', port: 80 + index, protocol: random.pick(...protocols) };
    const clusterIPs = [`10.96.0.${index + 1}`, `fd00:96::${index + 1}`];
    const nodePort = random.chance(30) ? { nodePort: 30_000 + index } : {};
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: 'default' },
      spec: {
        type: 'nodePort' in nodePort ? 'NodePort' : 'ClusterIP',
        clusterIP: clusterIPs[0],
        clusterIPs,
        ipFamilies: ['IPv4', 'IPv6'],
        ports: [{ ...port, ...nodePort, targetPort: 8080 }],
        ...(random.chance(20) && { sessionAffinity: 'ClientIP' }),
      },
    };
    const endpoints = random.below(4);
    const slices = ['IPv4', 'IPv6'].map((addressType) => ({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-${addressType.toLowerCase()}`,
        namespace: 'default',
        labels: { 'kubernetes.io/service-name': name },
      },
      addressType,
      ports: [{ name: port.name, port: 8080, protocol: port.protocol }],
      endpoints: Array.from({ length: endpoints }, (__, endpoint) => ({
        addresses: [`${addressType === 'IPv4' ? '10.244.0.' : 'fd00:244::'}${index * 4 + endpoint + 1}`],
      })),
    }));
    return [service, ...slices];
  });
  return objects
    .flat()
    .map((object) => `${JSON.stringify(object)}\n`)
    .join('');
}
