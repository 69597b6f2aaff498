/** Endpoints of each Service. */
const endpointsPerService = 10;

function address(base: number, offset: number): string {
  const value = base + offset;
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join('.');
}

/** So many Services of one port with ten endpoints each, and their EndpointSlices, one object a line. */
export function manyServices(count: number): string {
  const lines: string[] = [];
  for (let number = 0; number < count; number++) {
    const metadata = { namespace: 'bench', name: `service-${number}` };
    const clusterIP = address(0x0a600000, number + 10);
    const spec = { type: 'ClusterIP', clusterIP, clusterIPs: [clusterIP], ipFamilies: ['IPv4'] };
    const ports = [{ name: 'http', protocol: 'TCP', port: 80 }];
    const service = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ...spec, ports } };
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      addressType: 'IPv4',
      metadata: { ...metadata, labels: { 'kubernetes.io/service-name': metadata.name } },
      ports: [{ name: 'http', protocol: 'TCP', port: 8080 }],
      endpoints: Array.from({ length: endpointsPerService }, (_, at) => ({
        addresses: [address(0x0af40000, number * endpointsPerService + at + 1)],
        conditions: { ready: true },
        nodeName: at === 0 ? 'testnode' : 'node-b',
      })),
    };
    lines.push(`${JSON.stringify(service)}\n`, `${JSON.stringify(slice)}\n`);
  }
  return lines.join('');
}
