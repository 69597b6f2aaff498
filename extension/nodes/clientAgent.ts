import type { SnapshotSummary } from '../../agent/protocol/messages.ts';
import type { AgentClient, SnapshotWatch } from '../agentClient/agentClient.ts';
import type { RulesAgent } from './rulesAgent.ts';

/** Reads a node's kernel or dumps, whichever an agent is for. */
export type ReadSnapshot = (client: AgentClient, watch: SnapshotWatch) => Promise<SnapshotSummary>;

/** An agent for the user interface, spoken to through a client. */
export function clientAgent(client: AgentClient, read: ReadSnapshot): RulesAgent {
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
  };
}
