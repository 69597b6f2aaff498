import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { servingUdpFrontends } from '../../../agent/compile/servingUdpFrontends.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'kube-system', name: 'dns' },
  spec: {
    type: 'LoadBalancer',
    ipFamilies: ['IPv4', 'IPv6'],
    clusterIP: '10.96.0.10',
    clusterIPs: ['10.96.0.10', 'fd00:10:96::a'],
    externalIPs: ['203.0.113.1'],
    internalTrafficPolicy: 'Local',
    ports: [
      { name: 'dns', protocol: 'UDP', port: 53, nodePort: 30053 },
      { name: 'dns-tcp', protocol: 'TCP', port: 53, nodePort: 30054 },
    ],
  },
  status: { loadBalancer: { ingress: [{ ip: '198.51.100.1' }] } },
};

function slice(addressType: 'IPv4' | 'IPv6', endpoints: Record<string, boolean>): unknown {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      namespace: 'kube-system',
      name: `dns-${addressType.toLowerCase()}`,
      labels: { 'kubernetes.io/service-name': 'dns' },
    },
    addressType,
    ports: [
      { name: 'dns', protocol: 'UDP', port: 5353 },
      { name: 'dns-tcp', protocol: 'TCP', port: 5353 },
    ],
    endpoints: Object.entries(endpoints).map(([ip, serving]) => ({
      addresses: [ip],
      nodeName: 'another',
      conditions: { ready: false, serving, terminating: true },
    })),
  };
}

function frontends(family: 'ipv4' | 'ipv6', ...objects: unknown[]): { addresses: unknown; nodePorts: unknown } {
  const text = objects.map((object) => JSON.stringify(object)).join('\n');
  const found = servingUdpFrontends(readObjects(text, 'objects').objects, family);
  const plain = (map: ReadonlyMap<unknown, ReadonlySet<string>>) => [...map].map(([key, serving]) => [key, ...serving]);
  return { addresses: plain(found.addresses), nodePorts: plain(found.nodePorts) };
}

describe('UDP frontends of Services', () => {
  it('have all endpoints that serve, wherever they are', () => {
    const endpoints = { '10.244.0.2': true, '10.244.0.3': false, '10.244.1.2': true };
    const both = ['10.244.0.2:5353', '10.244.1.2:5353'];
    assert.deepEqual(frontends('ipv4', service, slice('IPv4', endpoints), slice('IPv6', { 'fd00::2': true })), {
      addresses: [
        ['10.96.0.10:53', ...both],
        ['198.51.100.1:53', ...both],
        ['203.0.113.1:53', ...both],
      ],
      nodePorts: [[30053, ...both]],
    });
  });

  it('are told apart by family', () => {
    assert.deepEqual(frontends('ipv6', service, slice('IPv6', { 'fd00::2': true })), {
      addresses: [['[fd00:10:96::a]:53', '[fd00::2]:5353']],
      nodePorts: [[30053, '[fd00::2]:5353']],
    });
  });

  it('are there without endpoints', () => {
    assert.deepEqual(frontends('ipv4', service).nodePorts, [[30053]]);
  });

  it('are those of Services that kube-proxy serves', () => {
    const labels = { 'service.kubernetes.io/service-proxy-name': 'other' };
    const others = { ...service, metadata: { ...service.metadata, labels } };
    assert.deepEqual(frontends('ipv4', others), { addresses: [], nodePorts: [] });
  });
});
