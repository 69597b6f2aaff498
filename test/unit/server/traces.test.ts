import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interpretSnapshot } from '../../../agent/interpret/interpretSnapshot.ts';
import type { Snapshot } from '../../../agent/model/snapshot.ts';
import { AgentClient } from '../../../extension/agentClient/agentClient.ts';
import { AgentError } from '../../../extension/agentClient/agentError.ts';
import { startServer } from '../../fakes/agentPair.ts';
import { goldenSnapshot } from '../../fakes/goldenSnapshot.ts';

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
});
