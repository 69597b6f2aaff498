import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { NodeModel } from '../../../agent/model/nodeModel.ts';
import type { Frontend, ServiceChain } from '../../../agent/model/service.ts';
import { Outline } from '../../../agent/outline/outline.ts';
import { chainAt, endpoint, modelWith, partWith, problemAt, servicePort, snapshotOf } from '../../fakes/models.ts';

const dump = `*nat
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
:KUBE-SEP-1 - [0:0]
[3:180] -A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A
-A KUBE-SVC-A -j KUBE-SEP-1
-A KUBE-SEP-1 -p tcp -j DNAT --to-destination 10.0.0.1:8080
COMMIT
`;
const at = (line: number) => ({ part: 'iptables-save', line, column: 0, length: 0 });

function frontend(ip: string, line: number, packets = 0): Frontend {
  return {
    kind: 'clusterIP',
    family: 'ipv4',
    ip,
    port: 80,
    verdict: 'endpoints',
    localOnly: false,
    location: at(line),
    counters: { packets, bytes: packets * 60 },
  };
}

function chain(name: string, line: number, rules: readonly number[], next: readonly string[]): ServiceChain {
  const role = name.startsWith('KUBE-SEP') ? 'endpoint' : 'cluster';
  const ruleLocations = rules.map(at);
  return { role, family: 'ipv4', table: 'nat', name, rules: rules.length, location: at(line), ruleLocations, next };
}

const web = servicePort('shop', 'web', {
  frontends: [frontend('10.96.0.1', 4, 3)],
  endpoints: [endpoint('10.0.0.1', { chain: 'KUBE-SEP-1', location: at(6) })],
  chains: [chain('KUBE-SVC-A', 2, [5], ['KUBE-SEP-1']), chain('KUBE-SEP-1', 3, [6], [])],
});
const api = servicePort('shop', 'api', {
  frontends: [frontend('10.96.0.2', 4, 9)],
  endpoints: [endpoint('10.0.0.2'), endpoint('10.0.0.3')],
});
const dns = servicePort('kube-system', 'dns', { port: { name: 'dns', protocol: 'udp', port: 53 } });

function outlineOf(given: Partial<NodeModel>, text = dump): Outline {
  const part = partWith('iptables-save', 'iptables-save', text, { backend: 'nf_tables' });
  return new Outline(snapshotOf(part), modelWith(given));
}

const all = { services: [dns, api, web], baseChains: [chainAt('iptables-save', 'KUBE-SERVICES', 1, [4])] };

function ids(outline: Outline, parent?: string, more: { filter?: string; sort?: 'endpoints' | 'traffic' } = {}) {
  const page = outline.children({ parent, offset: 0, limit: 100, ...more });
  assert.ok(page, `${parent} is there`);
  return page.elements.map(({ id }) => id);
}

