import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compareTraces } from '../../../agent/compare/compareTraces.ts';
import { modeCosts } from '../../../agent/compare/modeCosts.ts';
import { podSources } from '../../../agent/compare/podSources.ts';
import { TraceChooser } from '../../../agent/compare/traceChoices.ts';
import { modesOf, nodeSnapshot } from '../../support/comparedNode.ts';
import { objectsOf, service } from '../../support/madeObjects.ts';

const shop = objectsOf(
  service('shop', {
    nodePort: 30_080,
    endpoints: [
      ['10.244.0.2', 'node-a'],
      ['10.244.1.3', 'node-b'],
    ],
  }),
  service('blog', { endpoints: [['10.244.1.4', 'node-b']] }),
);
const modes = modesOf(nodeSnapshot(shop, 'ipvs'));
const allModes = ['iptables', 'ipvs', 'nftables'] as const;

describe('one packet in several modes', () => {
  it('goes the same way by other hooks', () => {
    const request = {
      from: { kind: 'pod', ip: '10.244.0.9' },
      destination: '10.96.0.1',
      protocol: 'tcp',
      port: 80,
    } as const;
    const { traces, differences } = compareTraces(modes, request, allModes);
    assert.deepEqual(
      traces.map(({ mode, isLive }) => [mode, isLive]),
      [
        ['iptables', false],
        ['ipvs', true],
        ['nftables', false],
      ],
    );
    const forward = 'prerouting > forward > postrouting';
    const input = 'prerouting > input > output > postrouting';
    assert.deepEqual(differences, [{ code: 'hooks', values: [forward, input, forward] }]);
  });

  it('differs in what each difference says', () => {
    const request = { from: { kind: 'node' }, destination: '127.0.0.1', protocol: 'tcp', port: 30_080 } as const;
    const { differences } = compareTraces(modes, request, ['iptables', 'nftables']);
    const values = new Map(differences.map((each) => [each.code, each.values]));
    assert.deepEqual(values.get('verdict'), ['endpoint', 'node']);
    assert.deepEqual(values.get('destination'), ['10.244.0.2:8080, 10.244.1.3:8080', '']);
    assert.deepEqual(values.get('share'), ['10.244.0.2:8080 1/2, 10.244.1.3:8080 1/2', '']);
    assert.deepEqual(values.get('source'), ['192.168.7.2', '']);
  });
});

describe('the costs of modes', () => {
  it('grow by Service and endpoint in iptables mode, and by entries and servers in the others', async () => {
    const { services, endpoints, modes: costs } = await modeCosts(modes);
    assert.deepEqual([services, endpoints], [2, 3]);
    const growth = costs.map(({ mode, perService, perEndpoint }) => [
      mode,
      perService.rules,
      perService.entries,
      perService.virtualServers,
      perEndpoint.rules,
      perEndpoint.entries,
      perEndpoint.realServers,
    ]);
    assert.deepEqual(growth, [
      ['iptables', 2, 0, 0, 3, 0, 0],
      ['ipvs', 0, 2, 1, 0, 0, 1],
      ['nftables', 1, 2, 0, 0, 0, 0],
    ]);
  });

  it('count the rules that a new packet meets', async () => {
    const many = objectsOf(
      ...Array.from({ length: 100 }, (_, at) => service(`s${at}`, { endpoints: [['10.244.1.2', 'node-b']] })),
    );
    const costs = (await modeCosts(modesOf(nodeSnapshot(many, 'iptables')))).modes;
    const [iptables, ipvs, nftables] = costs.map(({ askedRules }) => askedRules);
    assert.ok(iptables !== undefined && ipvs !== undefined && nftables !== undefined);
    // A packet to the last Service passes the rules of all others.
    assert.ok(iptables.most > 100 && iptables.average > 50 && iptables.average < iptables.most);
    assert.ok(ipvs.most < 40 && nftables.most < 40);
  });
});

describe('what a form offers', () => {
  it('has the pods of the node with the devices that lead to them', () => {
    assert.deepEqual(podSources(modes), [
      { ip: '10.244.0.9', family: 'ipv4', device: 'veth1' },
      { ip: '10.244.0.2', family: 'ipv4', device: 'veth2' },
    ]);
  });

  it("has node ports at the node's own address", () => {
    const { destinations, total } = new TraceChooser(modesOf(nodeSnapshot(shop, 'iptables'))).choose('shop 30080', 10);
    assert.equal(total, 1);
    assert.deepEqual(destinations, [
      {
        namespace: 'default',
        name: 'shop',
        portName: '',
        kind: 'nodePort',
        ip: '192.168.7.2',
        port: 30_080,
        protocol: 'tcp',
        endpoints: ['10.244.0.2:8080', '10.244.1.3:8080'],
      },
    ]);
  });

  it('counts what a limit leaves out', () => {
    const { destinations, total } = new TraceChooser(modesOf(nodeSnapshot(shop, 'iptables'))).choose('', 1);
    assert.deepEqual([destinations.length, total], [1, 3]);
  });
});
