import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkMigration, NoServiceMode } from '../../../agent/compare/migration/checkMigration.ts';
import { migrationMarkdown } from '../../../agent/compare/migration/markdown.ts';
import { migrationTexts } from '../../../agent/compare/migration/migrationTexts.ts';
import { migrationCodes } from '../../../agent/compare/migrationCodes.ts';
import type { ServiceMode } from '../../../agent/model/serviceRules.ts';
import type { KubernetesObjects } from '../../../agent/objects/kubernetesObjects.ts';
import type { MigrationRow } from '../../../agent/protocol/traceMessages.ts';
import { partWith, snapshotOf } from '../../fakes/models.ts';
import { modesOf, nodeOptions, nodeSnapshot } from '../../support/comparedNode.ts';
import { objectsOf, service } from '../../support/madeObjects.ts';

async function rowsOf(
  objects: KubernetesObjects,
  from: ServiceMode,
  to: ServiceMode,
): Promise<readonly MigrationRow[]> {
  return (await checkMigration(modesOf(nodeSnapshot(objects, from)), to)).rows;
}

function brief({ code, request, before, after }: MigrationRow): string {
  const from = request.from.kind === 'node' ? 'node' : request.from.ip;
  const port = request.port === undefined ? '' : `:${request.port}`;
  return `${code}: ${from} to ${request.destination}${port}: ${before.verdict} -> ${after.verdict}`;
}

const shop = objectsOf(
  service('shop', {
    nodePort: 30_080,
    endpoints: [
      ['10.244.1.2', 'node-b'],
      ['10.244.1.3', 'node-b'],
    ],
  }),
);

describe('a migration check', () => {
  it('finds what is known to differ between iptables and nftables mode', async () => {
    const rows = await rowsOf(shop, 'iptables', 'nftables');
    assert.deepEqual(rows.map(brief), [
      'localhost-node-port: node to 127.0.0.1:30080: endpoint -> node',
      'node-port-address: 198.51.100.7 to 172.20.0.2:30080: endpoint -> node',
      'node-port-address: node to 172.20.0.2:30080: endpoint -> node',
      'cluster-ip-ping: 10.244.0.9 to 10.96.0.1: elsewhere -> reject icmp-port-unreachable',
      'cluster-ip-ping: node to 10.96.0.1: elsewhere -> reject icmp-port-unreachable',
      'cluster-ip-closed-port: 10.244.0.9 to 10.96.0.1:1: elsewhere -> reject icmp-port-unreachable',
      'cluster-ip-closed-port: node to 10.96.0.1:1: elsewhere -> reject icmp-port-unreachable',
    ]);
  });

  it('finds nothing between a mode and itself', async () => {
    for (const mode of ['iptables', 'ipvs', 'nftables'] as const) {
      assert.deepEqual((await rowsOf(shop, mode, mode)).map(brief), []);
    }
  });

  it('says that the change is the other way round in the other direction', async () => {
    const rows = await rowsOf(shop, 'nftables', 'iptables');
    assert.ok(rows.map(brief).includes('localhost-node-port: node to 127.0.0.1:30080: node -> endpoint'));
  });

  it('tells endpoints that local traffic alone is kept to from others', async () => {
    const local = objectsOf(
      service('shop', {
        nodePort: 30_080,
        external: 'Local',
        endpoints: [
          ['10.244.0.2', 'node-a'],
          ['10.244.1.3', 'node-b'],
        ],
      }),
    );
    const rows = await rowsOf(local, 'iptables', 'ipvs');
    // ipvs mode has no short cut for what comes from the node's own pods.
    const fromPod = rows.find(({ code, request }) => code === 'endpoints' && request.from.kind === 'pod');
    assert.ok(fromPod !== undefined);
    assert.deepEqual(
      fromPod.before.destinations.map(({ share }) => share),
      ['1/2', '1/2'],
    );
    assert.deepEqual(fromPod.after.destinations, [{ address: '10.244.0.2:8080', share: '1' }]);
  });

  it('tells that packets without endpoints on the node are dropped, or served by others in ipvs mode', async () => {
    const elsewhere = objectsOf(
      service('shop', { nodePort: 30_080, external: 'Local', endpoints: [['10.244.1.3', 'node-b']] }),
    );
    const there = await rowsOf(elsewhere, 'iptables', 'ipvs');
    assert.ok(there.map(brief).includes('becomes-reachable: 198.51.100.7 to 192.168.7.2:30080: drop -> endpoint'));
    const back = await rowsOf(elsewhere, 'ipvs', 'iptables');
    assert.ok(back.map(brief).includes('becomes-unreachable: 198.51.100.7 to 192.168.7.2:30080: endpoint -> drop'));
  });

  it('finds what other rules of the node make of a health check', async () => {
    const checked = objectsOf(
      service('shop', {
        nodePort: 30_080,
        loadBalancerIPs: ['203.0.113.9'],
        external: 'Local',
        healthCheckNodePort: 32_080,
        endpoints: [['10.244.0.2', 'node-a']],
      }),
    );
    const closed = '*filter\n:INPUT DROP [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n';
    const firewall = partWith('iptables-save', 'iptables-save', closed, { family: 'ipv4', backend: 'nf_tables' });
    const snapshot = nodeSnapshot(checked, 'iptables', nodeOptions, [firewall]);
    const rows = (await checkMigration(modesOf(snapshot), 'nftables')).rows.map(brief);
    assert.ok(rows.includes('health-check-node-port: 198.51.100.7 to 192.168.7.2:32080: node -> drop'));
  });

  it('counts all and gives the first ones of each kind', async () => {
    const many = objectsOf(
      ...Array.from({ length: 200 }, (_, at) => service(`s${at}`, { endpoints: [['10.244.1.2', 'node-b']] })),
    );
    const { rows, counts } = await checkMigration(modesOf(nodeSnapshot(many, 'iptables')), 'nftables');
    assert.equal(counts['cluster-ip-ping'], 400);
    assert.equal(rows.filter(({ code }) => code === 'cluster-ip-ping').length, 250);
  });

  it('lets others work meanwhile, reports and can be ended', async () => {
    const many = objectsOf(
      ...Array.from({ length: 300 }, (_, at) => service(`s${at}`, { endpoints: [['10.244.1.2', 'node-b']] })),
    );
    const modes = modesOf(nodeSnapshot(many, 'iptables'));
    const controller = new AbortController();
    const seen: number[] = [];
    const checking = checkMigration(modes, 'nftables', {
      signal: controller.signal,
      onProgress: ({ done, total }) => {
        assert.equal(total, 300);
        seen.push(done);
        controller.abort(new Error('enough'));
      },
    });
    await assert.rejects(checking, /enough/);
    assert.equal(seen.length, 1);
  });

  it('tells which settings the mode that is left has made', async () => {
    const settingsOf = async (from: ServiceMode, to: ServiceMode) => {
      const { assumptions } = await checkMigration(modesOf(nodeSnapshot(shop, from)), to);
      return assumptions.filter(({ code }) => code === 'settings-stay').map(({ args }) => args['setting']);
    };
    assert.deepEqual(await settingsOf('iptables', 'nftables'), ['net.ipv4.conf.all.route_localnet']);
    assert.deepEqual(await settingsOf('nftables', 'iptables'), []);
    assert.ok((await settingsOf('ipvs', 'nftables')).includes('net.ipv4.vs.conntrack'));
  });

  it('needs a mode to leave', async () => {
    const bare = modesOf(snapshotOf(partWith('iptables-save', 'iptables-save', '*nat\nCOMMIT\n')));
    await assert.rejects(checkMigration(bare, 'nftables'), NoServiceMode);
  });
});