describe('the tree', () => {
  it('has only headings that hold something', () => {
    assert.deepEqual(ids(outlineOf({})), ['services', 'parts']);
    assert.deepEqual(ids(outlineOf({ ...all, problems: [problemAt('x', 0)] })), [
      'services',
      'baseChains',
      'problems',
      'parts',
    ]);
  });

  it('leads from namespaces through ports and chains to endpoints', () => {
    const outline = outlineOf(all);
    assert.deepEqual(ids(outline, 'services'), ['services/kube-system', 'services/shop']);
    assert.deepEqual(ids(outline, 'services/shop'), ['services/shop/api', 'services/shop/web']);
    const port = 'services/shop/web/http:tcp:80';
    assert.deepEqual(ids(outline, 'services/shop/web'), [port]);
    const svc = `${port}/ipv4:nat:KUBE-SVC-A`;
    assert.deepEqual(ids(outline, port), [`${port}/clusterIP:10.96.0.1:80`, svc]);
    assert.deepEqual(ids(outline, svc), [`${svc}/10.0.0.1:8080`]);
    // Without chains the endpoints stand under the port.
    assert.equal(ids(outline, 'services/shop/api/http:tcp:80').length, 3);
  });

  it('gives pages, and tells elements that are not there', () => {
    const services = Array.from({ length: 25 }, (_, index) => servicePort('many', `s${index}`));
    const outline = outlineOf({ services });
    const page = outline.children({ parent: 'services/many', offset: 20, limit: 10 });
    assert.equal(page?.total, 25);
    assert.deepEqual(
      page?.elements.map(({ id }) => id),
      ['s20', 's21', 's22', 's23', 's24'].map((name) => `services/many/${name}`),
    );
    assert.equal(outline.children({ parent: 'services/none', offset: 0, limit: 1 }), undefined);
    assert.equal(outline.document('services'), undefined);
  });

  it('keeps ids apart where names hold slashes or occur twice', () => {
    const odd = servicePort('a/b', 'c%2Fd');
    const outline = outlineOf({ services: [odd, servicePort('a/b', 'c%2Fd')] });
    assert.deepEqual(ids(outline, 'services'), ['services/a%2Fb']);
    const service = 'services/a%2Fb/c%252Fd';
    assert.deepEqual(ids(outline, 'services/a%2Fb'), [service]);
    assert.deepEqual(ids(outline, service), [`${service}/http:tcp:80`, `${service}/http:tcp:80~2`]);
  });

  it('shows a rule without its counters, which stand beside it', () => {
    const outline = outlineOf(all);
    const [rule] = outline.children({ parent: ids(outline, 'baseChains')[0], offset: 0, limit: 1 })?.elements ?? [];
    assert.equal(rule?.kind, 'rule');
    if (rule?.kind !== 'rule') return;
    assert.equal(rule.text, '-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A');
    assert.equal(rule.target, 'KUBE-SVC-A');
    assert.deepEqual(rule.counters, { packets: 3, bytes: 180 });
  });

  it('takes no words of a comment for a target or counters', () => {
    const said = 'counter packets 1 bytes 2 -j DROP jump elsewhere';
    const cases = [
      ['iptables-save', `-A KUBE-SERVICES -m comment --comment "${said}" -j KUBE-SVC-A`],
      ['nft-text', `log prefix "${said}" goto KUBE-SVC-A comment "${said}"`],
    ] as const;
    for (const [kind, text] of cases) {
      const outline = new Outline(
        snapshotOf(partWith('rules', kind, `${text}\n`)),
        modelWith({ baseChains: [chainAt('rules', 'KUBE-SERVICES', 0, [0])] }),
      );
      const [rule] = outline.children({ parent: ids(outline, 'baseChains')[0], offset: 0, limit: 1 })?.elements ?? [];
      assert.ok(rule?.kind === 'rule', kind);
      assert.equal(rule.target, 'KUBE-SVC-A', kind);
      assert.equal(rule.counters, undefined, kind);
    }
  });

  it('ends in dumps whose chains go round in circles', () => {
    const circle = servicePort('x', 'y', {
      chains: [chain('KUBE-SVC-A', 2, [5], ['KUBE-SVC-B']), chain('KUBE-SVC-B', 3, [6], ['KUBE-SVC-A'])],
    });
    const outline = outlineOf({ services: [circle] });
    const port = 'services/x/y/http:tcp:80';
    const [first = ''] = ids(outline, port);
    const [second = ''] = ids(outline, first);
    assert.deepEqual(ids(outline, second), []);
    assert.ok(outline.document(port));
    assert.ok(outline.reveal('iptables-save', 5).length > 0);
  });

  it('sorts what has no order of its own', () => {
    const outline = outlineOf(all);
    assert.deepEqual(ids(outline, 'services/shop', { sort: 'endpoints' }), ['services/shop/api', 'services/shop/web']);
    const busy = servicePort('shop', 'a', { frontends: [frontend('10.96.0.9', 4, 100)] });
    const traffic = outlineOf({ services: [api, web, busy] });
    assert.deepEqual(
      ids(traffic, 'services/shop', { sort: 'traffic' }),
      ['a', 'api', 'web'].map((name) => `services/shop/${name}`),
    );
    assert.deepEqual(ids(outline, undefined, { sort: 'traffic' }), ids(outline));
  });
});

describe('a filter', () => {
  const cases: readonly [filter: string, services: string[]][] = [
    ['web', ['services/shop/web']],
    ['WEB', ['services/shop/web']],
    ['10.96.0.2', ['services/shop/api']],
    ['10.0.0.3', ['services/shop/api']],
    ['kube-sep-1', ['services/shop/web']],
    ['shop', ['services/shop/api', 'services/shop/web']],
    ['shop http', ['services/shop/api', 'services/shop/web']],
    ['web 10.0.0.1', ['services/shop/web']],
    ['web 10.0.0.2', []],
    ['10.0.0.2 10.0.0.3', []],
  ];
  for (const [filter, expected] of cases) {
    it(`"${filter}" leaves ${expected.join(', ') || 'no Service'}`, () => {
      const outline = outlineOf(all);
      const namespaces = ids(outline, 'services', { filter });
      assert.deepEqual(
        namespaces.flatMap((namespace) => ids(outline, namespace, { filter })),
        expected,
      );
    });
  }

  it('counts the children that it leaves, at each level', () => {
    const outline = outlineOf(all);
    const page = outline.children({ parent: 'services', offset: 0, limit: 10, filter: 'web' });
    assert.deepEqual(
      page?.elements.map(({ id, childCount }) => [id, childCount]),
      [['services/shop', 1]],
    );
  });

  it('leaves everything below what it finds', () => {
    const outline = outlineOf(all);
    const port = 'services/shop/web/http:tcp:80';
    assert.deepEqual(ids(outline, port, { filter: 'web' }), ids(outline, port));
  });

  it('finds rules by their text', () => {
    const outline = outlineOf(all);
    assert.equal(ids(outline, 'baseChains', { filter: '10.96.0.1/32' }).length, 1);
    assert.equal(ids(outline, 'baseChains', { filter: '10.96.0.7/32' }).length, 0);
  });

  it('is the same as none when it is blank', () => {
    const outline = outlineOf(all);
    assert.deepEqual(ids(outline, 'services', { filter: '  ' }), ids(outline, 'services'));
  });

  it('gives the same after what it needs was prepared', () => {
    const outline = outlineOf(all);
    assert.equal([...outline.prepare()].length, 3);
    assert.deepEqual(ids(outline, 'services/shop', { filter: '10.0.0.3' }), ['services/shop/api']);
  });
});

