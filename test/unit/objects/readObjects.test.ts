import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { endpointWithDefaults } from '../../../agent/objects/defaults.ts';
import { isUsualEndpoint } from '../../../agent/objects/readEndpoints.ts';
import { mergeObjects, readObjects } from '../../../agent/objects/readObjects.ts';
import { endpointSchema } from '../../../agent/objects/schema.ts';
import { objectsText } from '../../golden/cases.ts';

const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', resourceVersion: '12' },
  spec: {
    type: 'LoadBalancer',
    clusterIP: '10.96.0.9',
    clusterIPs: ['10.96.0.9', 'FD00:0::9'],
    externalIPs: ['192.0.2.1', 'not-an-address'],
    loadBalancerSourceRanges: [' 198.51.100.0/24 '],
    ports: [
      { name: 'http', protocol: 'TCP', port: 80, targetPort: 'http', nodePort: 30080 },
      { name: 'sip', protocol: 'UDP', port: 5060, targetPort: 5060 },
    ],
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 60 } },
    internalTrafficPolicy: 'Local',
    externalTrafficPolicy: 'Cluster',
  },
  status: {
    loadBalancer: { ingress: [{ ip: '203.0.113.1' }, { ip: '203.0.113.2', ipMode: 'Proxy' }, { hostname: 'lb' }] },
  },
};

const slice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  addressType: 'IPv4',
  metadata: { name: 'web-abc', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'web' } },
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  endpoints: [
    { addresses: ['10.244.0.1'], conditions: { ready: false, serving: true, terminating: true }, nodeName: 'a' },
  ],
};

const expectedService = {
  namespace: 'shop',
  name: 'web',
  type: 'LoadBalancer',
  clusterIPs: ['10.96.0.9', 'fd00::9'],
  externalIPs: ['192.0.2.1'],
  loadBalancerIPs: ['203.0.113.1'],
  loadBalancerSourceRanges: ['198.51.100.0/24'],
  ports: [
    { name: 'http', protocol: 'tcp', port: 80, nodePort: 30080 },
    { name: 'sip', protocol: 'udp', port: 5060 },
  ],
  internalTrafficPolicy: 'Local',
  externalTrafficPolicy: 'Cluster',
  affinitySeconds: 60,
};

const expectedSlice = {
  namespace: 'shop',
  name: 'web-abc',
  serviceName: 'web',
  addressType: 'IPv4',
  ports: [{ name: 'http', protocol: 'tcp', port: 8080 }],
  endpoints: [{ addresses: ['10.244.0.1'], ready: false, serving: true, terminating: true, nodeName: 'a' }],
};