describe('the document of a migration check', () => {
  it('has a table for each kind of change, with what it means and what to do', async () => {
    const report = await checkMigration(modesOf(nodeSnapshot(shop, 'iptables')), 'nftables');
    const text = migrationMarkdown(report, 'node-a');
    assert.match(text, /^# From iptables to nftables mode: node-a$/m);
    assert.match(text, /^\| \[Node ports on localhost\]\(#node-ports-on-localhost\) \| 1 \|$/m);
    assert.match(text, /^## Node ports on localhost$/m);
    assert.match(text, /^\*\*What to do:\*\* /m);
    assert.match(
      text,
      /^\| default\/shop \| the node \| 127\.0\.0\.1:30080\/tcp \| 10\.244\.1\.2:8080 \(1\/2\), 10\.244\.1\.3:8080 \(1\/2\), seen as 192\.168\.7\.2 \| the node's own processes \|$/m,
    );
  });

  it('makes no Markdown of names', async () => {
    const report = await checkMigration(modesOf(nodeSnapshot(shop, 'iptables')), 'nftables');
    const rows = report.rows.map((row) => ({ ...row, service: 'a|b](http://x)<i>' }));
    const text = migrationMarkdown({ ...report, rows }, '*n*');
    assert.match(text, /: \\\*n\\\*$/m);
    assert.match(text, /a\\\|b\\\]\(http:\/\/x\)\\<i\\>/);
  });

  it('has words for every code', () => {
    for (const code of migrationCodes) {
      const { title, meaning, advice } = migrationTexts[code];
      for (const words of [title, meaning, advice]) assert.notEqual(words, '');
    }
  });
});
