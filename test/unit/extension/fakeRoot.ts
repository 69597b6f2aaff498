import type { SnapshotSummary } from '../../../agent/protocol/messages.ts';
import type { TreeElement } from '../../../agent/protocol/treeElement.ts';
import { Emitter } from '../../../extension/common/emitter.ts';
import { silentLogger } from '../../../extension/common/logger.ts';
import type { AgentLink, LinkState, SecondAgent } from '../../../extension/nodes/agentLink.ts';
import { Root } from '../../../extension/nodes/root.ts';
import type { RulesAgent, TraceAgent, TreePageRequest } from '../../../extension/nodes/rulesAgent.ts';

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

  async openAnother(): Promise<SecondAgent> {
    return { agent: this.#agent, dispose: () => {} };
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

/** The summary of an empty snapshot in iptables mode. */
export function summary(snapshot: string): SnapshotSummary {
  return {
    snapshot,
    takenAt: '2026-11-21T12:00:00Z',
    nodeName: 'node',
    origin: 'live',
    mode: 'iptables',
    backends: { iptables: [], nftables: false, ipvs: false },
    services: 0,
    problems: { error: 0, warning: 0, information: 0 },
    timing: { collectMs: 0, interpretMs: 0 },
  };
}

/** Follows no packets: what a test does not ask for fails. */
const noTraces: TraceAgent = {
  packet: refuse,
  misses: refuse,
  whyNot: refuse,
  choices: refuse,
  compare: refuse,
  costs: refuse,
  migration: refuse,
};

function refuse(): Promise<never> {
  return Promise.reject(new Error('This agent follows no packets.'));
}

/** A root over an agent of the test's own, and what was asked of that. */
export function fakeRoot(parts: {
  readonly read?: RulesAgent['read'];
  readonly children?: readonly TreeElement[];
  readonly traces?: Partial<TraceAgent>;
}) {
  const released: string[] = [];
  const requests: TreePageRequest[] = [];
  const agent: RulesAgent = {
    read: parts.read ?? (async () => summary('1')),
    release: async (snapshot) => {
      released.push(snapshot);
    },
    children: async (request) => {
      requests.push(request);
      const all = parts.children ?? [];
      return { total: all.length, elements: all.slice(request.offset, request.offset + request.limit) };
    },
    reveal: async () => [],
    traces: { ...noTraces, ...parts.traces },
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
  return { root, link, released, requests };
}