describe('reading Services and EndpointSlices', () => {
  const list = { apiVersion: 'v1', kind: 'List', items: [service, slice] };
  const forms: readonly [name: string, text: string][] = [
    ['one JSON object a line', `${JSON.stringify(service)}\n\n${JSON.stringify(slice)}\n`],
    ['kubectl get -o json', JSON.stringify(list, undefined, 4)],
    ['a JSON array', JSON.stringify([service, slice])],
    ['kubectl get -o yaml', dump(list)],
    ['several YAML documents', `---\n${dump(service)}---\n# an endpoint slice\n${dump(slice)}---\n`],
    ['CRLF', dump(list).replaceAll('\n', '\r\n')],
    ['a byte order mark', `\u{feff}${JSON.stringify(list)}`],
    [
      'typed lists whose items have no kind',
      [
        { kind: 'ServiceList', apiVersion: 'v1', items: [{ ...service, kind: undefined }] },
        { kind: 'EndpointSliceList', apiVersion: 'discovery.k8s.io/v1', items: [{ ...slice, kind: undefined }] },
      ]
        .map((each) => JSON.stringify(each))
        .join('\n'),
    ],
  ];
  for (const [name, text] of forms) {
    it(`from ${name}`, () => {
      const { objects, problems } = readObjects(text, 'objects');
      assert.deepEqual(problems, []);
      assert.deepEqual(objects.services, [expectedService]);
      assert.deepEqual(objects.endpointSlices, [expectedSlice]);
    });
  }

  it('fills in what the API server would', () => {
    const bare = [
      {
        kind: 'Service',
        metadata: { name: 'a' },
        spec: { clusterIP: '10.96.0.1', sessionAffinity: 'ClientIP', ports: [{ port: 80 }] },
      },
      {
        kind: 'EndpointSlice',
        addressType: 'IPv4',
        metadata: { name: 'a-1' },
        ports: [{ port: 8080 }, { name: null, port: null }],
        endpoints: [{ addresses: ['10.244.0.1'] }],
      },
    ];
    const { objects } = readObjects(JSON.stringify(bare), 'objects');
    const [found] = objects.services;
    assert.equal(found?.namespace, 'default');
    assert.equal(found.type, 'ClusterIP');
    assert.deepEqual(found.clusterIPs, ['10.96.0.1']);
    assert.deepEqual(found.ports, [{ name: '', protocol: 'tcp', port: 80 }]);
    assert.equal(found.affinitySeconds, 10800);
    assert.equal(found.internalTrafficPolicy, 'Cluster');
    assert.deepEqual(objects.endpointSlices[0]?.ports, [
      { name: '', protocol: 'tcp', port: 8080 },
      { name: '', protocol: 'tcp' },
    ]);
    assert.deepEqual(objects.endpointSlices[0].endpoints, [
      { addresses: ['10.244.0.1'], ready: true, serving: true, terminating: false },
    ]);
  });

  it('gives headless and ExternalName Services no cluster IP', () => {
    const headless = {
      kind: 'Service',
      metadata: { name: 'h' },
      spec: { clusterIP: 'None', clusterIPs: ['None'], ports: null },
    };
    const external = {
      kind: 'Service',
      metadata: { name: 'e' },
      spec: { type: 'ExternalName', externalName: 'example.org' },
    };
    const { objects, problems } = readObjects(JSON.stringify([headless, external]), 'objects');
    assert.deepEqual(problems, []);
    assert.deepEqual(
      objects.services.map(({ clusterIPs }) => clusterIPs),
      [[], []],
    );
  });

  it('reads what only applying needs', () => {
    const labelled = {
      ...service,
      metadata: { ...service.metadata, labels: { 'service.kubernetes.io/service-proxy-name': '' } },
      spec: { ...service.spec, healthCheckNodePort: 31000, externalIPs: ['::ffff:192.0.2.1'] },
    };
    const hinted = {
      ...slice,
      metadata: { ...slice.metadata, labels: { ...slice.metadata.labels, 'service.kubernetes.io/headless': '' } },
      endpoints: [
        { addresses: ['10.244.0.1'], hints: { forZones: [{ name: 'a' }, { name: 'b' }], forNodes: [{ name: 'n' }] } },
      ],
    };
    const block = {
      kind: 'ServiceCIDR',
      metadata: { name: 'kubernetes' },
      spec: { cidrs: ['10.96.0.1/12', 'FD00::/108'] },
    };
    const { objects, problems } = readObjects(JSON.stringify([labelled, hinted, block]), 'objects');
    assert.deepEqual(problems, []);
    assert.deepEqual(objects, {
      services: [{ ...expectedService, proxyName: '', healthCheckNodePort: 31000, externalIPs: ['192.0.2.1'] }],
      endpointSlices: [
        {
          ...expectedSlice,
          headless: true,
          endpoints: [
            {
              addresses: ['10.244.0.1'],
              ready: true,
              serving: true,
              terminating: false,
              zoneHints: ['a', 'b'],
              nodeHints: ['n'],
            },
          ],
        },
      ],
      serviceCidrs: ['10.96.0.0/12', 'fd00::/108'],
    });
  });

  it('passes over kinds of other groups', () => {
    const knative = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata: { name: 'web' }, spec: {} };
    const { objects, problems } = readObjects(JSON.stringify([knative]), 'objects');
    assert.deepEqual([objects.services.length, problems.length], [0, 0]);
  });

  it('tells endpoints that are as usual from others as the schema does', () => {
    const anything = fc.constantFrom(undefined, null, 7, 'x', [], {});
    const maybe = <T>(arbitrary: fc.Arbitrary<T>) =>
      fc.oneof({ arbitrary, weight: 9 }, { arbitrary: anything, weight: 1 });
    const names = fc.array(fc.record({ name: fc.string() }));
    const endpoint = fc.record(
      {
        addresses: maybe(fc.array(maybe(fc.ipV4()))),
        conditions: maybe(fc.record({ ready: maybe(fc.boolean()), serving: fc.boolean() }, { requiredKeys: [] })),
        nodeName: maybe(fc.string()),
        zone: maybe(fc.string()),
        hints: maybe(fc.record({ forZones: maybe(names), forNodes: names }, { requiredKeys: [] })),
      },
      { requiredKeys: [] },
    );
    let usual = 0;
    fc.assert(
      fc.property(endpoint, (value) => {
        if (!isUsualEndpoint(value)) return;
        usual += 1;
        assert.deepEqual(endpointWithDefaults(value), endpointWithDefaults(endpointSchema.parse(value)));
      }),
      { numRuns: 2000 },
    );
    assert.ok(usual > 50);
  });

  it('passes over other kinds', () => {
    const { objects, problems } = readObjects(dump({ kind: 'ConfigMap', metadata: { name: 'x' } }), 'objects');
    assert.deepEqual([objects.services.length, problems.length], [0, 0]);
  });

  it('reads all recorded objects', () => {
    const { objects, problems } = readObjects(objectsText('random-3'), 'objects');
    assert.deepEqual(problems, []);
    assert.ok(objects.services.length > 20 && objects.endpointSlices.length > 20);
  });

  it('merges files, the later one wins', () => {
    const newer = { ...service, spec: { ...service.spec, clusterIPs: ['10.96.0.10'] } };
    const merged = mergeObjects([service, newer, slice].map((each) => readObjects(JSON.stringify(each), 'o').objects));
    assert.deepEqual(
      merged.services.map(({ clusterIPs }) => clusterIPs),
      [['10.96.0.10']],
    );
    assert.equal(merged.endpointSlices.length, 1);
  });
});

