import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interpretSnapshot } from '../../../agent/interpret/interpretSnapshot.ts';
import type { Snapshot } from '../../../agent/model/snapshot.ts';
import { AgentClient } from '../../../extension/agentClient/agentClient.ts';
import { AgentError } from '../../../extension/agentClient/agentError.ts';
import { startServer } from '../../fakes/agentPair.ts';
import { goldenObjects, goldenSnapshot } from '../../fakes/goldenSnapshot.ts';
import { partWith, snapshotOf } from '../../fakes/models.ts';

/** A client of an agent that reads the given node. */
async function clientOf(snapshot: Snapshot): Promise<{ client: AgentClient; snapshot: string }> {
  const server = startServer({
    collect: async () => snapshot,
    interpret: (read) => interpretSnapshot(read, { mode: 'auto' }),
  });
  const client = await AgentClient.connect(server, { clientName: 'test', handshakeTimeoutMs: 5_000 });
  return { client, snapshot: (await client.takeSnapshot()).snapshot };
}

const request = {
  from: { kind: 'pod', ip: '10.244.0.9' },
  destination: '10.96.0.10',
  protocol: 'tcp',
  port: 80,
} as const;

describe('requests about the way of packets', () => {
  for (const mode of ['iptables', 'ipvs', 'nftables'] as const) {
    it(`are answered from the rules of ${mode} mode that stand, and from those of the others`, async () => {
      const { client, snapshot } = await clientOf(goldenSnapshot('classic', mode));
      const live = await client.traces.packet({ snapshot, request });
      assert.equal(live.mode, mode);
      for (const other of ['iptables', 'ipvs', 'nftables'] as const) {
        const { mode: of, trace } = await client.traces.packet({ snapshot, mode: other, request });
        assert.equal(of, other);
        assert.deepEqual(
          trace.outcomes.map(({ destination, share }) => `${destination} ${share}`),
          ['10.0.0.2:8080 1/3', '10.0.0.3:8080 1/3', '10.0.0.4:8080 1/3'],
        );
        const steps = trace.outcomes.flatMap((outcome) => outcome.steps);
        // A client could only show the places of rules that stand.
        assert.equal(
          steps.some(({ location }) => location !== undefined),
          other === mode,
        );
      }
      client.dispose();
    });
  }

  it('send the steps of the wanted outcomes only', async () => {
    const { client, snapshot } = await clientOf(goldenSnapshot('classic', 'iptables'));
    const { trace } = await client.traces.packet({ snapshot, request, stepsOf: [1] });
    assert.deepEqual(
      trace.outcomes.map(({ steps }) => steps.length > 0),
      [false, true, false],
    );
    client.dispose();
  });

  it('say why there cannot be such a packet', async () => {
    const { client, snapshot } = await clientOf(goldenSnapshot('classic', 'iptables'));
    const asked = client.traces.packet({ snapshot, request: { ...request, destination: 'nowhere' } });
    await assert.rejects(asked, (error) => error instanceof AgentError && error.code === 'invalid-address');
    client.dispose();
  });

  it('offer frontends by name, address and port, and where packets may start', async () => {
    const { client, snapshot } = await clientOf(goldenSnapshot('mixed-60', 'iptables'));
    const all = await client.traces.choices({ snapshot, filter: '', limit: 3 });
    assert.equal(all.destinations.length, 3);
    assert.ok(all.total > 60);
    assert.deepEqual(new Set(all.sources.map(({ from }) => from.kind)), new Set(['pod', 'node', 'external']));
    const [first] = all.destinations;
    assert.ok(first !== undefined);
    const found = await client.traces.choices({
      snapshot,
      filter: `${first.namespace}/${first.name} ${first.ip}:${first.port}`,
      limit: 10,
    });
    assert.ok(found.destinations.some(({ ip, port }) => ip === first.ip && port === first.port));
    assert.ok(found.total < all.total);
    client.dispose();
  });

  it('know no snapshot that was released', async () => {
    const { client, snapshot } = await clientOf(goldenSnapshot('classic', 'iptables'));
    await client.releaseSnapshot(snapshot);
    const asked = client.traces.packet({ snapshot, request });
    await assert.rejects(asked, (error) => error instanceof AgentError && error.code === 'unknown-snapshot');
    client.dispose();
  });

  it('say which rules were tried, and where a packet parts from what was expected', async () => {
    const { client, snapshot } = await clientOf(goldenSnapshot('mixed-60', 'iptables'));
    const { destinations } = await client.traces.choices({ snapshot, filter: 'clusterip', limit: 100 });
    const last = destinations.at(-1);
    assert.ok(last !== undefined);
    const toLast = { ...request, destination: last.ip, port: last.port, protocol: last.protocol };
    const { trace } = await client.traces.packet({ snapshot, request: toLast, stepsOf: [0] });
    const step = trace.outcomes[0]?.steps.findIndex(({ tried, kind }) => kind === 'rule' && tried > 2) ?? -1;
    assert.notEqual(step, -1);
    const page = await client.traces.misses({ snapshot, request: toLast, outcome: 0, step, offset: 1, limit: 1 });
    assert.equal(page.total, trace.outcomes[0]?.steps[step]?.tried);
    assert.equal(page.misses.length, 1);
    assert.notEqual(page.misses[0]?.condition, '');

    const expected = last.endpoints[0] ?? '';
    const reached = await client.traces.whyNot({ snapshot, request: toLast, expected });
    assert.equal(typeof reached.outcome, 'number');
    const elsewhere = await client.traces.whyNot({ snapshot, request: { ...toLast, port: 1 }, expected });
    assert.equal(elsewhere.outcome, undefined);
    assert.ok(elsewhere.parted !== undefined || elsewhere.reason !== undefined);
    client.dispose();
  });

  it('compare modes, and count what each costs', async () => {
    const { client, snapshot } = await clientOf(goldenSnapshot('classic', 'iptables'));
    const compared = await client.traces.compare({ snapshot, request, modes: ['iptables', 'ipvs'], stepsOf: [] });
    assert.deepEqual(
      compared.traces.map(({ mode, isLive }) => [mode, isLive]),
      [
        ['iptables', true],
        ['ipvs', false],
      ],
    );
    assert.ok(compared.differences.some(({ code }) => code === 'hooks'));
    assert.ok(compared.assumptions.some(({ code }) => code === 'objects-from-rules'));
    const { services, modes } = await client.traces.costs({ snapshot });
    assert.equal(services, 1);
    assert.equal(modes.find(({ mode }) => mode === 'ipvs')?.virtualServers, 1);
    client.dispose();
  });

  it('take Services that are given before those that rules show', async () => {
    const { client, snapshot } = await clientOf(goldenSnapshot('classic', 'iptables'));
    const objects = goldenObjects('classic').replaceAll('10.0.0.4', '10.0.0.5');
    const asked = await client.traces.packet({ snapshot, objects, mode: 'nftables', request });
    const destinations = asked.trace.outcomes.map(({ destination }) => destination).sort();
    assert.deepEqual(destinations, ['10.0.0.2:8080', '10.0.0.3:8080', '10.0.0.5:8080']);
    const compared = await client.traces.compare({ snapshot, objects, request, modes: ['nftables'] });
    assert.ok(compared.assumptions.some(({ code }) => code === 'objects-differ-from-rules'));
    client.dispose();
  });

  it('check a migration, report on the way, and end when nobody wants it', async () => {
    const { client, snapshot } = await clientOf(goldenSnapshot('mixed-60', 'iptables'));
    const reports: number[] = [];
    const result = await client.traces.migration(
      { snapshot, to: 'nftables' },
      { onProgress: ({ done, total }) => reports.push(done / total) },
    );
    assert.equal(result.from, 'iptables');
    assert.ok(result.packets > 100);
    assert.ok(Number(result.counts['cluster-ip-ping']) > 0);
    assert.match(result.markdown, /^# From iptables to nftables mode/);
    assert.ok(reports.length > 0 && reports.every((part) => part > 0 && part <= 1));

    const controller = new AbortController();
    const cancelled = client.traces.migration(
      { snapshot, to: 'ipvs' },
      { signal: controller.signal, onProgress: () => controller.abort() },
    );
    await assert.rejects(cancelled, (error) => error instanceof AgentError && error.code === 'cancelled');
    client.dispose();
  });

  it('say that a node without rules of kube-proxy cannot leave a mode', async () => {
    const { client, snapshot } = await clientOf(
      snapshotOf(partWith('iptables-save', 'iptables-save', '*nat\nCOMMIT\n')),
    );
    const asked = client.traces.migration({ snapshot, to: 'nftables' });
    await assert.rejects(asked, (error) => error instanceof AgentError && error.code === 'no-service-mode');
    assert.equal((await client.traces.packet({ snapshot, request })).mode, 'none');
    client.dispose();
  });
});
