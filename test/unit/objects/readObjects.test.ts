import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dump } from 'js-yaml';
import { mergeObjects, readObjects } from '../../../agent/objects/readObjects.ts';
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