describe('a problem', () => {
  it('marks what it is about, up to the heading, with the worst that is there', () => {
    const outline = outlineOf({
      ...all,
      problems: [problemAt('iptables-save', 6), problemAt('iptables-save', 5, 'error')],
    });
    const severityOf = (parent: string | undefined, id: string) =>
      outline.children({ parent, offset: 0, limit: 100 })?.elements.find((element) => element.id === id)?.severity;
    const port = 'services/shop/web/http:tcp:80';
    const svc = `${port}/ipv4:nat:KUBE-SVC-A`;
    assert.equal(severityOf(svc, `${svc}/10.0.0.1:8080`), 'warning');
    assert.equal(severityOf(port, svc), 'error');
    assert.equal(severityOf('services/shop', 'services/shop/web'), 'error');
    assert.equal(severityOf('services/shop', 'services/shop/api'), undefined);
    assert.equal(severityOf(undefined, 'problems'), 'error');
    assert.equal(severityOf(undefined, 'baseChains'), undefined);
  });

  it('marks the right one of many that stand on one line of JSON', () => {
    const json = (column: number) => ({ part: 'nft.json', line: 0, column, length: 5 });
    const on = (name: string, column: number) =>
      servicePort('shop', name, { frontends: [{ ...frontend('10.96.0.1', 0), location: json(column) }] });
    const problem = { ...problemAt('nft.json', 0), location: json(10) };
    const snapshot = snapshotOf(partWith('nft.json', 'nft-json', `{${' '.repeat(100)}}`));
    const model = modelWith({ services: [on('a', 10), on('b', 20)], problems: [problem] });
    const outline = new Outline(snapshot, model);
    const severities = outline.children({ parent: 'services/shop', offset: 0, limit: 9 })?.elements;
    assert.deepEqual(
      severities?.map(({ severity }) => severity),
      ['warning', undefined],
    );
    assert.deepEqual(outline.reveal('nft.json', 0), []);
  });

  it('is found wherever in a line of rules it stands', () => {
    const problem = { ...problemAt('iptables-save', 6), location: { ...at(6), column: 17, length: 3 } };
    const outline = outlineOf({ ...all, problems: [problem] });
    const [, shop] = outline.children({ parent: 'services', offset: 0, limit: 9 })?.elements ?? [];
    assert.equal(shop?.severity, 'warning');
  });

  it('opens the dump at its line, also far down', () => {
    const text = `*nat\n${'-A X -j Y\n'.repeat(50_000)}COMMIT\n`;
    const outline = outlineOf({ problems: [problemAt('iptables-save', 40_000)] }, text);
    const [id = ''] = ids(outline, 'problems');
    const document = outline.document(id);
    assert.deepEqual(document?.lines[document.targetLine], { part: 'iptables-save', line: 40_000 });
  });
});

describe('a document', () => {
  it('shows a Service in the order in which packets walk it', () => {
    const document = outlineOf(all).document('services/shop/web');
    assert.equal(document?.language, 'iptables');
    assert.equal(document?.title, 'shop/web:http');
    assert.equal(
      document?.text,
      `# iptables-save
*nat
:KUBE-SVC-A - [0:0]
:KUBE-SEP-1 - [0:0]
[3:180] -A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m tcp --dport 80 -j KUBE-SVC-A
-A KUBE-SVC-A -j KUBE-SEP-1
-A KUBE-SEP-1 -p tcp -j DNAT --to-destination 10.0.0.1:8080
COMMIT
`,
    );
  });

  it('is cut where it gets too long, and says so', () => {
    const text = `*nat\n${'-A KUBE-X -j RETURN\n'.repeat(100_000)}COMMIT\n`;
    const document = outlineOf({}, text).document('parts/iptables-save');
    assert.ok(document);
    assert.ok(document.text.length < 1_001_000);
    const shown = document.lines.filter(({ line }) => line >= 0).length;
    assert.equal(shown + document.linesLeftOut, 100_002);
    assert.match(document.text, new RegExp(`# ${document.linesLeftOut} more lines are left out here\\.\n$`));
  });
});