/** A valid Service on one line, and on the next one another with these fields instead. */
function brokenService(fields: object): string {
  return `${JSON.stringify(service)}\n${JSON.stringify({ ...service, metadata: { name: 'x' }, ...fields })}`;
}

describe('objects that are not valid', () => {
  const broken: readonly [name: string, text: string, code: string, line: number][] = [
    [
      'a field of another type',
      `${JSON.stringify(service)}\n{"kind":"Service","metadata":{"name":"x"},"spec":{"ports":[{"port":"80"}]}}`,
      'object-invalid',
      1,
    ],
    [
      'a port that there is not',
      '{"kind":"Service","metadata":{"name":"x"},"spec":{"ports":[{"port":70000}]}}',
      'object-invalid',
      0,
    ],
    ['no metadata', '{"kind":"EndpointSlice","addressType":"IPv4"}', 'object-invalid', 0],
    [
      'a source range that is none',
      brokenService({ spec: { ...service.spec, loadBalancerSourceRanges: ['198.51.100.0/33'] } }),
      'object-invalid',
      1,
    ],
    ['a cluster IP that is none', brokenService({ spec: { clusterIP: '10.96.0.256' } }), 'object-invalid', 1],
    [
      'two ports of one name',
      brokenService({ spec: { ports: [{ port: 80 }, { name: '', port: 81 }] } }),
      'object-invalid',
      1,
    ],
    [
      'two ports of one number',
      brokenService({
        spec: {
          ports: [
            { name: 'a', port: 80 },
            { name: 'b', port: 80, protocol: 'TCP' },
          ],
        },
      }),
      'object-invalid',
      1,
    ],
    ['the same Service twice', `${JSON.stringify(service)}\n${JSON.stringify(service)}`, 'object-duplicate', 1],
    [
      'an endpoint that is no address',
      JSON.stringify({ ...slice, endpoints: [slice.endpoints[0], { addresses: ['10.244.0.300'] }] }),
      'object-invalid',
      0,
    ],
    [
      'an endpoint of another type',
      JSON.stringify({ ...slice, endpoints: [{ addresses: ['10.244.0.3'], conditions: { ready: 'yes' } }] }),
      'object-invalid',
      0,
    ],
    [
      'a ServiceCIDR that is none',
      '{"kind":"ServiceCIDR","metadata":{"name":"a"},"spec":{"cidrs":["10.96.0.0"]}}',
      'object-invalid',
      0,
    ],
    ['no kind', '{"metadata":{"name":"x"}}', 'object-without-kind', 0],
    ['lists in lists', `${'['.repeat(50_000)}42${']'.repeat(50_000)}`, 'object-without-kind', 0],
    ['a number', '42', 'object-without-kind', 0],
    ['a line that is cut', `${JSON.stringify(service)}\n{"kind":"Serv`, 'objects-unreadable', 1],
    ['YAML with a mistake', 'kind: Service\nmetadata: {name: x\nspec: ]\n', 'objects-unreadable', 2],
  ];
  for (const [name, text, code, line] of broken) {
    it(`${name}: says which and where, and keeps the others`, () => {
      const { problems } = readObjects(text, 'objects');
      assert.deepEqual(
        problems.map((problem) => [problem.code, problem.location?.part, problem.location?.line]),
        [[code, 'objects', line]],
      );
      assert.match(problems[0]?.message ?? '', /\.$/);
    });
  }

  it('says which field of which endpoint of which item', () => {
    const items = [service, { ...slice, endpoints: [slice.endpoints[0], { addresses: [7] }] }];
    const { problems } = readObjects(JSON.stringify({ kind: 'List', items }), 'objects');
    assert.deepEqual(
      problems.map(({ args }) => args['field']),
      ['object.items[1].endpoints.1.addresses.0'],
    );
  });

  it('is not what has fields that nobody knows', () => {
    const { objects, problems } = readObjects(
      JSON.stringify([{ ...service, spec: { ...service.spec, x: 1 }, y: [] }, slice]),
      'o',
    );
    assert.deepEqual([objects.services, objects.endpointSlices, problems], [[expectedService], [expectedSlice], []]);
  });

  it('never makes it throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.json().map((json) => `{"kind":"Service","spec":${json}}`),
        ),
        (text) => {
          readObjects(text, 'objects');
        },
      ),
    );
  });

  it('is one YAML document of several: says its line, and keeps the others', () => {
    const text = `# all\n--- # first\n\n${dump(service)}--- {kind: Service, metadata: {name: x, name: y}}\n---\n${dump(slice)}`;
    const { objects, problems } = readObjects(text, 'objects');
    assert.deepEqual([objects.services, objects.endpointSlices], [[expectedService], [expectedSlice]]);
    assert.deepEqual(
      problems.map(({ code, location }) => [code, location?.line]),
      [['objects-unreadable', 3 + dump(service).split('\n').length - 1]],
    );
  });

  it('is said to be where its document begins', () => {
    const text = `%YAML 1.2\n---\n# nothing\nkind: ConfigMap\n...\n---\n\n# a comment\nkind: Service\n`;
    const { problems } = readObjects(text, 'objects');
    assert.deepEqual(
      problems.map(({ code, location }) => [code, location?.line]),
      [['object-invalid', 8]],
    );
  });

  const bombs: readonly [name: string, text: string][] = [
    ['an alias within itself', 'kind: List\nitems: &items [*items]\n'],
    ['collections nested too deep', `${'['.repeat(10_000)}a: b${']'.repeat(10_000)}`],
    [
      'aliases of aliases',
      `kind: List\nmetadata: {a: &a [x,x,x,x,x,x,x,x,x,x]}\n${['b', 'c', 'd', 'e', 'f', 'items'].map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdef'[index]}`).join(',')}]`).join('\n')}\n`,
    ],
  ];
  for (const [name, text] of bombs) {
    it(`is ${name}`, () => {
      assert.deepEqual(
        readObjects(text, 'objects').problems.map(({ code }) => code),
        ['objects-unreadable'],
      );
    });
  }

  it('is not what uses an alias once in a while', () => {
    const text = `kind: List\nitems:\n- ${dump(slice, { flowLevel: 0 }).replace('kubernetes.io/service-name: web', 'kubernetes.io/service-name: &name web')}- {kind: Service, metadata: {name: *name, namespace: shop}, spec: {}}\n`;
    const { objects, problems } = readObjects(text, 'objects');
    assert.deepEqual([problems, objects.services[0]?.name], [[], 'web']);
  });
});
