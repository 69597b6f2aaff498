import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assumedKernelFacts, completeProxyOptions } from '../../../agent/compile/defaultProxyOptions.ts';
import type { ResolvedServicePort } from '../../../agent/compile/resolvedService.ts';
import { resolveServices } from '../../../agent/compile/resolveServices.ts';
import type { IpFamily } from '../../../agent/model/address.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';

type ApiObject = Readonly<Record<string, unknown>>;

const options = completeProxyOptions({ nodeName: 'here', nodeIps: ['192.0.2.10'] }, assumedKernelFacts(['192.0.2.10']));

/** A Service `web` in `shop` with one port `http`, and what is special about it. */
function service(spec: ApiObject = {}, more: ApiObject = {}): ApiObject {
  return {
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', ...(more['metadata'] ?? {}) },
    spec: { clusterIP: '10.96.0.9', ports: [{ name: 'http', port: 80 }], ...spec },
    status: more['status'],
  };
}

/** A slice of it, with the port `http` at 8080. */
function slice(endpoints: readonly ApiObject[], more: ApiObject = {}): ApiObject {
  return {
    kind: 'EndpointSlice',
    metadata: { name: 'web-a', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080 }],
    endpoints,
    ...more,
  };
}

function resolve(objects: readonly ApiObject[], family: IpFamily = 'ipv4'): readonly ResolvedServicePort[] {
  const reading = readObjects(JSON.stringify(objects), 'objects');
  assert.deepEqual(reading.problems, []);
  return resolveServices(reading.objects, options, family);
}

function resolveOne(objects: readonly ApiObject[], family: IpFamily = 'ipv4'): ResolvedServicePort {
  const [only, ...more] = resolve(objects, family);
  assert.ok(only);
  assert.deepEqual(more, []);
  return only;
}

