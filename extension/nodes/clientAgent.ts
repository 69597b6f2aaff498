import type { SnapshotSummary } from '../../agent/protocol/messages.ts';
import type { AgentClient, SnapshotWatch } from '../agentClient/agentClient.ts';
import type { RulesAgent } from './rulesAgent.ts';

/** What an agent is used for: a node's kernel, or dumps beside it. */
export interface AgentUse {
  readonly read: (client: AgentClient, watch: SnapshotWatch) => Promise<SnapshotSummary>;
  /** Whether it may be asked to change the machine that it runs on. */
  readonly mayChange: boolean;
}

/** An agent for the user interface, spoken to through a client. */
export function clientAgent(client: AgentClient, { read, mayChange }: AgentUse): RulesAgent {
  const canChange = mayChange && client.information.capabilities.includes('apply');
  return {
    read: (objects, watch) =>
      read(client, { objects, signal: watch.signal, onProgress: (progress) => watch.report(progress) }),
    release: (snapshot) => client.releaseSnapshot(snapshot),
    children: ({ parent, filter, sort, ...page }) =>
      client.children({
        ...page,
        ...(parent === undefined ? {} : { parent }),
        ...(filter === undefined ? {} : { filter: { text: filter.text } }),
        ...(sort === undefined ? {} : { sort }),
      }),
    reveal: (snapshot, part, line) => client.reveal(snapshot, part, line),
    document: (snapshot, element) => client.document(snapshot, element),
    traces: client.traces,
    ...(canChange ? { changes: client.changes } : {}),
  };
}
