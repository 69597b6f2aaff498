import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Emitter } from '../../../../extension/common/emitter.ts';
import { silentLogger } from '../../../../extension/common/logger.ts';
import { TransportError } from '../../../../extension/common/transportError.ts';
import type { AgentLink, LinkState } from '../../../../extension/nodes/agentLink.ts';
import { Root } from '../../../../extension/nodes/root.ts';
import type { RulesAgent } from '../../../../extension/nodes/rulesAgent.ts';

/** A link that a test opens and loses by hand. */
class FakeLink implements AgentLink {
  readonly #changed = new Emitter<LinkState>();
  readonly onDidChangeState = this.#changed.event;
  state: LinkState = { kind: 'closed' };
  readonly #agent: RulesAgent;

  constructor(agent: RulesAgent) {
    this.#agent = agent;
  }

  async connect(): Promise<void> {
    this.enter({ kind: 'open', agent: this.#agent });
  }

  disconnect(): void {
    this.enter({ kind: 'closed' });
  }

  enter(state: LinkState): void {
    this.state = state;
    this.#changed.fire(state);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

function setUp(read: RulesAgent['read']) {
  const released: string[] = [];
  const agent: RulesAgent = {
    read,
    release: async (snapshot) => {
      released.push(snapshot);
    },
    children: async () => ({ total: 0, elements: [] }),
    reveal: async () => [],
    document: async () => ({ language: 'plaintext', title: '', text: '', targetLine: 0, lines: [] }),
  };
  const link = new FakeLink(agent);
  const root = new Root({
    id: 'r',
    kind: 'node',
    label: 'node',
    source: 'node',
    link,
    readObjects: async () => 'objects',
    log: silentLogger,
  });
  return { root, link, released };
}

const summary = (snapshot: string) => ({
  snapshot,
  takenAt: '',
  nodeName: 'n',
  origin: 'live' as const,
  mode: 'iptables' as const,
  backends: { iptables: [], nftables: false, ipvs: false },
  services: 0,
  endpoints: 0,
  problems: { error: 0, warning: 0, information: 0 },
  timing: { collectMs: 0, interpretMs: 0 },
});
const never = new AbortController().signal;

describe('root', () => {
  it('reads as soon as it is connected, with the objects', async () => {
    const objects: (string | undefined)[] = [];
    const { root } = setUp(async (text) => {
      objects.push(text);
      return summary('1');
    });
    await root.connect(never);
    assert.equal(root.state.kind, 'ready');
    assert.equal(root.snapshot?.snapshot, '1');
    assert.deepEqual(objects, ['objects']);
  });

  it('keeps one snapshot and releases the one before', async () => {
    let taken = 0;
    const { root, released } = setUp(async () => summary(String(++taken)));
    await root.connect(never);
    await root.refresh();
    assert.equal(root.snapshot?.snapshot, '2');
    assert.deepEqual(released, ['1']);
  });

  it('reads once for callers that come while it reads', async () => {
    let taken = 0;
    const { root } = setUp(async () => summary(String(++taken)));
    await root.connect(never);
    await Promise.all([root.refresh(), root.refresh()]);
    assert.equal(taken, 2);
  });

  it('keeps what it has when a refresh fails, and says so', async () => {
    let fails = false;
    const { root } = setUp(async () => {
      if (fails) throw new Error('no more memory');
      return summary('1');
    });
    await root.connect(never);
    fails = true;
    await root.refresh();
    assert.equal(root.state.kind, 'failed');
    assert.equal(root.snapshot?.snapshot, '1');
  });

  it('rejects when the first reading fails', async () => {
    const { root } = setUp(async () => {
      throw new Error('no such folder');
    });
    await assert.rejects(root.connect(never), /no such folder/);
  });

  it('shows a lost connection, not the reading that it broke off', async () => {
    let loseConnection = (): void => {};
    const { root, link } = setUp(
      () =>
        new Promise((_resolve, reject) => {
          loseConnection = () => reject(new Error('stream closed'));
        }),
    );
    void root.connect(never).catch(() => {});
    await new Promise(setImmediate);
    const error = new TransportError('connectionLost', { step: 'session', args: {} });
    link.enter({ kind: 'reconnecting', attempt: 1, retryAt: 0, error });
    loseConnection();
    await new Promise(setImmediate);
    assert.equal(root.state.kind, 'reconnecting');
    assert.equal(root.agent, undefined);
  });
});