describe('Services that a node programs', () => {
  it('come with all that rules are made of', () => {
    const { name, namespace } = { name: 'web', namespace: 'shop' };
    const resolved = resolveOne([
      service(
        {
          type: 'LoadBalancer',
          externalIPs: ['198.51.100.1', 'fd00::1'],
          loadBalancerSourceRanges: [' 203.0.113.7/24 ', 'fd00::/8'],
          ports: [{ name: 'http', port: 80, nodePort: 30080, protocol: 'SCTP' }],
          sessionAffinity: 'ClientIP',
          externalTrafficPolicy: 'Local',
          healthCheckNodePort: 31000,
        },
        { status: { loadBalancer: { ingress: [{ ip: '203.0.113.1' }, { ip: '203.0.113.2', ipMode: 'Proxy' }] } } },
      ),
      slice(
        [
          { addresses: ['10.244.0.2'], nodeName: 'here' },
          { addresses: ['10.244.0.1'], nodeName: 'there' },
        ],
        {
          ports: [{ name: 'http', port: 8080, protocol: 'SCTP' }],
        },
      ),
    ]);
    const near = { ip: '10.244.0.2', port: 8080, address: '10.244.0.2:8080', isLocal: true };
    const far = { ip: '10.244.0.1', port: 8080, address: '10.244.0.1:8080', isLocal: false };
    assert.deepEqual(resolved, {
      namespace,
      serviceName: name,
      portName: 'http',
      name: 'shop/web:http',
      protocol: 'sctp',
      clusterIp: '10.96.0.9',
      port: 80,
      nodePort: 30080,
      externalIps: ['198.51.100.1'],
      loadBalancerIps: ['203.0.113.1'],
      loadBalancerSourceRanges: ['203.0.113.0/24'],
      healthCheckNodePort: 31000,
      affinitySeconds: 10800,
      externalPolicyLocal: true,
      internalPolicyLocal: false,
      externallyAccessible: true,
      usesClusterEndpoints: true,
      usesLocalEndpoints: true,
      clusterEndpoints: [far, near],
      localEndpoints: [near],
      allLocallyReachableEndpoints: [far, near],
      endpointsOnNode: [near],
      endpointCount: 2,
      hasAnyEndpoints: true,
    } satisfies ResolvedServicePort);
  });

  const passedOver: readonly [name: string, object: ApiObject, family?: IpFamily][] = [
    ['headless', service({ clusterIP: 'None', clusterIPs: ['None'] })],
    ['without a cluster IP', service({ clusterIP: '' })],
    ['ExternalName', service({ type: 'ExternalName', clusterIP: '10.96.0.9', externalName: 'example.org' })],
    ['of another proxy', service({}, { metadata: { labels: { 'service.kubernetes.io/service-proxy-name': 'x' } } })],
    [
      'of a proxy without a name',
      service({}, { metadata: { labels: { 'service.kubernetes.io/service-proxy-name': '' } } }),
    ],
    ['of the other family', service(), 'ipv6'],
    ['without ports', service({ ports: [] })],
  ];
  for (const [name, object, family] of passedOver) {
    it(`are not those ${name}`, () => {
      assert.deepEqual(resolve([object], family), []);
    });
  }

  it('are those with the headless label, which is for slices', () => {
    const labels = { 'service.kubernetes.io/headless': '' };
    const objects = [
      service({}, { metadata: { labels } }),
      slice([{ addresses: ['10.244.0.1'] }], {
        metadata: { name: 'web-a', namespace: 'shop', labels: { ...labels, 'kubernetes.io/service-name': 'web' } },
      }),
    ];
    assert.deepEqual(resolveOne(objects).clusterEndpoints, []);
  });

  it('are programmed in each family that they have an address of', () => {
    const objects = [
      service({ clusterIP: 'fd00::9', clusterIPs: ['fd00::9', '10.96.0.9'] }),
      slice([{ addresses: ['10.244.0.1'] }]),
      slice([{ addresses: ['FD00:1::1'] }], {
        addressType: 'IPv6',
        metadata: { name: 'web-b', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
      }),
    ];
    const addresses = (family: IpFamily) => {
      const { clusterIp, clusterEndpoints } = resolveOne(objects, family);
      return [clusterIp, ...clusterEndpoints.map(({ address }) => address)];
    };
    assert.deepEqual(addresses('ipv4'), ['10.96.0.9', '10.244.0.1:8080']);
    assert.deepEqual(addresses('ipv6'), ['fd00::9', '[fd00:1::1]:8080']);
  });

  it('are sorted by name, then by protocol', () => {
    const ports = [
      { name: 'b', port: 1 },
      { name: 'a', port: 3, protocol: 'UDP' },
      { name: 'a-b', port: 2 },
    ];
    const objects = [
      service({ ports }, { metadata: { name: 'web-2' } }),
      service({ ports }),
      service({ ports: [{ port: 53, protocol: 'UDP' }] }, { metadata: { name: 'dns', namespace: 'a' } }),
    ];
    assert.deepEqual(
      resolve(objects).map(({ name, protocol }) => `${name} ${protocol}`),
      [
        'a/dns udp',
        'shop/web-2:a udp',
        'shop/web-2:a-b tcp',
        'shop/web-2:b tcp',
        'shop/web:a udp',
        'shop/web:a-b tcp',
        'shop/web:b tcp',
      ],
    );
  });
});

describe('source ranges', () => {
  const cases: readonly [given: readonly string[], ipv4: readonly string[], ipv6: readonly string[]][] = [
    [[], [], []],
    [['10.0.0.1/8', '10.0.0.0/8'], ['10.0.0.0/8', '10.0.0.0/8'], []],
    [['10.0.0.0/8', '0.0.0.0/0'], [], []],
    [['10.0.0.0/8', '::/0'], ['10.0.0.0/8'], []],
    [['fd00::1/8', '10.0.0.0/8'], ['10.0.0.0/8'], ['fd00::/8']],
  ];
  for (const [given, ipv4, ipv6] of cases) {
    it(`${given.join(', ') || 'none'}`, () => {
      const objects = [service({ clusterIPs: ['10.96.0.9', 'fd00::9'], loadBalancerSourceRanges: given })];
      assert.deepEqual(resolveOne(objects).loadBalancerSourceRanges, ipv4);
      assert.deepEqual(resolveOne(objects, 'ipv6').loadBalancerSourceRanges, ipv6);
    });
  }
});

describe('traffic policies', () => {
  const local = { externalTrafficPolicy: 'Local' };
  const nodePort = { ports: [{ name: 'http', port: 80, nodePort: 30080 }] };
  /** Whether the external policy is Local; which endpoints are used; the health check's port. */
  type Expected = readonly [externalLocal: boolean, cluster: boolean, local: boolean, healthCheckNodePort?: number];
  const cases: readonly [name: string, spec: ApiObject, expected: Expected][] = [
    ['Cluster', {}, [false, true, false]],
    ['internal Local', { internalTrafficPolicy: 'Local' }, [false, false, true]],
    ['internal Local with a node port', { internalTrafficPolicy: 'Local', ...nodePort }, [false, true, true]],
    ['external Local of a ClusterIP Service', local, [false, true, false]],
    ['external Local of an external IP', { ...local, externalIPs: ['198.51.100.1'] }, [true, true, true]],
    [
      'external Local of an external IP of the other family',
      { ...local, externalIPs: ['fd00::1'] },
      [true, true, false],
    ],
    ['external Local of a node port', { ...local, ...nodePort, type: 'NodePort' }, [true, true, true]],
    [
      'external Local of a load balancer that has no address yet',
      { ...local, type: 'LoadBalancer', healthCheckNodePort: 31000 },
      [true, true, false, 31000],
    ],
    [
      'a health check node port that nobody asks',
      { ...local, ...nodePort, type: 'NodePort', healthCheckNodePort: 31000 },
      [true, true, true],
    ],
    [
      'a health check node port without a policy',
      { ...nodePort, type: 'LoadBalancer', healthCheckNodePort: 31000 },
      [false, true, false],
    ],
  ];
  for (const [name, spec, [externalLocal, cluster, usesLocal, healthCheckNodePort = 0]] of cases) {
    it(name, () => {
      const resolved = resolveOne([service(spec)]);
      assert.deepEqual(
        [
          resolved.externalPolicyLocal,
          resolved.usesClusterEndpoints,
          resolved.usesLocalEndpoints,
          resolved.healthCheckNodePort,
        ],
        [externalLocal, cluster, usesLocal, healthCheckNodePort],
      );
    });
  }
});

describe('endpoints of several slices', () => {
  const addressesOf = (...objects: readonly ApiObject[]) =>
    resolveOne([service(), ...objects]).clusterEndpoints.map(({ address }) => address);
  const named = (name: string, serviceName = 'web') => ({
    metadata: { name, namespace: 'shop', labels: { 'kubernetes.io/service-name': serviceName } },
  });

  it('stand once each, sorted as text', () => {
    const ports = [{ name: 'http', port: 900 }];
    const found = addressesOf(
      slice([{ addresses: ['10.244.0.9'] }, { addresses: ['10.244.0.10', '10.244.0.11'] }]),
      slice([{ addresses: ['10.244.0.10'] }, { addresses: ['10.244.0.2'] }], named('web-b')),
      slice([{ addresses: ['10.244.0.9'] }], { ...named('web-c'), ports }),
    );
    assert.deepEqual(found, ['10.244.0.10:8080', '10.244.0.2:8080', '10.244.0.9:8080', '10.244.0.9:900']);
  });

  it('count as the one that does not terminate', () => {
    const conditions = { ready: false, serving: true, terminating: true };
    const going = slice([{ addresses: ['10.244.0.1'], conditions }], named('web-a'));
    const coming = slice([{ addresses: ['10.244.0.1'], nodeName: 'here' }], named('web-b'));
    assert.deepEqual(addressesOf(going, coming), ['10.244.0.1:8080']);
    assert.deepEqual(addressesOf(coming, going), ['10.244.0.1:8080']);
    const comingFirst = { ...coming, ...named('web-0') };
    assert.deepEqual(addressesOf(comingFirst, going), ['10.244.0.1:8080']);
  });

  it('are the same in whatever order the slices stand', () => {
    const here = slice([{ addresses: ['10.244.0.1'], nodeName: 'here' }], named('web-a'));
    const there = slice([{ addresses: ['10.244.0.1'], nodeName: 'there' }], named('web-b'));
    assert.deepEqual(resolve([service(), here, there]), resolve([service(), there, here]));
  });

  const without: readonly [name: string, object: ApiObject][] = [
    ['a port of another name', slice([{ addresses: ['10.244.0.1'] }], { ports: [{ name: 'https', port: 8443 }] })],
    ['a port without a name', slice([{ addresses: ['10.244.0.1'] }], { ports: [{ port: 8443 }] })],
    [
      'a port of another protocol',
      slice([{ addresses: ['10.244.0.1'] }], { ports: [{ name: 'http', port: 1, protocol: 'UDP' }] }),
    ],
    ['all ports', slice([{ addresses: ['10.244.0.1'] }], { ports: [{ name: 'http' }] })],
    ['another Service', slice([{ addresses: ['10.244.0.1'] }], named('web-a', 'web-2'))],
    ['no Service', slice([{ addresses: ['10.244.0.1'] }], named('web-a', ''))],
    [
      'another namespace',
      slice([{ addresses: ['10.244.0.1'] }], {
        metadata: { name: 'web-a', labels: { 'kubernetes.io/service-name': 'web' } },
      }),
    ],
    ['host names', slice([{ addresses: ['example.org'] }], { addressType: 'FQDN' })],
    ['endpoints without an address', slice([{ addresses: [] }])],
  ];
  for (const [name, object] of without) {
    it(`are not those for ${name}`, () => {
      assert.deepEqual(addressesOf(object), []);
    });
  }

  it('of a port without a name belong to the port without a name', () => {
    const objects = [
      service({ ports: [{ port: 80 }] }),
      slice([{ addresses: ['10.244.0.1'] }], { ports: [{ port: 8080 }] }),
    ];
    const { name, clusterEndpoints } = resolveOne(objects);
    assert.deepEqual([name, clusterEndpoints.length], ['shop/web', 1]);
  });
});
